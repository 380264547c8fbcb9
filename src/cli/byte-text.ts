/**
 * The bytes that a text has on the command line, one character per byte: the form in which the
 * translator takes all texts, so that a file name in the output is the one that the user wrote.
 */
export function toByteText(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

/** The reverse of {@link toByteText}, for file names that come back. */
export function fromByteText(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, "latin1").toString("utf8");
}

/** The bytes of a text given in pieces, one byte per character. */
export function bytesOfPieces(pieces: readonly string[]): Buffer {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  const bytes = Buffer.allocUnsafeSlow(length);
  let offset = 0;
  for (const piece of pieces) offset += bytes.write(piece, offset, "latin1");
  return bytes;
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}
