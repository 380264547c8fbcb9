import { requirePackage } from "./optional-package.js";

/** A type description of koffi. */
export interface ForeignType {
  readonly name: string;
}

/** A C function called through koffi. */
export type ForeignFunction = (...args: readonly unknown[]) => unknown;

/** A loaded library of koffi. */
export interface ForeignLibrary {
  func(name: string, result: string, parameters: readonly string[]): ForeignFunction;
  symbol(name: string): bigint;
}

/** The part of koffi that is used here. */
export interface Foreign {
  load(path: string | null): ForeignLibrary;
  proto(definition: string): ForeignType;
  pointer(type: ForeignType): ForeignType;
  decode(address: bigint, type: ForeignType): unknown;
  encode(address: bigint, type: string, value: Uint8Array, length: number): void;
  register(callback: (...args: never[]) => unknown, type: ForeignType): bigint;
  unregister(callback: bigint): void;
}

/** Prototypes by their text: koffi would keep a new type for every call. */
const prototypes = new Map<string, ForeignType>();

/**
 * Loads koffi, which calls C functions and machine code.
 * @throws DasmError with the install command if it is not installed
 */
export function requireForeign(): Foreign {
  return requirePackage("koffi", "executable memory") as Foreign;
}

/** The type of a C prototype such as `int32_t (int32_t, int32_t)`. */
export function findPrototype(foreign: Foreign, text: string): ForeignType {
  const known = prototypes.get(text);
  if (known !== undefined) return known;
  const prototype = foreign.proto(text);
  prototypes.set(text, prototype);
  return prototype;
}
