import { isBlank, isLetter, skipBlanks, trimmedEnd } from "../characters.js";
import { StatementError } from "../statement-error.js";

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const HEXADECIMAL = /^([+-]?)0[xX]([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?(?:[pP]([+-]?\d+))?$/;
/** At most 64 digits behind leading zeros. */
const BINARY = /^([+-]?)0[bB]0*([01]{1,64})$/;
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

/** LuaJIT, the usual host of the reference, knows binary numbers, too; Lua 5.1 does not. */
function readBinary(text: string): number | undefined {
  const match = BINARY.exec(text);
  if (match === null) return undefined;
  const [, sign = "", digits = ""] = match;
  const value = Number.parseInt(digits, 2);
  return sign === "-" ? -value : value;
}

function readGeneral(text: string): number | undefined {
  // A name such as `index` or `n` is the most common text that only looks like a number at first.
  if (isLetter(text.charCodeAt(0))) return NOT_FINITE.test(text) ? Number.NaN : undefined;
  if (DECIMAL.test(text)) return Number(text);
  return readHexadecimal(text) ?? readBinary(text) ?? (NOT_FINITE.test(text) ? Number.NaN : undefined);
}

/** Whether a number can begin with this character: digit, sign, point, or the i or n of inf and nan. */
function maybeNumber(code: number): boolean {
  if (code <= 0x39) return code >= 0x30 || code === 0x2b || code === 0x2d || code === 0x2e || isBlank(code);
  const lower = code | 0x20;
  return lower === 0x69 || lower === 0x6e;
}

/**
 * Reads a number as the reference's host does: decimal or hexadecimal with optional fraction and
 * exponent, or binary (`0b101`), blanks around allowed. Returns undefined if the text is an expression, NaN for the words
 * that mean a value that is not finite.
 */
export function readNumber(text: string): number | undefined {
  if (text === "" || !maybeNumber(text.charCodeAt(0))) return undefined;
  const start = skipBlanks(text, 0);
  const end = trimmedEnd(text, start);
  if (start === end) return undefined;
  const sign = text.charCodeAt(start);
  let i = sign === 0x2d || sign === 0x2b ? start + 1 : start;
  if (end - i > 15) return readGeneral(text.slice(start, end));
  const digits = i;
  let value = 0;
  for (; i < end; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return readGeneral(text.slice(start, end));
    value = value * 10 + digit;
  }
  if (i === digits) return undefined;
  return sign === 0x2d ? -value : value;
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
