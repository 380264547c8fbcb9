import { trimBlanks } from "./characters.js";

/** A condition can't be evaluated. The message is that of a Lua host, without its place. */
export class ConditionError extends Error {}

/** Values of Lua expressions in conditions. Integers of LuaJIT's 64-bit types are bigints; nil is undefined. */
export type LuaValue =
  | undefined
  | boolean
  | number
  | bigint
  | string
  | LuaTable
  | { readonly kind: "complex" }
  | { readonly kind: "method"; readonly name: string }
  | { readonly kind: "function"; readonly result: unknown };

export interface LuaTable {
  readonly kind: "table";
  readonly fields: ReadonlyMap<LuaValue, LuaValue>;
}

/** Number of the list elements of a table. */
export function tableLength(table: LuaTable): number {
  let length = 0;
  while (table.fields.get(length + 1) !== undefined) length++;
  return length;
}

export function isTruthy(value: LuaValue): boolean {
  return value !== undefined && value !== false;
}

export function describeType(value: LuaValue): string {
  switch (typeof value) {
    case "undefined":
      return "nil";
    case "bigint":
      return "cdata";
    case "object":
      if (value.kind === "table") return "table";
      return value.kind === "complex" ? "cdata" : "function";
    default:
      return typeof value;
  }
}

const decimalNumber = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const hexNumber = /^([+-]?)0[xX]([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?(?:[pP]([+-]?[0-9]+))?$/;
const binaryNumber = /^([+-]?)0[bB]([01]+)$/;

/** Reads a text as Lua converts strings to numbers. */
function numberFromText(text: string): number | undefined {
  const trimmed = trimBlanks(text);
  if (decimalNumber.test(trimmed)) return Number(trimmed);
  const hex = hexNumber.exec(trimmed);
  if (hex !== null) {
    const [, sign = "", whole = "", fraction = "", exponent = "0"] = hex;
    if (whole === "" && fraction === "") return undefined;
    const digits = Number.parseInt(whole + fraction, 16) * 2 ** (Number(exponent) - 4 * fraction.length);
    return sign === "-" ? -digits : digits;
  }
  const binary = binaryNumber.exec(trimmed);
  if (binary === null) return undefined;
  const value = Number.parseInt(binary[2] ?? "", 2);
  return binary[1] === "-" ? -value : value;
}

/** The value of a numeral as it stands in a Lua source, with LuaJIT's suffixes. */
export function readLuaNumeral(raw: string): LuaValue {
  if (/i$/i.test(raw)) return { kind: "complex" };
  const integer = /^(0[xX][0-9a-fA-F]+|[0-9]+)(?:u?ll)$/i.exec(raw);
  if (integer !== null) {
    const value = BigInt(integer[1] ?? "0");
    return /u/i.test(raw.slice(-3)) ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value);
  }
  const value = numberFromText(raw);
  if (value === undefined) throw new ConditionError(`malformed number near '${raw}'`);
  return value;
}

function toNumber(value: LuaValue): number | bigint | undefined {
  if (typeof value === "number" || typeof value === "bigint") return value;
  return typeof value === "string" ? numberFromText(value) : undefined;
}

/** Computes `+ - * / % ^`; undefined if an operand is no number. */
export function computeArithmetic(
  operator: string,
  left: LuaValue,
  right: LuaValue,
): number | bigint | undefined {
  const a = toNumber(left);
  const b = toNumber(right);
  if (a === undefined || b === undefined) return undefined;
  if (typeof a === "bigint" || typeof b === "bigint") {
    // Strings are converted to ordinary numbers only.
    if (typeof left === "string" || typeof right === "string") return undefined;
    return computeInteger(operator, toInteger(a), toInteger(b));
  }
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "%":
      return a - Math.floor(a / b) * b;
    case "^":
      return a ** b;
    default:
      throw new ConditionError(`unexpected symbol near '${operator}'`);
  }
}

function toInteger(value: number | bigint): bigint {
  if (typeof value === "bigint") return value;
  return Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n;
}

function computeInteger(operator: string, a: bigint, b: bigint): bigint {
  // 64-bit division by zero gives the smallest number there, not an error.
  if (b === 0n && (operator === "/" || operator === "%")) return -(2n ** 63n);
  switch (operator) {
    case "+":
      return BigInt.asIntN(64, a + b);
    case "-":
      return BigInt.asIntN(64, a - b);
    case "*":
      return BigInt.asIntN(64, a * b);
    case "/":
      return BigInt.asIntN(64, a / b);
    case "%":
      return BigInt.asIntN(64, a % b);
    case "^":
      return integerPower(a, b);
    default:
      throw new ConditionError(`unexpected symbol near '${operator}'`);
  }
}

function integerPower(base: bigint, exponent: bigint): bigint {
  if (exponent < 0n) return 0n;
  let result = 1n;
  let square = base;
  for (let rest = BigInt.asUintN(64, exponent); rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = BigInt.asIntN(64, result * square);
    square = BigInt.asIntN(64, square * square);
  }
  return result;
}

/** Longest string that a condition may build. */
export const maximumStringLength = 1_000_000;

/** `left .. right`, or undefined if an operand is neither string nor number. */
export function concatenate(left: LuaValue, right: LuaValue): string | undefined {
  const a = toText(left);
  const b = toText(right);
  if (a === undefined || b === undefined) return undefined;
  if (a.length + b.length > maximumStringLength) throw new ConditionError("string length overflow");
  return a + b;
}

/** The text of a string or number as Lua prints it. */
export function toText(value: LuaValue): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value !== "number") return undefined;
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Number.isInteger(value) && Math.abs(value) < 1e14) return Object.is(value, -0) ? "-0" : String(value);
  return formatGeneral(value);
}

/** As C's `%.14g`. */
function formatGeneral(value: number): string {
  const [digits = "", exponentText = "0"] = value.toExponential(13).split("e");
  const exponent = Number(exponentText);
  if (exponent >= -5 && exponent < 14) {
    const fixed = value.toFixed(Math.max(0, 13 - exponent));
    return fixed.includes(".") ? fixed.replace(/\.?0+$/, "") : fixed;
  }
  const sign = exponent < 0 ? "-" : "+";
  return `${digits.replace(/\.?0+$/, "")}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

export function equalLuaValues(left: LuaValue, right: LuaValue): boolean {
  if (typeof left === "bigint" && typeof right === "number") return left === toInteger(right);
  if (typeof left === "number" && typeof right === "bigint") return toInteger(left) === right;
  return left === right;
}

/** Negative, 0 or positive; NaN for numbers without order. Throws for values without order. */
export function compareLuaValues(left: LuaValue, right: LuaValue): number {
  if (typeof left === "number" && typeof right === "number") return compareNumbers(left, right);
  if (typeof left === "string" && typeof right === "string") {
    if (left === right) return 0;
    return left < right ? -1 : 1;
  }
  const bothNumbers =
    (typeof left === "bigint" || typeof left === "number") &&
    (typeof right === "bigint" || typeof right === "number");
  if (bothNumbers) return Number(BigInt.asIntN(65, toInteger(left) - toInteger(right)));
  const a = describeType(left);
  const b = describeType(right);
  throw new ConditionError(
    a === b ? `attempt to compare two ${a} values` : `attempt to compare ${a} with ${b}`,
  );
}

function compareNumbers(left: number, right: number): number {
  if (left === right) return 0;
  if (left < right) return -1;
  return left > right ? 1 : Number.NaN;
}
