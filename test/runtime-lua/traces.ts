import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** One recorded use of the encoder; the fields are explained in fixtures/vectors/dasm/README.md. */
export interface Trace {
  readonly id: string;
  readonly kind: string;
  readonly ptrSize: 4 | 8;
  readonly labelImmSize?: number;
  readonly quirks?: readonly string[];
  readonly actions: string;
  readonly globalsIn: readonly (readonly [number, string])[];
  readonly externs: readonly string[];
  readonly ops: readonly (readonly [string, ...(number | string)[]])[];
  readonly expect: readonly (readonly [number, ...unknown[]])[];
}

interface EncodeResult {
  readonly code: string;
  readonly globals: readonly (readonly [number, number])[];
  readonly externs: readonly (readonly [number, number, number])[];
}

export function readTraces(name: string): Trace[] {
  const url = new URL(`../../fixtures/vectors/dasm/${name}.jsonl.gz`, import.meta.url);
  const lines = gunzipSync(readFileSync(url)).toString("utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as Trace);
}

/** The engine version whose label immediates are as wide as in this trace. */
function versionOf(trace: Trace): number {
  return trace.ptrSize === 4 || trace.labelImmSize === 4 ? 10400 : 10500;
}

/** A trace in the line format that trace-driver.lua reads. */
export function printTrace(trace: Trace): string {
  const lines = [`T ${versionOf(trace)}`, `A ${trace.actions}`];
  for (const [index, address] of trace.globalsIn) lines.push(`G ${index} ${address}`);
  if (trace.externs.length > 0) lines.push(`E ${trace.externs.join(" ")}`);
  for (const op of trace.ops) lines.push(op.join(" "));
  return lines.join("\n");
}

/** The global offsets as printed by the driver, reduced to the pointer size of the trace. */
function printGlobals(globals: readonly (readonly [number, number])[], ptrSize: number): string {
  return globals.map(([index, offset]) => `${index}:${ptrSize === 4 ? offset | 0 : offset}`).join(",");
}

/** What the driver must print for the operation that `expectation` belongs to. */
function printExpectation(expectation: readonly unknown[], ptrSize: number): string {
  const [, status, detail] = expectation;
  if (typeof detail !== "object" || detail === null) return expectation.slice(1).join(" ");
  const { code, globals, externs } = detail as EncodeResult;
  const indexes = externs.map(([index]) => index).join(",");
  return `${status} code=${code} globals=${printGlobals(globals, ptrSize)} externs=${indexes}`;
}

/** A line that the driver must print, and where in which trace it comes from. */
export interface Expectation {
  readonly at: string;
  readonly line: string;
}

/** The driver's lines for one trace. */
export function expectedLines(trace: Trace): Expectation[] {
  const results = trace.expect.map((expectation) => ({
    at: `${trace.id} (${trace.kind}), operation ${expectation[0]}`,
    line: printExpectation(expectation, trace.ptrSize),
  }));
  return [{ at: trace.id, line: "T" }, ...results];
}
