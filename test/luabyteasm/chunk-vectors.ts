import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Prototype } from "../../src/luabyteasm/chunk.js";

const FOLDER = new URL("../../fixtures/vectors/lasm/", import.meta.url);

/** The lines of a JSON-lines vector file, gzipped or not. */
export function readVectors<T>(name: string): T[] {
  const file = readFileSync(new URL(name, FOLDER));
  const text = (name.endsWith(".gz") ? gunzipSync(file) : file).toString("utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);
}

export function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

export interface RoundTripVector {
  readonly id: string;
  readonly kind: "luac" | "crafted";
  readonly hex: string;
  readonly hex_stripped?: string;
  readonly verify_errors?: readonly string[];
}

export interface MalformedVector {
  readonly id: string;
  readonly hex: string;
  readonly expect: "reject" | "any";
  readonly reason: string;
  readonly round_trip: boolean;
}

export interface VerifyVector {
  readonly id: string;
  readonly hex: string;
  readonly severity: string;
  readonly rule: string;
  readonly path: string;
  readonly pc: number | null;
  readonly all: readonly string[];
}

/** Every chunk of the round-trip vectors, with a name. */
export function roundTripChunks(): { readonly name: string; readonly bytes: Uint8Array }[] {
  return readVectors<RoundTripVector>("roundtrip.jsonl.gz").flatMap(({ id, hex, hex_stripped }) => [
    { name: id, bytes: fromHex(hex) },
    ...(hex_stripped === undefined ? [] : [{ name: `${id} stripped`, bytes: fromHex(hex_stripped) }]),
  ]);
}

/** A function without anything, to be filled in. */
export const emptyPrototype: Prototype = {
  lineDefined: 0,
  lastLineDefined: 0,
  numParams: 0,
  isVararg: 1,
  maxStackSize: 2,
  code: new Uint32Array(0),
  constants: [],
  prototypes: [],
  upvalues: [],
  source: null,
  lineInfo: new Int32Array(0),
  locals: [],
  upvalueNames: [],
};
