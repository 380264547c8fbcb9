/**
 * Speed of the C engine on the recorded traces. When the environment variable DYNASM_REFERENCE names a LuaJIT source
 * tree, its engine runs the same traces, and the ratio is printed. Run with `npx tsx bench/runtime-c.bench.ts`.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { printCommands, readTraces, type Trace } from "../test/runtime-c/traces.js";

const ROUNDS = 3;
const DRIVER = fileURLToPath(new URL("runtime-c.c", import.meta.url));
const OURS = fileURLToPath(new URL("../runtime/c", import.meta.url));

interface Variant {
  readonly name: string;
  readonly options: readonly string[];
  readonly pointerSize: number;
}

const VARIANTS: readonly Variant[] = [
  { name: "64 bit, checks", options: ["-m64", "-DDASM_CHECKS"], pointerSize: 8 },
  { name: "64 bit, no checks", options: ["-m64"], pointerSize: 8 },
  { name: "32 bit, checks", options: ["-m32", "-DDASM_CHECKS"], pointerSize: 4 },
];

/** Best time of a scenario, in nanoseconds per round, and the bytes of code one round makes. */
interface Figure {
  readonly bytes: number;
  readonly time: number;
}

function isMeasured(trace: Trace, pointerSize: number): boolean {
  const isValid = trace.kind.startsWith("ok/") && !trace.quirks?.includes("sib-ebp-zero-disp");
  return isValid && trace.ptrSize === pointerSize;
}

function compileDriver(headers: string, output: string, options: readonly string[]): string {
  execFileSync("gcc", ["-O2", "-w", ...options, "-I", headers, DRIVER, "-o", output]);
  return output;
}

function measure(driver: string, commands: string): ReadonlyMap<string, Figure> {
  const lines = execFileSync(driver, { input: commands, encoding: "utf8" }).trim().split("\n");
  return new Map(
    lines.map((line) => {
      const [scenario = "", bytes, time] = line.split(" ");
      return [scenario, { bytes: Number(bytes), time: Number(time) }];
    }),
  );
}

/** Keeps the faster figure of each scenario. */
function keepBest(best: Map<string, Figure>, figures: ReadonlyMap<string, Figure>): void {
  for (const [scenario, figure] of figures) {
    const known = best.get(scenario);
    if (!known || figure.time < known.time) best.set(scenario, figure);
  }
}

function printFigure(engine: string, { bytes, time }: Figure): string {
  return `${engine} ${(time / 1e3).toFixed(0)} us, ${((bytes / time) * 1e3).toFixed(0)} MB/s`;
}

function benchVariant({ name, options, pointerSize }: Variant, directory: string, reference?: string): void {
  const traces = readTraces("dasm-traces").filter((trace) => isMeasured(trace, pointerSize));
  const commands = traces.map(printCommands).join("");
  const ours = compileDriver(OURS, join(directory, "ours"), options);
  const theirs = reference && compileDriver(join(reference, "dynasm"), join(directory, "reference"), options);
  const best = new Map<string, Figure>();
  const bestReference = new Map<string, Figure>();
  for (let round = 0; round < ROUNDS; round++) {
    keepBest(best, measure(ours, commands));
    if (theirs) keepBest(bestReference, measure(theirs, commands));
  }
  for (const [scenario, figure] of best) {
    const other = bestReference.get(scenario);
    const comparison = other
      ? `; ${printFigure("reference", other)}; ratio ${(other.time / figure.time).toFixed(2)}`
      : "";
    console.log(
      `${name}, ${traces.length} programs, ${scenario} state: ${printFigure("ours", figure)}${comparison}`,
    );
  }
}

const directory = mkdtempSync(join(tmpdir(), "dynasm-bench-"));
const { DYNASM_REFERENCE: reference } = process.env;
for (const variant of VARIANTS) benchVariant(variant, directory, reference);
rmSync(directory, { recursive: true });
