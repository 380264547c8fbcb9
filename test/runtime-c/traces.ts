import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

type Operation = readonly [string, ...(number | string)[]];

interface Encoded {
  readonly code: string;
  readonly globals: readonly (readonly [number, number])[];
  readonly externs: readonly (readonly [number, number, number])[];
}

type Result = readonly [number, ...(number | Encoded)[]];

/** One recorded use of the engine; the fields are described beside the vectors. */
export interface Trace {
  readonly id: string;
  readonly kind: string;
  readonly ptrSize: number;
  readonly quirks?: readonly string[];
  readonly actions: string;
  readonly externNames: readonly string[];
  readonly globalsIn: readonly (readonly [number, string])[];
  readonly externs: readonly string[];
  readonly ops: readonly Operation[];
  readonly expect: readonly Result[];
}

export function readTraces(name: string): readonly Trace[] {
  const path = new URL(`../../fixtures/vectors/dasm/${name}.jsonl.gz`, import.meta.url);
  const lines = gunzipSync(readFileSync(path)).toString("utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as Trace);
}

/** A line of the driver's output: what it must be, and where in which trace it comes from. */
export interface Expectation {
  readonly at: string;
  readonly line: string;
}

function presetGlobals(trace: Trace): string {
  const last = trace.globalsIn.reduce((highest, [index]) => Math.max(highest, index), -1);
  const addresses = new Array<string>(last + 1).fill("0");
  for (const [index, address] of trace.globalsIn) addresses[index] = address;
  return addresses.join(" ");
}

/** The trace as commands for the driver. */
export function printCommands(trace: Trace): string {
  return [
    `actions ${trace.actions}`,
    `globals ${presetGlobals(trace)}`,
    `externs ${trace.externs.join(" ")}`,
    ...trace.ops.map((operation) => operation.join(" ")),
    "free",
    "",
  ].join("\n");
}

function printResult(value: number | Encoded): string {
  if (typeof value === "number") return String(value);
  const globals = value.globals.map((pair) => pair.join(":")).join(",");
  const externs = value.externs.map((call) => call.join(":")).join(",");
  return `${value.code} ${globals} ${externs}`;
}

/** The lines that the driver must print for the trace. */
export function expectedLines(trace: Trace): readonly Expectation[] {
  return trace.expect.map(([index, ...results]) => ({
    at: `${trace.id} (${trace.kind}), operation ${index}`,
    line: [trace.ops[index]?.[0], ...results.map(printResult)].join(" "),
  }));
}
