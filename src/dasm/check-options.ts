import type { AssemblerOptions } from "./assembler.js";
import { usageError } from "./dasm-error.js";

/**
 * Converts an address to a bigint.
 * @param what what the address is, for the message
 * @throws DasmError unless it is a bigint or a safe integer
 */
export function toAddress(value: unknown, what: string): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  const shown =
    typeof value === "number" ? String(value) : `of type ${value === null ? "null" : typeof value}`;
  throw usageError(`${what} is ${shown}: a bigint or a safe integer is needed`);
}

/** Throws a DasmError unless an option is absent or one of the values allowed. */
export function requireOneOf(name: string, value: unknown, allowed: readonly unknown[]): void {
  if (value === undefined || allowed.includes(value)) return;
  throw usageError(`${name} is ${String(value)}, allowed are ${allowed.join(" and ")}`);
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}

function requireNames(name: string, value: unknown): void {
  if (value !== undefined && !isTextList(value)) throw usageError(`${name} must be an array of names`);
}

function requireMap(map: unknown): void {
  if (map === undefined) return;
  const { version, files, entries, globals, externs } = (map ?? {}) as Record<string, unknown>;
  if (version === 1 && [files, entries, globals, externs].every(Array.isArray)) return;
  throw usageError("map must be a map of the translator: sourceMap(), or parseActionSourceMap of its file");
}

/**
 * Checks the options that the engine does not check, for callers without a type checker.
 * @throws DasmError that names the option
 */
export function checkOptions(options: AssemblerOptions): void {
  if (typeof options !== "object" || options === null) throw usageError("options must be an object");
  const { globals, externs, map, resolve } = options;
  if (typeof globals !== "number") requireNames("globals", globals);
  requireNames("externs", externs);
  requireMap(map);
  if (resolve !== undefined && typeof resolve !== "function") throw usageError("resolve must be a function");
  requireOneOf("arch", options.arch, ["x86", "x64"]);
  requireOneOf("pointerSize", options.pointerSize, [4, 8]);
  requireOneOf("labelImmSize", options.labelImmSize, [4, 8]);
  requireOneOf("duplicateLabels", options.duplicateLabels, ["error", "allow"]);
}
