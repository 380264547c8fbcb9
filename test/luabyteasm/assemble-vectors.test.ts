import { expect, test } from "vitest";
import { assemble } from "../../src/luabyteasm/assemble.js";
import { readVectors, toHex } from "./chunk-vectors.js";
import { type AssembleVector, listExpected, listPlaces } from "./vectors.js";

/** What differs from the vector, as lines for people. */
function check({ id, text, expect: wanted }: AssembleVector): string[] {
  const result = assemble(text);
  const faults: string[] = [];
  const compare = (what: string, got: unknown, want: unknown): void => {
    if (JSON.stringify(got) !== JSON.stringify(want)) {
      faults.push(`${id}: ${what}: got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
    }
  };
  compare("errors", listPlaces(result.diagnostics, "error"), listExpected(wanted.errors));
  compare("warnings", listPlaces(result.diagnostics, "warning"), listExpected(wanted.warnings));
  compare("hex", result.ok ? toHex(result.bytes) : undefined, wanted.hex);
  return faults;
}

test.each(["asm.jsonl", "diagnostics.jsonl"])("%s: bytes and diagnostics", (file) => {
  const vectors = readVectors<AssembleVector>(file);
  expect(vectors.length).toBeGreaterThan(100);
  expect(vectors.flatMap(check).slice(0, 10)).toEqual([]);
});
