import { describe, expect, test } from "vitest";
import { ByteRangeCache } from "../../src/luabyteasm/byte-range-cache.js";
import { assemble, disassemble, disassembleTo, parse, readChunk } from "../../src/luabyteasm/index.js";
import { fieldSBx } from "../../src/luabyteasm/instruction.js";
import { ConstantCache } from "../../src/luabyteasm/text/constant-cache.js";

function functionWith(constants: readonly string[], nested = ""): string {
  const lines = constants.map((value, index) => `K${index} = ${value}`);
  return `.fn\n.instruction\nRETURN R0 1\n.const\n${lines.join("\n")}\n${nested}.endfn\n`;
}

describe("constants that recur", () => {
  const values = ['"a"', "1.5", '"a" ; comment', "nil", 'e"\\x00"', '"b"', "1.5", "nan"];

  test("are one object in all functions of a text and of a chunk, with the values they have alone", () => {
    const assembled = assemble(functionWith(values, functionWith(values)));
    if (!assembled.ok) throw new Error("not assembled");
    const read = readChunk(assembled.bytes);
    if (!read.ok) throw new Error("not read");
    for (const { main } of [assembled.chunk, read.chunk]) {
      const [inner] = main.prototypes;
      expect(
        main.constants.map((constant) => ("value" in constant ? constant.value : constant.kind)),
      ).toEqual(["a", 1.5, "a", "nil", "\0", "b", 1.5, "nan"]);
      expect(inner?.constants).toEqual(main.constants);
      expect(inner?.constants[0]).toBe(main.constants[0]);
      expect(inner?.constants[1]).toBe(main.constants[1]);
    }
  });

  test("are complained about wherever they stand", () => {
    const text = functionWith(["bare", '"back\\slash"'], functionWith(["bare", '"back\\slash"']));
    const { diagnostics } = assemble(text);
    expect(diagnostics.map(({ code, span }) => [code, span?.line])).toEqual([
      ["const-bareword", 5],
      ["backslash-literal", 6],
      ["const-bareword", 11],
      ["backslash-literal", 12],
    ]);
  });

  test("follow the kind of number that the chunk has", () => {
    const result = assemble(`.chunk number=4\n${functionWith(["0.1"])}`);
    expect(result.ok && result.chunk.main.constants[0]).toEqual({ kind: "number", value: Math.fround(0.1) });
  });
});

test("a constant takes the place of another one with the same hash, and only equal lines are found", () => {
  const cache = new ConstantCache();
  const lines = Array.from({ length: 10_000 }, (_, index) => `"${index}"\n`);
  const text = lines.join("") + lines.join("");
  const starts: number[] = [];
  for (let at = 0; at < text.length; at = text.indexOf("\n", at) + 1) starts.push(at);
  let found = 0;
  for (const start of starts) {
    const value = text.slice(start + 1, text.indexOf('"', start + 1));
    const known = cache.find(text, start);
    if (known === undefined) cache.keep(start, { kind: "string", value });
    else {
      found++;
      expect(known).toEqual({ kind: "string", value });
    }
  }
  expect(found).toBeLessThan(starts.length);
  cache.clear();
  expect(cache.find(text, 0)).toBeUndefined();
});

test("a range of bytes is found by its content", () => {
  const bytes = Uint8Array.from({ length: 60_000 }, (_, index) => ((index % 30_000) * 7919) >> 4);
  const cache = new ByteRangeCache<number>(bytes);
  let found = 0;
  for (let start = 0; start < bytes.length - 100; start += 3) {
    const length = start % 100;
    const known = cache.find(start, length);
    if (known === undefined) cache.keep(start, length, start);
    else {
      found++;
      expect(bytes.subarray(known, known + length)).toEqual(bytes.subarray(start, start + length));
    }
  }
  expect(found).toBeGreaterThan(0);
});

test("a text is handed over piece by piece, and not at all for a damaged chunk", () => {
  const long = Array.from({ length: 20_000 }, (_, index) => `"constant ${index}"`);
  const assembled = assemble(functionWith(long));
  if (!assembled.ok) throw new Error("not assembled");
  const pieces: string[] = [];
  const write = (piece: Uint8Array): void => {
    pieces.push(Buffer.from(piece).toString("latin1"));
  };
  expect(disassembleTo(assembled.bytes, write)).toEqual({ ok: true, diagnostics: [] });
  const whole = disassemble(assembled.bytes);
  expect(whole.ok && whole.text).toBe(pieces.join(""));
  expect(pieces.length).toBeGreaterThan(1);

  const before = pieces.length;
  const damaged = disassembleTo(assembled.bytes.subarray(0, 100), write);
  expect(damaged.ok).toBe(false);
  expect(damaged.diagnostics).toHaveLength(1);
  expect(pieces).toHaveLength(before);
});

describe("what stands for many things in a text", () => {
  const code = (count: number): string => `.instruction\n${"MOVE R0 R0\n".repeat(count)}`;

  test("runs of line numbers, short and long, come out one by one", () => {
    const lineInfoOf = (header: string, lines: string, count: number): unknown => {
      const parsed = parse(`${header}.fn\n${lines}\n${code(count)}.endfn\n`);
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
      return parsed.chunk.main.lineInfo;
    };
    expect(lineInfoOf("", ".lineinfo 7*3, 7, 7*2 0*0 -1*2", 8)).toEqual(
      Int32Array.of(7, 7, 7, 7, 7, 7, -1, -1),
    );
    const long = lineInfoOf(".chunk int=8\n", ".lineinfo 0 0 5000000000*2 5000000000 0*2 -5000000000", 8);
    expect(long).toEqual(
      BigInt64Array.of(0n, 0n, 5000000000n, 5000000000n, 5000000000n, 0n, 0n, -5000000000n),
    );
    const entries = Array.from({ length: 300 }, (_, index) => index >> 1);
    expect(lineInfoOf("", `.lineinfo ${entries.join(" ")}`, 300)).toEqual(Int32Array.from(entries));
  });

  test("line numbers of a text that is refused take no memory", () => {
    const before = process.memoryUsage().arrayBuffers;
    const result = assemble(".fn\n.lineinfo 1*16777216\n.instruction\nFOO\n.endfn\n");
    expect(result.diagnostics.map(({ code }) => code)).toContain("unknown-opcode");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 22);
  });

  test("empty functions are one, unless something tells them apart", () => {
    const texts = [
      ".fn\n",
      ".fn\n",
      ".fn @a\n",
      ".fn @a\n",
      ".fn @a\n.header linedefined=3\n",
      ".fn @a\n.const\nK0 = nil\n",
    ];
    const parsed = parse(`.fn\n${texts.map((text) => `${text}.endfn\n`).join("")}.endfn\n`);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
    const { prototypes } = parsed.chunk.main;
    expect(prototypes.map(({ source }) => source)).toEqual([null, null, "@a", "@a", "@a", "@a"]);
    expect(prototypes.map(({ lineDefined }) => lineDefined)).toEqual([0, 0, 0, 0, 3, 0]);
    expect(prototypes.map(({ constants }) => constants.length)).toEqual([0, 0, 0, 0, 0, 1]);
    expect(new Set(prototypes).size).toBe(4);
  });

  test("thousands of jumps find their labels", () => {
    const lines = Array.from({ length: 3000 }, (_, index) => `L${index}: JMP L${(index * 7) % 3000}`);
    const parsed = parse(`.fn\n.instruction\n${lines.join("\n")}\n.endfn\n`);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
    const targets = Array.from(parsed.chunk.main.code, (word, pc) => pc + 1 + fieldSBx(word));
    expect(targets).toEqual(lines.map((_, index) => (index * 7) % 3000));
  });
});
