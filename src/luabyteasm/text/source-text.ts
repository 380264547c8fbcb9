import { decodeBytes } from "../byte-fields.js";

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}

function isAsciiBytes(bytes: Uint8Array): boolean {
  let all = 0;
  for (let index = 0; index < bytes.length; index++) all |= bytes[index] ?? 0;
  return all < 0x80;
}

/** The bytes as a string with one character per byte; ASCII, by far the most, is decoded natively. */
function decodeLatin1(bytes: Uint8Array): string {
  return isAsciiBytes(bytes) ? new TextDecoder().decode(bytes) : decodeBytes(bytes, 0, bytes.length);
}

function encodeUtf8(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return decodeBytes(bytes, 0, bytes.length);
}

function endsLine(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last === 10 || last === 13;
}

/**
 * The text to scan: one character per byte of its UTF-8 form, with a line end at its end. A string is
 * taken as Unicode text, bytes as they are.
 */
export function prepareSource(source: string | Uint8Array): string {
  const latin1 =
    typeof source !== "string" ? decodeLatin1(source) : isAscii(source) ? source : encodeUtf8(source);
  return endsLine(latin1) ? latin1 : `${latin1}\n`;
}

/** Position behind a UTF-8 byte order mark at the start, if there is one. */
export function skipByteOrderMark(text: string): number {
  return text.startsWith("\xef\xbb\xbf") ? 3 : 0;
}

/**
 * Unicode text of bytes held one per character: decoded as UTF-8, or as they are when they are not
 * valid UTF-8.
 */
export function decodeText(latin1: string): string {
  if (isAscii(latin1)) return latin1;
  const bytes = Uint8Array.from(latin1, (char) => char.charCodeAt(0));
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return latin1;
  }
}
