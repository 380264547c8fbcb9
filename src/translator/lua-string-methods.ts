import {
  ConditionError,
  computeArithmetic,
  type LuaValue,
  maximumStringLength,
  toText,
} from "./lua-value.js";

type StringMethod = (text: string, args: readonly LuaValue[]) => LuaValue;

function integerArgument(args: readonly LuaValue[], index: number, fallback: number): number {
  const value = args[index];
  if (value === undefined) return fallback;
  const number = computeArithmetic("+", value, 0);
  if (number === undefined) throw new ConditionError(`bad argument #${index + 2} (number expected)`);
  return Math.trunc(Number(number));
}

/** Lua's positions count from 1; negative ones count from the end. */
function slice(text: string, first: number, last: number): string {
  const start = first < 0 ? Math.max(text.length + first, 0) : Math.max(first - 1, 0);
  const end = last < 0 ? text.length + last + 1 : Math.min(last, text.length);
  return end > start ? text.slice(start, end) : "";
}

function repeat(text: string, count: number): string {
  if (text.length * count > maximumStringLength) throw new ConditionError("resulting string too large");
  return count > 0 ? text.repeat(count) : "";
}

function find(text: string, args: readonly LuaValue[]): number | undefined {
  const pattern = toText(args[0]);
  if (pattern === undefined) throw new ConditionError("bad argument #1 to 'find' (string expected)");
  const plain = args[2] !== undefined && args[2] !== false;
  if (!plain && /[\^$*+?.([%-]/.test(pattern)) {
    throw new ConditionError("patterns are not supported in conditions");
  }
  const start = integerArgument(args, 1, 1);
  const from = start < 0 ? Math.max(text.length + start, 0) : Math.max(start - 1, 0);
  const found = text.indexOf(pattern, from);
  return found < 0 ? undefined : found + 1;
}

function formatArgument(args: readonly LuaValue[], index: number, directive: string): string {
  if (directive === "s") return toText(args[index]) ?? String(args[index] ?? "nil");
  const value = integerArgument(args, index, Number.NaN);
  if (Number.isNaN(value))
    throw new ConditionError(`bad argument #${index + 2} to 'format' (number expected)`);
  if (directive === "d" || directive === "i" || directive === "u") return String(value);
  if (directive === "x") return value.toString(16);
  if (directive === "X") return value.toString(16).toUpperCase();
  throw new ConditionError(`format '%${directive}' is not supported in conditions`);
}

function format(template: string, args: readonly LuaValue[]): string {
  let used = 0;
  const result = template.replace(
    /%([-0]*)([0-9]{0,2})(.?)/g,
    (whole, flags: string, width: string, directive) => {
      if (whole === "%%") return "%";
      const text = formatArgument(args, used++, String(directive));
      if (flags.includes("-")) return text.padEnd(Number(width));
      if (!flags.includes("0") || directive === "s") return text.padStart(Number(width));
      const sign = text.startsWith("-") ? "-" : "";
      return sign + text.slice(sign.length).padStart(Number(width) - sign.length, "0");
    },
  );
  if (result.length > maximumStringLength) throw new ConditionError("resulting string too large");
  return result;
}

const upper = (text: string): string => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
const lower = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

const methods: ReadonlyMap<string, StringMethod> = new Map<string, StringMethod>([
  ["upper", upper],
  ["lower", lower],
  ["len", (text) => text.length],
  ["sub", (text, args) => slice(text, integerArgument(args, 0, 1), integerArgument(args, 1, -1))],
  ["rep", (text, args) => repeat(text, integerArgument(args, 0, 0))],
  ["reverse", (text) => [...text].reverse().join("")],
  [
    "byte",
    (text, args) => slice(text, integerArgument(args, 0, 1), integerArgument(args, 0, 1)).charCodeAt(0),
  ],
  ["find", find],
  ["format", format],
]);

export function isStringMethod(name: string): boolean {
  return methods.has(name);
}

/** Calls a method of Lua strings; the first argument is the string. */
export function callStringMethod(name: string, args: readonly LuaValue[]): LuaValue {
  const method = methods.get(name);
  const text = toText(args[0]);
  if (method === undefined || text === undefined) {
    throw new ConditionError(`bad argument #1 to '${name}' (string expected)`);
  }
  return method(text, args.slice(1));
}
