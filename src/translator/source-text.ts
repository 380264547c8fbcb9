/** A source: a text, or pieces that are joined. One character is one byte (latin-1). */
export type SourceText = string | Iterable<string>;

/**
 * The text of a source.
 * @throws TypeError for what is no text, which callers without type checks pass: bytes, mostly.
 */
export function joinSource(source: SourceText): string {
  if (typeof source === "string") return source;
  const pieces: unknown[] = [...source];
  if (pieces.every((piece) => typeof piece === "string")) return pieces.join("");
  throw new TypeError("a source is a string or consists of strings: decode bytes as latin1");
}

/** Index of the line end at or after a position: that of the newline, or the length of the text. */
export function lineEndAfter(text: string, position: number): number {
  const end = text.indexOf("\n", position);
  return end < 0 ? text.length : end;
}

/** The bytes of a text with one character per byte. */
export function encodeLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
