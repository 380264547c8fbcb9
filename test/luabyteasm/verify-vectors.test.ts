import { describe, expect, test } from "vitest";
import { readChunk } from "../../src/luabyteasm/read-chunk.js";
import { type Finding, verify } from "../../src/luabyteasm/verify.js";
import { fromHex, type RoundTripVector, readVectors, type VerifyVector } from "./chunk-vectors.js";

interface AsmVector {
  readonly id: string;
  readonly expect: { readonly hex?: string; readonly verify?: readonly string[] };
}

function findingsOf(hex: string): readonly Finding[] {
  const read = readChunk(fromHex(hex));
  if (!read.ok) throw new Error(`not a chunk: ${read.diagnostics[0]?.message}`);
  return verify(read.chunk);
}

function summarise({ severity, rule, path, pc }: Finding): string {
  return `${severity} ${rule} ${path}${pc === null ? "" : ` pc ${pc}`}`;
}

describe("vectors", () => {
  test("every rule is found at its function and instruction, and nothing else", () => {
    const wrong: unknown[] = [];
    for (const { id, hex, severity, rule, path, pc, all } of readVectors<VerifyVector>("verify.jsonl")) {
      const findings = findingsOf(hex);
      const found = findings.map((finding) => `${finding.severity} ${finding.rule}`);
      const hit = findings.some(
        (f) => f.severity === severity && f.rule === rule && f.path === path && f.pc === pc,
      );
      if (!hit || found.join() !== all.join()) wrong.push([id, all, findings.map(summarise)]);
    }
    expect(wrong).toEqual([]);
  });

  test("results of the assembler vectors", () => {
    const wrong: unknown[] = [];
    for (const { id, expect: expected } of readVectors<AsmVector>("asm.jsonl")) {
      if (expected.hex === undefined) continue;
      const found = findingsOf(expected.hex).map(summarise);
      if (found.join() !== (expected.verify ?? []).join()) wrong.push([id, expected.verify, found]);
    }
    expect(wrong).toEqual([]);
  });

  test("nothing is found in what luac writes; crafted chunks break the rules listed", () => {
    const wrong: unknown[] = [];
    for (const vector of readVectors<RoundTripVector>("roundtrip.jsonl.gz")) {
      if (vector.kind === "luac") {
        for (const hex of [vector.hex, vector.hex_stripped ?? vector.hex]) {
          const found = findingsOf(hex).map(summarise);
          if (found.length > 0) wrong.push([vector.id, found]);
        }
      } else {
        const errors = findingsOf(vector.hex).filter(({ severity }) => severity === "error");
        const rules = [...new Set(errors.map(({ rule }) => rule))].sort().join();
        const expected = [...(vector.verify_errors ?? [])].sort().join();
        if (rules !== expected) wrong.push([vector.id, expected, rules]);
      }
    }
    expect(wrong).toEqual([]);
  });
});
