import { StatementError } from "../statement-error.js";
import { isBlank, isDigit, isLetter, skipBlanks, trimmedEnd } from "./characters.js";

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const HEXADECIMAL = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)(?:[pP]([+-]?\d+))?$/;
const NOT_FINITE = /^[+-]?(?:inf|infinity|nan)$/i;

function readHexadecimal(text: string): number | undefined {
  const match = HEXADECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  if (whole === "" && fraction === "") return undefined;
  let value = 0;
  for (const digit of whole + fraction) value = value * 16 + Number.parseInt(digit, 16);
  value *= 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === "-" ? -value : value;
}

function readGeneral(text: string): number | undefined {
  // A name such as `index` or `n` is the most common text that only looks like a number at first.
  if (isLetter(text.charCodeAt(0))) return NOT_FINITE.test(text) ? Number.NaN : undefined;
  if (DECIMAL.test(text)) return Number(text);
  return readHexadecimal(text) ?? (NOT_FINITE.test(text) ? Number.NaN : undefined);
}

/** Whether a text can be a number at all, judged by its first character. */
function maybeNumber(code: number): boolean {
  if (isDigit(code)) return true;
  // Signs, a point, and the i or n of inf and nan.
  const lower = code | 0x20;
  return code === 0x2b || code === 0x2d || code === 0x2e || lower === 0x69 || lower === 0x6e;
}

/**
 * Reads a number as the reference's host does: decimal or hexadecimal, with optional fraction and
 * exponent, blanks around allowed. Returns undefined if the text is an expression, NaN or an
 * infinity for the words that mean them.
 */
export function readNumber(text: string): number | undefined {
  let start = 0;
  let end = text.length;
  if (isBlank(text.charCodeAt(0))) start = skipBlanks(text, 0);
  if (isBlank(text.charCodeAt(end - 1))) end = trimmedEnd(text, start);
  if (end === start || !maybeNumber(text.charCodeAt(start))) return undefined;
  let i = start;
  const negative = text.charCodeAt(i) === 0x2d;
  if (negative || text.charCodeAt(i) === 0x2b) i++;
  let value = 0;
  const digits = i;
  for (; i < end; i++) {
    const c = text.charCodeAt(i);
    if (!isDigit(c)) break;
    value = value * 10 + (c - 0x30);
  }
  if (i === end && i > digits && i - digits < 16) return negative ? -value : value;
  return readGeneral(text.slice(start, end));
}

/** A constant as the encoder takes it: an integer in -2147483648..4294967295. */
export function checkInteger(value: number, text: string, engine: string): number {
  if (!Number.isInteger(value)) {
    const classic = `${engine === "1.5" ? "not an integer" : "bad integer"} number \`${text}'`;
    throw new StatementError({ code: "bad-number", classic, message: `\`${text}' is not an integer` });
  }
  if (value < -0x80000000 || value > 0xffffffff) {
    throw new StatementError({
      code: "bad-number",
      classic: `bad integer number \`${text}'`,
      message: `\`${text}' does not fit in 32 bits`,
      hint: "use mov64 to load a 64-bit constant, or .qword to store one",
    });
  }
  return value;
}
