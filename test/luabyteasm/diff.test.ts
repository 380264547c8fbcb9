import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Chunk } from "../../src/luabyteasm/chunk.js";
import { convertChunk } from "../../src/luabyteasm/convert.js";
import { type DiffOptions, diffChunks, renderDiff } from "../../src/luabyteasm/diff.js";
import { diffSequences } from "../../src/luabyteasm/diff-sequences.js";
import { readChunk } from "../../src/luabyteasm/read-chunk.js";
import { chunkOfText } from "./chunk-text.js";
import { fromHex, type RoundTripVector, readVectors } from "./chunk-vectors.js";

function read(hex: string): Chunk {
  const result = readChunk(fromHex(hex));
  if (!result.ok) throw new Error(result.diagnostics[0]?.message);
  return result.chunk;
}

function differ(one: Chunk, other: Chunk, options: DiffOptions = {}): string {
  const result = diffChunks(one, other, options);
  expect(result.same).toBe(result.differences.length === 0);
  return renderDiff(result);
}

/** A main function that makes closures of functions, each given by its code. */
function program(functions: readonly string[], constants = "K0 = 1\nK1 = 2"): Chunk {
  const closures = functions.map((_, index) => `CLOSURE R0 P${index}`).join("\n");
  const nested = functions.map((code) => `.fn @d.lua\n.const\n${constants}\n.instruction\n${code}\n.endfn`);
  return chunkOfText(
    `.fn @d.lua\n.header\nmaxstacksize=4\n.instruction\n${closures}\nRETURN R0 1\n${nested.join("\n")}\n.endfn\n`,
  );
}

const ADD = "ADD R0 K0 K1\nRETURN R0 2";
const MUL = "LOADK R1 K1\nMUL R0 R1 K1\nMUL R0 R0 R0\nRETURN R0 2";
const TABLE = "NEWTABLE R0\nSETTABLE R0 K0 K1\nLEN R1 R0\nCALL R1 1 1\nRETURN R0 1";

describe("diffChunks", () => {
  test("equal chunks have no difference", () => {
    expect(differ(program([ADD, MUL]), program([ADD, MUL]))).toBe("");
  });

  test("an instruction that differs is shown on both sides", () => {
    expect(differ(program([ADD]), program([ADD.replace("ADD", "SUB")]))).toBe(`main/0: instructions differ
  -    0  ADD R0 K0 K1 ; 1 2
  +    0  SUB R0 K0 K1 ; 1 2
`);
  });

  test("an inserted function does not make the others differ", () => {
    expect(differ(program([ADD, MUL]), program([ADD, TABLE, MUL]))).toBe(
      `main: instructions differ
  +    1  CLOSURE R0 P1
main: nested functions without counterpart
  +    1  main/1 <@d.lua:0,0> (5 instructions)
`.replace("@", ""),
    );
  });

  test("functions that moved are matched", () => {
    const text = differ(program([ADD, MUL]), program([MUL, ADD]));
    expect(text).toContain("main: nested functions are in another order: P0=P1 P1=P0");
    expect(text).not.toContain("main/");
  });

  test("a function that changed is matched with the most alike", () => {
    const changed = MUL.replace("MUL R0 R0 R0\n", "");
    const text = differ(program([ADD, MUL, TABLE]), program([TABLE, changed]));
    expect(text).toContain("main/1: instructions differ\n  -    2  MUL R0 R0 R0\n");
    expect(text).toContain("  -    0  main/0 <");
  });

  test("a moved and changed function is named by both paths", () => {
    const changed = MUL.replace("MUL R0 R0 R0\n", "");
    expect(differ(program([ADD, MUL]), program([changed, ADD]))).toContain(
      "main/1 (now main/0): instructions differ",
    );
  });

  test("constant order is ignored on request", () => {
    const one = program(["LOADK R0 K0\nADD R0 R0 K1\nEQ 1 R0 K0\nJMP 0\nLOADKX R0\nEXTRAARG 1\nRETURN R0 2"]);
    const other = program(
      ["LOADK R0 K1\nADD R0 R0 K0\nEQ 1 R0 K1\nJMP 0\nLOADKX R0\nEXTRAARG 0\nRETURN R0 2"],
      "K0 = 2\nK1 = 1\nK2 = 2",
    );
    expect(differ(one, other, { ignoreConstantOrder: true })).toBe("");
    expect(differ(one, other)).toContain("main/0: constants differ");
    const third = program(["LOADK R0 K1\nADD R0 R0 K0\nRETURN R0 2"], 'K0 = 2\nK1 = "1"');
    const text = differ(one, third, { ignoreConstantOrder: true });
    expect(text).toContain('main/0: constants differ\n  -    0  1\n  +    1  "1"\n');
  });

  test("constants are compared exactly", () => {
    const values = [
      "0",
      "-0",
      "nan",
      "nan:0x1",
      '"0"',
      "nil",
      "false",
      "bool:2",
      "true",
      "0.1",
      "0.10000000000000002",
    ];
    const chunks = values.map((value) => program(["RETURN R0 1"], `K0 = ${value}`));
    const same = chunks.flatMap((one, i) =>
      chunks.flatMap((other, j) => (diffChunks(one, other).same ? [`${i} ${j}`] : [])),
    );
    expect(same).toEqual(values.map((_, i) => `${i} ${i}`));
  });

  test("stripping makes no difference when debug data is ignored", () => {
    let compared = 0;
    for (const { hex, hex_stripped } of readVectors<RoundTripVector>("roundtrip.jsonl.gz")) {
      if (hex_stripped === undefined) continue;
      expect(differ(read(hex), read(hex_stripped), { ignoreDebug: true })).toBe("");
      expect(differ(read(hex), read(hex_stripped))).not.toBe("");
      compared++;
    }
    expect(compared).toBeGreaterThan(30);
  });

  test("debug data: everything that differs is named once", () => {
    const body = (source: string, line: number, local: string, name: string) =>
      `.fn @${source}\n.header\nlinedefined=${line}, lastlinedefined=9\n.upvalue\nU0 = L1 R0 "${name}"\n.locals\n${local}\n` +
      `.instruction\n.line ${line}\nRETURN R0 1\n.fn @${source}\n.instruction\nRETURN R0 1\n.endfn\n.endfn\n`;
    const one = chunkOfText(body("a.lua", 3, "x 0 1", "_ENV"));
    const other = chunkOfText(body("b.lua", 4, "y 0 1", "e"));
    expect(differ(one, other)).toBe(`main: linedefined: 3 -> 4
main: source: "@a.lua" -> "@b.lua"
main: 1 of 1 line numbers differ, the first at pc 0: 3 -> 4
main: local variables differ
  -    0  "x" 0 1
  +    0  "y" 0 1
main: upvalue names differ
  -    0  "_ENV"
  +    0  "e"
`);
    expect(differ(one, other, { ignoreDebug: true })).toBe("");
  });

  test("parameters, frame, upvalues and layout", () => {
    const body = (header: string, upvalue: string) =>
      chunkOfText(`.fn\n.header\n${header}\n.upvalue\n${upvalue}\n.instruction\nRETURN R0 1\n.endfn\n`);
    const one = body("numparams=1, is_vararg=0, maxstacksize=4", "U0 = L1 R0");
    const other = body("numparams=2, is_vararg=1, maxstacksize=5", "U0 = L0 R3");
    expect(differ(one, other)).toBe(`main: numparams: 1 -> 2
main: is_vararg: 0 -> 1
main: maxstacksize: 4 -> 5
main: upvalues differ
  -    0  L1 R0
  +    0  L0 R3
`);
    const converted = convertChunk(one, { littleEndian: false, sizeTSize: 4 });
    if (!converted.ok) throw new Error("not converted");
    expect(differ(one, converted.chunk)).toBe(
      "header: littleEndian: true -> false\nheader: sizeTSize: 8 -> 4\n",
    );
    expect(differ(one, converted.chunk, { ignoreLayout: true })).toBe("");
  });

  test("many different functions are paired in order instead of compared with each other", () => {
    const many = (first: number) =>
      program(
        Array.from(
          { length: 201 },
          (_, i) => `LOADNIL R0 ${(first + i) % 99}\nLOADNIL R1 ${Math.floor((first + i) / 99)}\nRETURN R0 1`,
        ),
      );
    const text = differ(many(0), many(201));
    expect(text).toContain("main/0: instructions differ");
    expect(text).not.toContain("without counterpart");
  });
});

describe("diffSequences", () => {
  test("hunks lead from one sequence to the other, and are minimal for small ones", () => {
    const items = fc.array(fc.nat(4), { maxLength: 12 });
    fc.assert(
      fc.property(items, items, (one, other) => {
        const result: number[] = [];
        let at = 0;
        let edits = 0;
        for (const { oldStart, oldEnd, newStart, newEnd } of diffSequences(one, other)) {
          result.push(...one.slice(at, oldStart));
          expect(result.length).toBe(newStart);
          result.push(...other.slice(newStart, newEnd));
          at = oldEnd;
          edits += oldEnd - oldStart + newEnd - newStart;
        }
        result.push(...one.slice(at));
        expect(result).toEqual(other);
        expect(edits).toBe(leastEdits(one, other));
      }),
      { numRuns: 500 },
    );
  });

  test("very different sequences count as replaced", () => {
    const one = Array.from({ length: 3000 }, (_, i) => i);
    const other = one.map((item) => item + 10_000);
    expect(diffSequences([7, ...one, 8], [7, ...other, 8])).toEqual([
      { oldStart: 1, oldEnd: 3001, newStart: 1, newEnd: 3001 },
    ]);
  });
});

/** Length of the shortest edit script, by dynamic programming. */
function leastEdits(one: readonly number[], other: readonly number[]): number {
  let row = Array.from({ length: other.length + 1 }, (_, j) => j);
  for (const [i, item] of one.entries()) {
    const next = [i + 1];
    for (const [j, otherItem] of other.entries()) {
      const replaced = item === otherItem ? (row[j] ?? 0) : Number.POSITIVE_INFINITY;
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
