import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.js";

/** Place and name of a diagnostic as the vectors write them. */
export interface ExpectedDiagnostic {
  readonly code: string;
  readonly line: number;
  readonly col: number;
}

export interface AssembleVector {
  readonly id: string;
  readonly text: string;
  readonly expect: {
    readonly hex?: string;
    readonly errors?: readonly ExpectedDiagnostic[];
    readonly warnings: readonly ExpectedDiagnostic[];
    readonly stdout?: string;
    readonly stderr_contains?: string;
  };
}

export interface RoundTripVector {
  readonly id: string;
  readonly kind: "luac" | "crafted";
  readonly hex: string;
  readonly hex_stripped?: string;
  readonly stdout?: string;
}

export interface MalformedVector {
  readonly id: string;
  readonly hex: string;
  readonly expect: "reject" | "any";
  readonly round_trip?: boolean;
}

/** The objects of a vector file (JSON lines, possibly gzipped). */
export function readVectors<Vector>(name: string): Vector[] {
  const bytes = readFileSync(`fixtures/vectors/lasm/${name}`);
  const text = (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Vector);
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

export function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

/** One line per diagnostic of a severity: `line:col code`. */
export function listPlaces(diagnostics: readonly Diagnostic[], severity: "error" | "warning"): string[] {
  return diagnostics
    .filter((diagnostic) => diagnostic.severity === severity)
    .map(({ code, span }) => `${span?.line}:${span?.column} ${code}`);
}

export function listExpected(expected: readonly ExpectedDiagnostic[] = []): string[] {
  return expected.map(({ code, line, col }) => `${line}:${col} ${code}`);
}
