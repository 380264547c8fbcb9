// How fast the translator is: whole processes and in a warm process, compared with the original
// under luajit where DYNASM_REFERENCE names a LuaJIT source tree. DYNASM_BENCH_FILE names one more
// source and DYNASM_BENCH_DEFINES its definitions (A=1,B); if the original stands in a folder dynasm
// beside that file, it is compared with that one, because sources follow their own version.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { Bench } from "tinybench";

const built = new URL("../dist/api/translator.js", import.meta.url).href;
const { translate } = (await import(built)) as typeof import("../src/translator/index.js");
const { DYNASM_REFERENCE: reference } = process.env;
const scratch = mkdtempSync(join(tmpdir(), "dynasm-bench-"));
const output = join(scratch, "out.c");
const runs = 15;

interface Source {
  readonly name: string;
  readonly file: string;
  readonly defines: readonly string[];
  /** The original to compare with, if there is one. */
  readonly original?: string | undefined;
}

/** A macro-heavy source with about this many lines: the demo interpreter with changing names and numbers. */
function writeLargeSource(lines: number): string {
  const demo = readFileSync("fixtures/demo/interpreter.dasc", "latin1");
  const [head = "", tail = ""] = demo.split("static void build_instruction");
  const parts = [head];
  const each = tail.split("\n").length;
  for (let part = 0; part * each < lines; part++) {
    const text = `static void build_instruction_${part}${tail}`;
    parts.push(text.replaceAll("[BASE+8]", `[BASE+${8 + 8 * (part % 97)}]`).replace(/->arith_\.\.name/g, ""));
  }
  const text = parts.join("").replace("|->arith_..name:\n", "");
  const file = join(scratch, `large-${lines}.dasc`);
  writeFileSync(file, text, "latin1");
  return file;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** Median milliseconds of each command, measured in turn so that a busy moment hits all of them. */
function measure(commands: readonly (readonly string[])[]): readonly number[] {
  const times = commands.map((): number[] => []);
  for (let run = 0; run < runs; run++) {
    commands.forEach(([command = "", ...args], index) => {
      const start = performance.now();
      execFileSync(command, args, { stdio: "ignore" });
      times[index]?.push(performance.now() - start);
    });
  }
  return times.map(median);
}

function report(what: string, own: number, other: number | undefined): void {
  const ratio =
    other === undefined ? "" : `   reference ${other.toFixed(1)} ms   ratio ${(own / other).toFixed(2)}`;
  console.log(`${what.padEnd(34)} ${own.toFixed(1)} ms${ratio}`);
}

const hasReference = reference !== undefined && existsSync(join(reference, "dynasm/dynasm.lua"));
if (!hasReference)
  console.log("no reference: set DYNASM_REFERENCE to a LuaJIT source tree, and install luajit");

const original = hasReference ? join(reference, "dynasm/dynasm.lua") : undefined;

function ownSource(file: string): Source {
  const beside = join(dirname(file), "dynasm/dynasm.lua");
  const { DYNASM_BENCH_DEFINES: defines = "" } = process.env;
  return {
    name: basename(file),
    file,
    defines: defines.split(",").filter((define) => define !== ""),
    original: existsSync(beside) ? beside : original,
  };
}

const vmDefines = ["JIT", "FFI", "FPU", "P64", "ENDIAN_LE"];
const sources: Source[] = [
  { name: "demo interpreter", file: "fixtures/demo/interpreter.dasc", defines: ["X64"], original },
  { name: "generated, 2,000 lines", file: writeLargeSource(2000), defines: ["X64"], original },
  { name: "generated, 20,000 lines", file: writeLargeSource(20_000), defines: ["X64"], original },
];
if (hasReference) {
  for (const name of ["vm_x64.dasc", "vm_x86.dasc"]) {
    sources.push({ name, file: join(reference, "src", name), defines: vmDefines, original });
  }
}
const { DYNASM_BENCH_FILE: benchFile } = process.env;
if (benchFile !== undefined) sources.push(ownSource(benchFile));

console.log(`whole process, median of ${runs}`);
for (const { name, file, defines, original: compared } of sources) {
  const args = [...defines.flatMap((define) => ["-D", define]), "-o", output, file];
  const commands = [[process.execPath, "bin/dynasm.js", "translate", ...args]];
  if (compared !== undefined) commands.push(["luajit", compared, ...args]);
  const [own = Number.NaN, other] = measure(commands);
  report(name, own, other);
}
const [bare = Number.NaN] = measure([[process.execPath, "-e", "0"]]);
report("node -e 0", bare, undefined);

/** Milliseconds of the reference for the translation alone: a process less the start of luajit. */
function referenceTranslation({ file, defines, original: compared }: Source): number | undefined {
  if (compared === undefined) return undefined;
  const args = [...defines.flatMap((define) => ["-D", define]), "-o", output, file];
  const [all = Number.NaN, start = 0] = measure([
    ["luajit", compared, ...args],
    ["luajit", "-e", ""],
  ]);
  return all - start;
}

console.log("\ntranslation alone, warm process");
for (const source of sources) {
  const text = readFileSync(source.file, "latin1");
  const defines = source.defines.map((define) => {
    const [name = "", value = "1"] = define.split("=");
    return [name, value] as const;
  });
  const bench = new Bench({ time: 1000, warmupTime: 500 });
  bench.add(source.name, () => {
    const result = translate(text, { fileName: source.name, defines });
    if (!result.ok || result.output === "") throw new Error("the translation failed");
  });
  await bench.run();
  const { result } = bench.tasks[0] ?? {};
  const own = result !== undefined && "latency" in result ? result.latency.p50 : Number.NaN;
  report(source.name, own, referenceTranslation(source));
}

const measurePeak = `process.on("exit", () => console.log(process.resourceUsage().maxRSS >> 10)); require(process.argv[1])`;
const peak = spawnSync(
  process.execPath,
  [
    "-e",
    measurePeak,
    join(process.cwd(), "bin/dynasm.js"),
    "-D",
    "X64",
    "-o",
    output,
    sources[2]?.file ?? "",
  ],
  { encoding: "utf8" },
);
console.log(`\npeak memory, 20,000 lines: ${peak.stdout.trim() || "unknown"} MB`);
rmSync(scratch, { recursive: true, force: true });
