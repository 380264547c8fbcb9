import { CHAR, isDigit } from "./characters.js";

const decimalForm = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const hexForm = /^([+-]?)0[xX]([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?(?:[pP]([+-]?\d+))?$/;
const integerForm = /^([+-]?)(?:0[xX]([0-9a-fA-F]+)|(\d+))$/;

/** Beyond every range a chunk knows: stands for integers with more digits than that. */
const BEYOND_ANY_RANGE = 1n << 80n;

const powersOfTen = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/**
 * Value of `ddd` or `ddd.ddd` with at most 15 digits, where quotient and divisor are exact and one
 * division rounds correctly; undefined for every other form.
 */
function parseShortDecimal(text: string): number | undefined {
  if (text.length > 16) return undefined;
  let digits = 0;
  let value = 0;
  let fractionFrom = -1;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (isDigit(code)) {
      value = value * 10 + code - CHAR.zero;
      digits++;
    } else if (code === CHAR.dot && fractionFrom < 0) fractionFrom = digits;
    else return undefined;
  }
  if (digits === 0 || digits > 15) return undefined;
  return fractionFrom < 0 ? value : value / (powersOfTen[digits - fractionFrom] ?? 1);
}

function bitLength(value: bigint): number {
  const hex = value.toString(16);
  return hex.length * 4 - (Math.clz32(Number.parseInt(hex.charAt(0), 16)) - 28);
}

/** The double nearest to mantissa * 2^exponent, ties to even, for a mantissa >= 0. */
function roundToDouble(mantissa: bigint, exponent: number): number {
  if (mantissa === 0n) return 0;
  const bits = bitLength(mantissa);
  if (exponent + bits > 1024) return Number.POSITIVE_INFINITY;
  if (exponent + bits < -1074) return 0;
  const shift = Math.max(bits - 53, -1074 - exponent);
  if (shift <= 0) return Number(mantissa) * 2 ** exponent;
  const dropped = BigInt(shift);
  const half = 1n << (dropped - 1n);
  const rest = mantissa & ((1n << dropped) - 1n);
  let kept = mantissa >> dropped;
  if (rest > half || (rest === half && (kept & 1n) === 1n)) kept += 1n;
  // The power alone can overflow although the product does not.
  const power = exponent + shift;
  return power > 1000 ? Number(kept) * 2 ** (power - 64) * 2 ** 64 : Number(kept) * 2 ** power;
}

function parseHex(text: string): number | undefined {
  const match = hexForm.exec(text);
  if (match === null) return undefined;
  const whole = match[2] ?? "";
  const fraction = match[3] ?? "";
  const digits = (whole + fraction).replace(/^0+/, "");
  if (whole === "" && fraction === "") return undefined;
  const exponent = Math.max(-1e12, Math.min(1e12, Number(match[4] ?? 0))) - 4 * fraction.length;
  const magnitude = digits === "" ? 0 : roundToDouble(BigInt(`0x${digits}`), exponent);
  return match[1] === "-" ? -magnitude : magnitude;
}

/**
 * Value of a Lua 5.2 numeral with an optional sign, correctly rounded to a double (overflow gives an
 * infinity); undefined when the text is not one. Blanks are not allowed.
 */
export function parseNumeral(text: string): number | undefined {
  const short = parseShortDecimal(text);
  if (short !== undefined) return short;
  return decimalForm.test(text) ? Number(text) : parseHex(text);
}

/**
 * Value of a numeral that stands for an integer: exact at any size for digits and hex digits,
 * otherwise (`1e3`) when its double is integral. Undefined when it is no numeral or has a fraction.
 */
export function parseInteger(text: string): bigint | undefined {
  const match = integerForm.exec(text);
  if (match === null) {
    const value = parseNumeral(text);
    return value !== undefined && Number.isInteger(value) ? BigInt(value) : undefined;
  }
  const digits = (match[2] ?? match[3] ?? "").replace(/^0+(?=.)/, "");
  const magnitude =
    digits.length > 24 ? BEYOND_ANY_RANGE : BigInt(match[2] === undefined ? digits : `0x${digits}`);
  return match[1] === "-" ? -magnitude : magnitude;
}

/** Shortest decimal that reads back to the same single-precision number. */
function printSingle(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(9)));
}

/**
 * Text of a number that is not a NaN: integers below 1e15 as integers, otherwise the shortest
 * decimal that reads back to the same number of `numberSize` bytes.
 */
export function printNumber(value: number, numberSize: 4 | 8): string {
  if (value === Number.POSITIVE_INFINITY) return "inf";
  if (value === Number.NEGATIVE_INFINITY) return "-inf";
  if (Object.is(value, -0)) return "-0";
  if (numberSize === 8 || (Number.isInteger(value) && Math.abs(value) < 1e15)) return String(value);
  return printSingle(value);
}

interface NanLayout {
  readonly mantissaBits: bigint;
  readonly sign: bigint;
  /** All exponent bits set. */
  readonly exponent: bigint;
}

function nanLayout(numberSize: 4 | 8): NanLayout {
  return numberSize === 8
    ? { mantissaBits: 52n, sign: 1n << 63n, exponent: 0x7ffn << 52n }
    : { mantissaBits: 23n, sign: 1n << 31n, exponent: 0xffn << 23n };
}

/** Bits of `nan`, `-nan`, `nan:0xH` or `-nan:0xH`; undefined for other text or a mantissa out of range. */
export function parseNan(text: string, numberSize: 4 | 8): bigint | undefined {
  const match = /^(-?)nan(?::0[xX]0*([0-9a-fA-F]{1,16}))?$/.exec(text);
  if (match === null) return undefined;
  const { mantissaBits, sign, exponent } = nanLayout(numberSize);
  const mantissa = match[2] === undefined ? 1n << (mantissaBits - 1n) : BigInt(`0x${match[2]}`);
  if (mantissa === 0n || mantissa >> mantissaBits !== 0n) return undefined;
  return (match[1] === "-" ? sign : 0n) | exponent | mantissa;
}

/** Text of the NaN with these bits. */
export function printNan(bits: bigint, numberSize: 4 | 8): string {
  const { mantissaBits, sign } = nanLayout(numberSize);
  const mantissa = bits & ((1n << mantissaBits) - 1n);
  const name = (bits & sign) === 0n ? "nan" : "-nan";
  return mantissa === 1n << (mantissaBits - 1n) ? name : `${name}:0x${mantissa.toString(16)}`;
}
