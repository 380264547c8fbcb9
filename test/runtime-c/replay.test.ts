import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { canCompile, compile, createScratchFolder, FIXTURES, run, SANITIZERS, WARNINGS } from "./compile.js";
import { expectedLines, printCommands, readTraces, type Trace } from "./traces.js";

interface Configuration {
  readonly name: string;
  readonly options: readonly string[];
  readonly traces: (trace: Trace) => boolean;
}

const C99 = ["-std=c99", ...WARNINGS];
const CPP17 = ["-x", "c++", "-std=c++17", ...WARNINGS];
const CHECKS = "-DDASM_CHECKS";

const on64 = (trace: Trace): boolean => trace.ptrSize === 8;
const on32 = (trace: Trace): boolean => trace.ptrSize === 4;
const isValid = (trace: Trace): boolean => trace.kind.startsWith("ok/");

const CONFIGURATIONS: readonly Configuration[] = [
  { name: "64 bit", options: ["-m64", "-O2", CHECKS, "-DREPLAY_AT_BASE", ...C99], traces: on64 },
  { name: "32 bit", options: ["-m32", "-O2", CHECKS, "-DREPLAY_AT_BASE", ...C99], traces: on32 },
  { name: "64 bit, sanitizers", options: ["-m64", "-g", CHECKS, ...SANITIZERS, ...C99], traces: on64 },
  { name: "32 bit, sanitizers", options: ["-m32", "-g", CHECKS, ...SANITIZERS, ...C99], traces: on32 },
  { name: "64 bit, C++17", options: ["-m64", "-O2", CHECKS, ...CPP17], traces: on64 },
  { name: "32 bit, C++17", options: ["-m32", "-nostdinc++", CHECKS, ...CPP17], traces: on32 },
  {
    name: "64 bit, byte-wise writes",
    options: ["-m64", CHECKS, "-DDASM_ALIGNED_WRITES", ...C99],
    traces: on64,
  },
  {
    name: "64 bit, no checks, sanitizers",
    options: ["-m64", "-g", ...SANITIZERS, ...C99],
    traces: (trace) => on64(trace) && isValid(trace),
  },
  { name: "32 bit, no checks", options: ["-m32", ...C99], traces: (trace) => on32(trace) && isValid(trace) },
];

/** The part of a line around its first difference from another one. */
function showDifference(line: string, other: string): string {
  let start = 0;
  while (start < line.length && line[start] === other[start]) start++;
  return `${line.slice(Math.max(0, start - 40), start)}>>>${line.slice(start, start + 40)}`;
}

/** Runs the driver over the traces and lists the lines that differ. */
function findMismatches(driver: string, traces: readonly Trace[]): readonly string[] {
  const { status, stdout, stderr } = run(driver, [], traces.map(printCommands).join(""));
  const actual = stdout.trimEnd().split("\n");
  const expected = traces.flatMap(expectedLines);
  const mismatches = expected.flatMap(({ at, line }, index) => {
    const other = actual[index] ?? "";
    if (line === other) return [];
    return [`${at}: expected ${showDifference(line, other)}, actual ${showDifference(other, line)}`];
  });
  if (status !== 0) mismatches.push(`the driver failed with status ${status}: ${stderr}`);
  if (actual.length !== expected.length)
    mismatches.push(`${actual.length} lines instead of ${expected.length}`);
  return mismatches.slice(0, 10);
}

// The reference reports a phase error where this engine writes the right code.
const traces = readTraces("dasm-traces").filter((trace) => !trace.quirks?.includes("sib-ebp-zero-disp"));

describe("traces of the reference engine", () => {
  const { directory, remove } = createScratchFolder();
  afterAll(remove);

  for (const [index, { name, options, traces: accepts }] of CONFIGURATIONS.entries()) {
    test.skipIf(!canCompile(options))(name, () => {
      const driver = compile(join(FIXTURES, "replay.c"), join(directory, `replay-${index}`), options);
      const chosen = traces.filter(accepts);
      expect(chosen.length).toBeGreaterThan(100);
      expect(findMismatches(driver, chosen)).toEqual([]);
    });
  }

  const legacy = ["-m64", CHECKS, "-DDASM_COMPAT_1_4", ...C99];
  test.skipIf(!canCompile(legacy))("64 bit, label addresses of version 1.4", () => {
    const driver = compile(join(FIXTURES, "replay.c"), join(directory, "replay-1.4"), legacy);
    const chosen = readTraces("dasm-traces-v14");
    expect(chosen.length).toBeGreaterThan(30);
    expect(findMismatches(driver, chosen)).toEqual([]);
  });
});
