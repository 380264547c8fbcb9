import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DEFAULT_HEADER, type Prototype } from "../../src/luabyteasm/chunk.js";
import { formatNumber } from "../../src/luabyteasm/format-number.js";
import { listChunk, listChunkTo } from "../../src/luabyteasm/index.js";
import { readChunk } from "../../src/luabyteasm/read-chunk.js";
import { hasNative } from "../support/native.js";
import { chunkOfCode, chunkOfText } from "./chunk-text.js";
import { emptyPrototype, fromHex, type RoundTripVector, readVectors } from "./chunk-vectors.js";

function pathsOf(prototype: Prototype, path: string): string[] {
  return [path, ...prototype.prototypes.flatMap((nested, index) => pathsOf(nested, `${path}/${index}`))];
}

/** The listing of luac with addresses replaced by paths, in the order in which functions are listed. */
function nameAddresses(listing: string, paths: readonly string[]): string {
  const found = [...listing.matchAll(/instructions? at (0x[0-9a-f]+)\)\n/g)].map((match) => match[1] ?? "");
  const byAddress = new Map(found.map((address, index) => [address, paths[index] ?? "?"]));
  return listing.replace(/0x[0-9a-f]{6,}/g, (address) => byAddress.get(address) ?? address);
}

/**
 * What luac 5.2 shows differently from the words of the chunk: block numbers of SETLIST from 256 up as if they
 * were constants, and instead of the operand word of SETLIST its raw value on the line of the SETLIST.
 */
function undoQuirks(listing: string): string {
  const asBlock = (_: string, head: string, constant: string) => `${head}${255 + Number(constant)}\t;`;
  const asWord = (_: string, pc: string, line: string, operands: string, word: string) => {
    const block = Number(word) >>> 6;
    const next = `\t${Number(pc) + 1}\t[${line}]\tEXTRAARG \t${block}\n`;
    return `\t${pc}\t[${line}]\tSETLIST  \t${operands} 0\t; ${block}\n${next}`;
  };
  return listing
    .replace(/(SETLIST {2}\t\d+ \d+ )-(\d+)\t;/g, asBlock)
    .replace(/\t(\d+)\t\[(\d+|-)\]\tSETLIST {2}\t(\d+ \d+) 0\t; (-?\d+)\n/g, asWord);
}

describe("listChunk", () => {
  test.skipIf(!hasNative("luac5.2", ["-v"]))("lists what luac -l -l lists", () => {
    const folder = mkdtempSync(join(tmpdir(), "list-"));
    const wrong: unknown[] = [];
    for (const { id, kind, hex, hex_stripped } of readVectors<RoundTripVector>("roundtrip.jsonl.gz")) {
      if (kind !== "luac") continue;
      for (const variant of [hex, hex_stripped ?? hex]) {
        const bytes = fromHex(variant);
        const file = join(folder, "chunk.luac");
        writeFileSync(file, bytes);
        const luac = spawnSync("luac5.2", ["-l", "-l", "-p", file], { encoding: "utf8", maxBuffer: 2 ** 26 });
        const read = readChunk(bytes);
        if (!read.ok) throw new Error(id);
        const expected = nameAddresses(undoQuirks(luac.stdout), pathsOf(read.chunk.main, "main"));
        const listed = listChunk(read.chunk).split("\n");
        const at = expected.split("\n").findIndex((line, i) => line !== listed[i]);
        if (at >= 0) wrong.push([id, expected.split("\n")[at], listed[at]]);
      }
    }
    rmSync(folder, { recursive: true });
    expect(wrong.slice(0, 10)).toEqual([]);
  });

  test("shows functions, code and tables", () => {
    const chunk = chunkOfText(`.fn @a.lua
.header
  numparams=1, maxstacksize=3, is_vararg=0
.const
  K0 = "k\\"
.upvalue
  U0 = L1 R0 "_ENV"
.locals
  x 0 2
.instruction
.line 7
  GETTABUP R1 U0 K0
  LOADKX R1
  EXTRAARG 0
  CLOSURE R1 P0
  RETURN R0 1
.fn
.instruction
  RETURN R0 1
.endfn
.endfn
`);
    expect(listChunk(chunk)).toBe(`
main <a.lua:0,0> (5 instructions at main)
1 param, 3 slots, 1 upvalue, 1 local, 1 constant, 1 function
\t1\t[7]\tGETTABUP \t1 0 -1\t; _ENV "k\\\\"
\t2\t[7]\tLOADKX   \t1
\t3\t[7]\tEXTRAARG \t-1\t; "k\\\\"
\t4\t[7]\tCLOSURE  \t1 0\t; main/0
\t5\t[7]\tRETURN   \t0 1
constants (1) for main:
\t1\t"k\\\\"
locals (1) for main:
\t0\tx\t1\t3
upvalues (1) for main:
\t0\t_ENV\t1\t0

main <?:0,0> (1 instruction at main/0)
0+ params, 2 slots, 0 upvalues, 0 locals, 0 constants, 0 functions
\t1\t[1]\tRETURN   \t0 1
constants (0) for main/0:
locals (0) for main/0:
upvalues (0) for main/0:
`);
    expect(listChunk(chunk, { tables: false })).not.toContain("constants (");
  });

  test("shows words that are no instruction, and what does not exist, without reading it", () => {
    const code = "LOADK R0 K9\nGETUPVAL R0 U7\n.word 0xffffffff\nSETLIST R0 1 0\nRETURN R0 1";
    const text = listChunk(chunkOfCode(code));
    expect(text).toContain("LOADK    \t0 -10\t; no K9");
    expect(text).toContain("GETUPVAL \t0 7\t; -");
    expect(text).toContain("(opcode 63)\t0xffffffff");
    expect(text).toContain("SETLIST  \t0 1 0\t; the next instruction is not EXTRAARG");
    expect(listChunk(chunkOfCode("SETLIST R0 1 0\nEXTRAARG 600"))).toContain("SETLIST  \t0 1 0\t; 600");
    expect(listChunk(chunkOfCode("SETLIST R0 1 0\nEXTRAARG 600"))).toContain("EXTRAARG \t600\n");
  });

  test("shows upper halves of wide instructions, missing names and odd bytes", () => {
    const main: Prototype = {
      ...emptyPrototype,
      code: Uint32Array.of(1),
      codeHigh: Uint32Array.of(0xab),
      source: "\x1bLua",
      locals: [{ name: null, startPc: 0, endPc: 2n ** 60n }],
      upvalues: [
        { inStack: 1, index: 0 },
        { inStack: 0, index: 1 },
      ],
      upvalueNames: ["\xc3\xa9", "\xff\x01"],
      constants: [
        { kind: "nan", bits: 0x7ff8000000000000n },
        { kind: "nan", bits: 0xfff8000000000000n },
        { kind: "nan", bits: 0x7fc00000n },
        { kind: "nan", bits: 0xffc00000n },
        { kind: "integer", value: 2n ** 62n },
      ],
    };
    const text = listChunk({ header: { ...DEFAULT_HEADER, instructionSize: 8 }, main });
    expect(text).toContain("main <(bstring):0,0>");
    expect(text).toContain("(opcode 1)\t0xab00000001");
    expect(text).toContain("\t0\t-\t1\t1152921504606846977");
    expect(text).toContain("\t0\té\t1\t0");
    expect(text).toContain("\t1\t\\255\\001\t0\t1");
    expect(text).toContain("\t1\tnan\n\t2\t-nan\n\t3\tnan\n\t4\t-nan\n\t5\t4611686018427387904");
    expect(listChunk({ header: DEFAULT_HEADER, main: { ...main, source: "return 1" } })).toContain(
      "<(string):",
    );
  });
});

describe("formatNumber", () => {
  test("writes what printf %.14g writes", () => {
    const cases: readonly (readonly [number, string])[] = [
      [0, "0"],
      [-0, "-0"],
      [1, "1"],
      [-1.5, "-1.5"],
      [0.1, "0.1"],
      [1 / 3, "0.33333333333333"],
      [2 / 3, "0.66666666666667"],
      [1e13, "10000000000000"],
      [1e14, "1e+14"],
      [123456789012345, "1.2345678901234e+14"],
      [99999999999999.5, "1e+14"],
      [1234567890123.25, "1234567890123.2"],
      [1234567890123.75, "1234567890123.8"],
      [-1234567890123.25, "-1234567890123.2"],
      [0.00012345678901234567, "0.00012345678901235"],
      [11181205474929.926, "11181205474930"],
      [1e-4, "0.0001"],
      [1e-5, "1e-05"],
      [1e100, "1e+100"],
      [5e-324, "4.9406564584125e-324"],
      [Number.POSITIVE_INFINITY, "inf"],
      [Number.NEGATIVE_INFINITY, "-inf"],
      [Number.NaN, "nan"],
    ];
    expect(cases.map(([value]) => formatNumber(value))).toEqual(cases.map(([, text]) => text));
  });
});

test("long texts that code names again and again do not multiply", () => {
  const size = 5_000_000;
  const text = "x".repeat(size);
  const rest = `.const\nK0 = "${text}"\nK1 = "short"\n.upvalue\nU0 = L1 R0 "${text}"`;
  const listing = listChunk(chunkOfCode(`${"GETTABUP R0 U0 K0\n".repeat(500)}GETTABUP R0 U0 K1`, rest));
  expect(listing.length).toBeGreaterThan(10 * size);
  expect(listing.length).toBeLessThan(17 * size);
  const code = listing.split("\n").filter((line) => line.includes("GETTABUP"));
  expect(code[0]).toBe(`\t1\t[1]\tGETTABUP \t0 0 -1\t; ${text} "${text}"`);
  expect(code[499]).toBe(`\t500\t[1]\tGETTABUP \t0 0 -1\t; ${"x".repeat(40)}... "${"x".repeat(39)}...`);
  expect(code[500]).toBe(`\t501\t[1]\tGETTABUP \t0 0 -2\t; ${"x".repeat(40)}... "short"`);
});

test("names beyond ASCII survive wherever a piece ends", () => {
  const names = Array.from(
    { length: 3000 },
    (_, index) => `"\u00e9\u20ac\u{1f600}${"x".repeat(index % 7)}" 0 1`,
  );
  const chunk = chunkOfCode("MOVE R0 R1", `.locals\n${names.join("\n")}`);
  const pieces: string[] = [];
  listChunkTo(chunk, (piece) => pieces.push(piece));
  expect(pieces.length).toBeGreaterThan(1);
  const listing = pieces.join("");
  expect(listing).toBe(listChunk(chunk));
  expect(listing.match(/\u00e9\u20ac\u{1f600}x*\t1\t2\n/gu)?.length).toBe(names.length);
});

test("a listing handed over in pieces is the one in one piece", () => {
  const chunk = chunkOfCode("MOVE R0 R1\n".repeat(20_000));
  const pieces: string[] = [];
  listChunkTo(chunk, (piece) => pieces.push(piece));
  expect(pieces.length).toBeGreaterThan(5);
  expect(pieces.join("")).toBe(listChunk(chunk));
});
