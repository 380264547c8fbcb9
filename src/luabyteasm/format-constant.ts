import type { Constant } from "./chunk.js";
import { formatNumber } from "./format-number.js";

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x07, "\\a"],
  [0x08, "\\b"],
  [0x09, "\\t"],
  [0x0a, "\\n"],
  [0x0b, "\\v"],
  [0x0c, "\\f"],
  [0x0d, "\\r"],
  [0x22, '\\"'],
  [0x5c, "\\\\"],
]);

function escapeByte(character: string): string {
  const code = character.charCodeAt(0);
  return ESCAPES.get(code) ?? `\\${String(code).padStart(3, "0")}`;
}

/** A byte string as luac shows it: in quotes, everything but printable ASCII escaped (`\ddd` in decimal). */
export function quoteString(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]|["\\]/g, escapeByte)}"`;
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** The text a byte string stands for when it is UTF-8, otherwise undefined. */
function decodeUtf8(text: string): string | undefined {
  try {
    return UTF8.decode(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  } catch {
    return undefined;
  }
}

/** A name for people: as it is when it is printable ASCII or UTF-8, otherwise with escapes. */
export function showName(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const decoded = decodeUtf8(text);
  if (decoded !== undefined && !/\p{C}/u.test(decoded)) return decoded;
  return quoteString(text).slice(1, -1);
}

/** The source as luac shows it: without `@` or `=`, or only what kind of source it is. */
export function showSource(source: string | null): string {
  if (source === null) return "?";
  if (source.startsWith("@") || source.startsWith("=")) return showName(source.slice(1));
  return source.startsWith("\x1b") ? "(bstring)" : "(string)";
}

/** A constant as luac shows it. */
export function formatConstant(constant: Constant): string {
  switch (constant.kind) {
    case "nil":
      return "nil";
    case "boolean":
      return constant.byte === 0 ? "false" : "true";
    case "number":
      return formatNumber(constant.value);
    case "nan":
      return constant.bits >> (constant.bits >> 32n === 0n ? 31n : 63n) === 0n ? "nan" : "-nan";
    case "integer":
      return String(constant.value);
    case "string":
      return quoteString(constant.value);
  }
}
