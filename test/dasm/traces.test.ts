import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { readTraces, replay, type Trace } from "./trace.js";

/** Replays traces and describes the first results that differ. */
function findMismatches(traces: readonly Trace[]): string[] {
  const mismatches: string[] = [];
  for (const trace of traces) {
    const results = replay(trace);
    if (isDeepStrictEqual(results, trace.expect)) continue;
    const at = trace.expect.findIndex((expected, index) => !isDeepStrictEqual(results[index], expected));
    mismatches.push(
      `${trace.id}: got ${JSON.stringify(results[at])}, expected ${JSON.stringify(trace.expect[at])}`,
    );
  }
  return mismatches.slice(0, 10);
}

const makesCorrectCode = (trace: Trace): boolean => trace.quirks?.includes("sib-ebp-zero-disp") ?? false;

describe("recorded traces of the reference engine", () => {
  const traces = readTraces("dasm-traces");
  const kinds = [...new Set(traces.map((trace) => trace.kind))].sort();

  test.each(kinds.filter((kind) => kind !== "error/phase"))("%s", (kind) => {
    const selected = traces.filter((trace) => trace.kind === kind && !makesCorrectCode(trace));
    expect(selected.length).toBeGreaterThan(0);
    expect(findMismatches(selected)).toEqual([]);
  });

  test("the file is complete", () => {
    expect(traces.length).toBe(484);
    expect(traces.filter(makesCorrectCode).map((trace) => trace.kind)).toEqual(Array(6).fill("error/phase"));
  });

  test("the 1.4 engine with its 4-byte label immediates", () => {
    const old = readTraces("dasm-traces-v14");
    expect(old.length).toBe(36);
    expect(findMismatches(old)).toEqual([]);
  });

  test("a fixed ebp base with index and zero displacement gives code of the linked size", () => {
    for (const trace of traces.filter(makesCorrectCode)) {
      const results = replay(trace);
      const [, status, output] = results.at(-1) ?? [];
      const [, linkStatus, size] = results.at(-2) ?? [];
      expect([trace.id, linkStatus, status]).toEqual([trace.id, 0, 0]);
      expect((output as { code: string }).code.length).toBe(2 * (size as number));
    }
  });
});
