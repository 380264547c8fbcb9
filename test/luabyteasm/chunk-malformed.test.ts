import { describe, expect, test } from "vitest";
import { type Chunk, DEFAULT_HEADER, MAX_DEPTH, type Prototype } from "../../src/luabyteasm/chunk.js";
import { readChunk } from "../../src/luabyteasm/read-chunk.js";
import { type DescribeField, writeChunk } from "../../src/luabyteasm/write-chunk.js";
import { emptyPrototype, fromHex, toHex } from "./chunk-vectors.js";

const RETURN_NOTHING = 0x0080001f;

function chunkOf(main: Partial<Prototype>, header: Partial<Chunk["header"]> = {}): Chunk {
  return { header: { ...DEFAULT_HEADER, ...header }, main: { ...emptyPrototype, ...main } };
}

function errorsOf(chunk: Chunk): readonly string[] {
  const written = writeChunk(chunk);
  return written.ok ? [] : written.diagnostics.map(({ code, message }) => `${code} ${message}`);
}

function faultOf(bytes: Uint8Array | string): string {
  const data = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  const read = readChunk(data);
  const [fault] = read.diagnostics;
  return `${read.ok ? "accepted " : ""}${fault?.code} ${fault?.offset}`;
}

describe("reading", () => {
  test("says what kind of file it is not", () => {
    expect(readChunk(new Uint8Array()).diagnostics[0]?.message).toContain("empty");
    expect(readChunk(fromHex("1b4c4a0200")).diagnostics[0]?.message).toContain("LuaJIT");
    expect(readChunk(new TextEncoder().encode("print(1)\n")).diagnostics[0]?.message).toContain(
      "source text",
    );
    expect(readChunk(fromHex("1b4c756154")).diagnostics[0]).toMatchObject({ code: "version", offset: 4 });
    expect(readChunk(fromHex("1b4c756154")).diagnostics[0]?.message).toContain("Lua 5.4");
    expect(readChunk(fromHex("1b4c756199")).diagnostics[0]?.message).toContain("version 0x99");
    expect(faultOf(fromHex("1b4c7561"))).toBe("truncated 4");
    expect(faultOf(fromHex("1b4c"))).toBe("truncated 0");
    expect(faultOf(fromHex("00000000"))).toBe("not-a-chunk 0");
  });

  test("a chunk sent in text mode is recognised by its tail", () => {
    const fault = readChunk(fromHex("1b4c7561520001040804080019930a1a0a0000")).diagnostics[0];
    expect(fault).toMatchObject({ code: "header-tail", offset: 14 });
    expect(fault?.hint).toContain("text mode");
  });

  test("sizes are compared with what is left before anything is allocated", () => {
    const written = writeChunk(chunkOf({ code: Uint32Array.of(RETURN_NOTHING) }));
    if (!written.ok) throw new Error("not written");
    const huge = written.bytes.slice();
    new DataView(huge.buffer).setInt32(29, 0x7fffffff, true);
    expect(faultOf(huge)).toBe("count 29");
    new DataView(huge.buffer).setInt32(29, -1, true);
    expect(faultOf(huge)).toBe("negative 29");
  });

  test("bytes after the main function are a warning, or an error on request", () => {
    const written = writeChunk(chunkOf({ code: Uint32Array.of(RETURN_NOTHING) }));
    if (!written.ok) throw new Error("not written");
    const longer = Uint8Array.from([...written.bytes, 0]);
    const read = readChunk(longer);
    expect(read.ok).toBe(true);
    expect(read.diagnostics).toMatchObject([
      { code: "trailing", severity: "warning", offset: written.bytes.length },
    ]);
    const refused = readChunk(longer, { refuseTrailing: true });
    expect(refused.ok).toBe(false);
    expect(refused.diagnostics).toMatchObject([{ code: "trailing", severity: "error" }]);
    expect(readChunk(written.bytes, { refuseTrailing: true }).ok).toBe(true);
  });

  test("reads a view into a larger buffer", () => {
    const written = writeChunk(chunkOf({ code: Uint32Array.of(RETURN_NOTHING), source: "@x" }));
    if (!written.ok) throw new Error("not written");
    const padded = Uint8Array.from([1, 2, 3, ...written.bytes, 4]);
    const read = readChunk(padded.subarray(3, padded.length - 1));
    expect(read.ok && read.chunk.main.source).toBe("@x");
  });

  test("long strings survive", () => {
    const value = String.fromCharCode(...Array.from({ length: 300 }, (_, i) => i & 255)).repeat(100);
    const written = writeChunk(chunkOf({ constants: [{ kind: "string", value }] }));
    if (!written.ok) throw new Error("not written");
    const read = readChunk(written.bytes);
    expect(read.ok && read.chunk.main.constants).toEqual([{ kind: "string", value }]);
  });
});

describe("writing", () => {
  test("names what the layout cannot hold", () => {
    expect(errorsOf(chunkOf({ numParams: 256, isVararg: -1, maxStackSize: 1.5 }))).toEqual([
      "byte-range main: numparams is 256; it can be 0 to 255",
      "byte-range main: is_vararg is -1; it can be 0 to 255",
      "byte-range main: maxstacksize is 1.5; it can be 0 to 255",
    ]);
    expect(errorsOf(chunkOf({ lineDefined: 40000 }, { intSize: 2 }))[0]).toContain(
      "int-range main: linedefined",
    );
    expect(errorsOf(chunkOf({ lineDefined: -1 }))[0]).toContain("int-range");
    expect(errorsOf(chunkOf({ lineDefined: 2n ** 40n }))[0]).toContain("int-range");
    expect(errorsOf(chunkOf({ lineDefined: 2n ** 40n }, { intSize: 8 }))).toEqual([]);
    expect(errorsOf(chunkOf({ lineDefined: 2n ** 63n }, { intSize: 8 }))[0]).toContain("int-range");
    expect(errorsOf(chunkOf({ lineInfo: Int32Array.of(1, 70000) }, { intSize: 2 }))[0]).toContain("pc 1");
    expect(errorsOf(chunkOf({ code: new Uint32Array(40000) }, { intSize: 2 }))[0]).toContain(
      "40000 instructions",
    );
    expect(errorsOf(chunkOf({ source: "x".repeat(65535) }, { sizeTSize: 2 }))[0]).toContain("size-range");
    expect(errorsOf(chunkOf({ source: "€" }))[0]).toContain("byte-string main: the source name");
    expect(errorsOf(chunkOf({ upvalueNames: [null] }))[0]).toContain("upvalue-names");
    expect(errorsOf(chunkOf({ constants: [{ kind: "boolean", byte: 300 }] }))[0]).toContain(
      "boolean constant K0",
    );
  });

  test("names number constants of another kind", () => {
    const integral = { integral: true } as const;
    expect(errorsOf(chunkOf({ constants: [{ kind: "number", value: 1 }] }, integral))).toEqual([
      "number-range main: constant K0 = 1 is not exact as an 8-byte integer",
    ]);
    expect(errorsOf(chunkOf({ constants: [{ kind: "integer", value: 1n }] }))[0]).toContain("8-byte float");
    expect(errorsOf(chunkOf({ constants: [{ kind: "nan", bits: 1n }] }))[0]).toContain("NaN 0x1");
    const small = { numberSize: 4 } as const;
    expect(errorsOf(chunkOf({ constants: [{ kind: "number", value: 0.1 }] }, small))[0]).toContain(
      "K0 = 0.1",
    );
    expect(errorsOf(chunkOf({ constants: [{ kind: "number", value: -0 }] }, small))).toEqual([]);
  });

  test("names instruction words that do not fit", () => {
    const code = Uint32Array.of(RETURN_NOTHING, RETURN_NOTHING);
    expect(errorsOf(chunkOf({ code, codeHigh: Uint32Array.of(0, 1) }))[0]).toContain("pc 1");
    expect(errorsOf(chunkOf({ code, codeHigh: Uint32Array.of(0) }, { instructionSize: 8 }))[0]).toContain(
      "instruction-size",
    );
  });

  test("refuses nesting nobody could read, and stops after 100 errors", () => {
    let main: Prototype = emptyPrototype;
    for (let level = 0; level < MAX_DEPTH; level++) main = { ...emptyPrototype, prototypes: [main] };
    expect(errorsOf(chunkOf(main))[0]).toContain("depth main/0/0");
    const bad = { ...emptyPrototype, numParams: 300 };
    expect(errorsOf(chunkOf({ prototypes: new Array<Prototype>(500).fill(bad) }))).toHaveLength(100);
  });

  test("64-bit line entries are written in any size they fit", () => {
    const lines = BigInt64Array.of(1n, -5n);
    const written = writeChunk(chunkOf({ lineInfo: lines }));
    const read = written.ok ? readChunk(written.bytes) : undefined;
    expect(read?.ok && read.chunk.main.lineInfo).toEqual(Int32Array.of(1, -5));
  });

  test("describes every byte in order", () => {
    const chunk = chunkOf({
      code: Uint32Array.of(RETURN_NOTHING, 0x3f),
      constants: [
        { kind: "nil" },
        { kind: "boolean", byte: 1 },
        { kind: "number", value: 1.5 },
        { kind: "string", value: "a#b" },
      ],
      prototypes: [emptyPrototype],
      upvalues: [{ inStack: 1, index: 7 }],
      source: "@d.lua",
      lineInfo: Int32Array.of(3, 4),
      locals: [{ name: "x", startPc: 0, endPc: 2 }],
      upvalueNames: ["_ENV"],
    });
    const meanings: string[] = [];
    let end = 0;
    const describeField: DescribeField = (offset, size, meaning) => {
      expect(offset).toBe(end);
      end = offset + size;
      meanings.push(meaning);
    };
    const written = writeChunk(chunk, { describe: describeField });
    const plain = writeChunk(chunk);
    if (!written.ok || !plain.ok) throw new Error("not written");
    expect(toHex(written.bytes)).toBe(toHex(plain.bytes));
    expect(end).toBe(written.bytes.length);
    expect(meanings).toContain("pc 0: RETURN A=0 B=1");
    expect(meanings).toContain("pc 1: undefined opcode 63");
    expect(meanings).toContain('constant K3 = "a#b"');
    expect(meanings).toContain("constant K2 = 1.5");
    expect(meanings).toContain("constant K1 = true");
    expect(meanings).toContain("upvalue U0: idx 7");
    expect(meanings).toContain("line of pc 1: 4");
    expect(meanings).toContain("local 0: end pc 2");
    expect(meanings).toContain("source name, size 7");
    expect(
      meanings.filter((meaning) => meaning.includes("undefined") && !meaning.includes("opcode")),
    ).toEqual([]);
  });
});
