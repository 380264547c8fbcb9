import fc from "fast-check";
import { expect, test } from "vitest";
import { assemble, parse } from "../../src/luabyteasm/assemble.js";
import type { Chunk, ChunkHeader, Constant, LocalVariable, Prototype } from "../../src/luabyteasm/chunk.js";
import { disassemble, print } from "../../src/luabyteasm/disassemble.js";
import { readChunk } from "../../src/luabyteasm/read-chunk.js";
import { writeChunk } from "../../src/luabyteasm/write-chunk.js";
import { fromHex, type RoundTripVector, readVectors, toHex } from "./chunk-vectors.js";
import type { AssembleVector } from "./vectors.js";

const runs = { numRuns: 150 };

const byte = fc.integer({ min: 0, max: 255 });
const byteString = fc.oneof(
  fc.array(byte, { maxLength: 30 }).map((codes) => String.fromCharCode(...codes)),
  fc.string({
    maxLength: 30,
    unit: fc.constantFrom('"', "\\", ";", "e", " ", ".", "@", "\n", "a", ",", "="),
  }),
);
const optionalString = fc.option(byteString, { nil: null });

const header: fc.Arbitrary<ChunkHeader> = fc.record({
  format: byte,
  littleEndian: fc.boolean(),
  intSize: fc.constantFrom(2, 4, 8),
  sizeTSize: fc.constantFrom(2, 4, 8),
  instructionSize: fc.constantFrom(4, 8),
  numberSize: fc.constantFrom(4, 8),
  integral: fc.boolean(),
});

function nanBits(size: 4 | 8): fc.Arbitrary<Constant> {
  const mantissa = size === 8 ? 52n : 23n;
  const exponent = size === 8 ? 0x7ffn << 52n : 0xffn << 23n;
  return fc
    .record({ negative: fc.boolean(), low: fc.bigInt(1n, (1n << mantissa) - 1n) })
    .map(({ negative, low }) => ({
      kind: "nan",
      bits: (negative ? 1n << BigInt(size * 8 - 1) : 0n) | exponent | low,
    }));
}

function constantOf({ numberSize, integral }: ChunkHeader): fc.Arbitrary<Constant> {
  const bits = numberSize * 8;
  const numbers: fc.Arbitrary<Constant>[] = integral
    ? [
        fc
          .bigInt(-(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n)
          .map((value) => ({ kind: "integer", value })),
      ]
    : [
        (numberSize === 8 ? fc.double({ noNaN: true }) : fc.float({ noNaN: true })).map((value) => ({
          kind: "number",
          value,
        })),
        nanBits(numberSize),
      ];
  return fc.oneof(
    fc.constant<Constant>({ kind: "nil" }),
    byte.map<Constant>((value) => ({ kind: "boolean", byte: value })),
    byteString.map<Constant>((value) => ({ kind: "string", value })),
    ...numbers,
  );
}

function localOf(largest: number): fc.Arbitrary<LocalVariable> {
  const pc = fc.integer({ min: 0, max: Math.min(largest, 40) });
  return fc.record({
    name: optionalString,
    startPc: pc,
    endPc: fc.oneof(pc, fc.integer({ min: 0, max: largest })),
  });
}

const word = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  // A small opcode with small fields: mostly canonical.
  fc
    .tuple(fc.integer({ min: 0, max: 39 }), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 300 }))
    .map(([opcode, a, rest]) => (opcode | (a << 6) | (rest << 14)) >>> 0),
);

function prototypeOf(layout: ChunkHeader, depth: number): fc.Arbitrary<Prototype> {
  const largest = layout.intSize === 2 ? 32767 : 2 ** 31 - 1;
  const int = fc.integer({ min: 0, max: largest });
  const line = fc.integer({ min: -largest - 1, max: largest });
  const nested = depth === 0 ? fc.constant([]) : fc.array(prototypeOf(layout, depth - 1), { maxLength: 2 });
  return fc
    .record({
      lineDefined: int,
      lastLineDefined: int,
      numParams: byte,
      isVararg: byte,
      maxStackSize: byte,
      words: fc.array(word, { maxLength: 12 }),
      high: fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 3 }),
      constants: fc.array(constantOf(layout), { maxLength: 8 }),
      prototypes: nested,
      upvalues: fc.array(fc.record({ inStack: byte, index: byte }), { maxLength: 4 }),
      source: optionalString,
      lines: fc.array(line, { maxLength: 14 }),
      linePerWord: fc.boolean(),
      locals: fc.array(localOf(largest), { maxLength: 4 }),
      names: fc.array(optionalString, { maxLength: 4 }),
    })
    .map(({ words, high, lines, linePerWord, names, ...rest }) => {
      const lineInfo = linePerWord ? words.map((_, index) => lines[index % 3] ?? 7) : lines;
      const highWords = words.map((_, index) => high[index] ?? 0);
      const wide = layout.instructionSize === 8 && highWords.some((value) => value !== 0);
      return {
        ...rest,
        code: Uint32Array.from(words),
        lineInfo: Int32Array.from(lineInfo),
        upvalueNames: names.slice(0, rest.upvalues.length),
        ...(wide ? { codeHigh: Uint32Array.from(highWords) } : {}),
      };
    });
}

const chunk: fc.Arbitrary<Chunk> = header.chain((layout) =>
  prototypeOf(layout, 2).map((main) => ({ header: layout, main })),
);

function toBytes(value: Chunk): Uint8Array {
  const written = writeChunk(value);
  if (!written.ok) throw new Error(written.diagnostics[0]?.message);
  return written.bytes;
}

test("assemble(disassemble(bytes)) gives the bytes back, for chunks no compiler writes", () => {
  fc.assert(
    fc.property(chunk, fc.boolean(), (value, comments) => {
      const bytes = toBytes(value);
      const text = disassemble(bytes, { comments });
      const again = assemble(text.ok ? text.text : "");
      if (!again.ok) throw new Error(JSON.stringify(again.diagnostics[0]));
      expect(toHex(again.bytes)).toBe(toHex(bytes));
    }),
    runs,
  );
});

test("print(parse(text)) is a fixed point, and parse(print(chunk)) is the chunk", () => {
  fc.assert(
    fc.property(chunk, (value) => {
      const text = print(value);
      const parsed = parse(text);
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics[0]));
      expect(parsed.chunk).toEqual(value);
      expect(print(parsed.chunk)).toBe(text);
    }),
    runs,
  );
  for (const { text } of readVectors<AssembleVector>("asm.jsonl")) {
    const parsed = parse(text);
    if (!parsed.ok) continue;
    const printed = print(parsed.chunk);
    const again = parse(printed);
    expect(again.ok && print(again.chunk)).toBe(printed);
  }
});

test("damaged chunks never make anything throw", () => {
  const bases = readVectors<RoundTripVector>("roundtrip.jsonl.gz").map(({ hex }) => hex);
  const damage = fc.array(fc.tuple(fc.nat(), byte), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.constantFrom(...bases), damage, fc.nat(), (hex, changes, length) => {
      const bytes = fromHex(hex);
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      const cut = length % 3 === 0 ? bytes.subarray(0, length % bytes.length) : bytes;
      const read = readChunk(cut);
      const text = disassemble(cut);
      expect(text.ok).toBe(read.ok);
      if (!text.ok || text.diagnostics.some(({ code }) => code === "trailing")) return;
      const again = assemble(text.text);
      if (!again.ok) throw new Error(JSON.stringify(again.diagnostics[0]));
      expect(toHex(again.bytes)).toBe(toHex(cut));
    }),
    runs,
  );
});

test("no text makes the assembler throw, and errors come in order of position", () => {
  const pieces = fc.constantFrom(
    ...[".fn", ".endfn", ".const", ".header", ".upvalue", ".instruction", ".locals", ".lineinfo", ".line 3"],
    ...[
      ".scope",
      ".endscope",
      ".chunk",
      ".word 5",
      ".stripped",
      "K0 = ",
      "U0 = L1 R0",
      'e"\\x41',
      '"',
      "L1:",
    ],
    ...[
      "MOVE",
      " R0",
      " $a",
      " $val",
      " K1",
      ", ",
      "JMP L1",
      "FORPREP R1 L1",
      "FORLOOP R1 L1",
      "nan",
      "inf",
      "=",
      ";",
    ],
    ...[
      "numparams=",
      "source=",
      "1*3",
      "none",
      "-0",
      "0x",
      "\t",
      " ",
      "\u00e9",
      "\0",
      "\ufeff",
      "999999999999",
    ],
  );
  const text = fc.array(fc.oneof(pieces, fc.constantFrom("\n", "\r\n", "\r")), { maxLength: 60 });
  fc.assert(
    fc.property(text, (parts) => {
      const result = assemble(parts.join(""));
      const places = result.diagnostics.map(({ span }) => (span?.line ?? 1e9) * 1e5 + (span?.column ?? 0));
      expect([...places].sort((one, other) => one - other)).toEqual(places);
      expect(result.ok).toBe(!result.diagnostics.some(({ severity }) => severity === "error"));
    }),
    { numRuns: 1000 },
  );
});

test("any bytes are a text", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(assemble(bytes).diagnostics.length).toBeGreaterThan(0);
      expect(disassemble(bytes).ok).toBe(false);
    }),
    runs,
  );
});

test("long strings full of escapes keep every byte", () => {
  const value = Array.from({ length: 50_000 }, (_, i) => String.fromCharCode((i * 7) & 255)).join("");
  const escaped = Array.from(value, (char, i) => {
    const code = char.charCodeAt(0);
    return i % 3 === 0 ? `\\${String(code).padStart(3, "0")}` : `\\x${code.toString(16).padStart(2, "0")}`;
  });
  const result = parse(`.fn\n.const\nK0 = e"${escaped.join("")}"\n.instruction\nRETURN R0 1\n.endfn`);
  if (!result.ok) throw new Error("not parsed");
  expect(result.chunk.main.constants).toEqual([{ kind: "string", value }]);
  expect(parse(print(result.chunk))).toMatchObject({ ok: true, chunk: result.chunk });
});
