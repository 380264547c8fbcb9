import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Constant, DEFAULT_HEADER } from "../../src/luabyteasm/chunk.js";
import { type ConvertTarget, convertChunk } from "../../src/luabyteasm/convert.js";
import { readChunk } from "../../src/luabyteasm/read-chunk.js";
import { writeChunk } from "../../src/luabyteasm/write-chunk.js";
import { header } from "./chunk-arbitrary.js";
import { chunkOfCode } from "./chunk-text.js";
import { emptyPrototype, fromHex, type RoundTripVector, readVectors, toHex } from "./chunk-vectors.js";

function vector(id: string): Uint8Array {
  return fromHex(readVectors<RoundTripVector>("roundtrip.jsonl.gz").find((one) => one.id === id)?.hex ?? "");
}

function convertBytes(bytes: Uint8Array, target: ConvertTarget): Uint8Array {
  const read = readChunk(bytes);
  if (!read.ok) throw new Error(read.diagnostics[0]?.message);
  const converted = convertChunk(read.chunk, target);
  if (!converted.ok) throw new Error(converted.diagnostics[0]?.message);
  const written = writeChunk(converted.chunk);
  if (!written.ok) throw new Error(written.diagnostics[0]?.message);
  return written.bytes;
}

/** The constant after conversion, or the messages. */
function convertConstant(
  constant: Constant,
  from: ConvertTarget,
  to: ConvertTarget,
): Constant | readonly string[] {
  const main = { ...emptyPrototype, prototypes: [{ ...emptyPrototype, constants: [constant] }] };
  const converted = convertChunk({ header: { ...DEFAULT_HEADER, ...from }, main }, to);
  if (!converted.ok) return converted.diagnostics.map(({ message }) => message);
  return converted.chunk.main.prototypes[0]?.constants[0] ?? [];
}

const FLOAT4 = { numberSize: 4, integral: false } as const;
const INTEGRAL8 = { numberSize: 8, integral: true } as const;
const INTEGRAL4 = { numberSize: 4, integral: true } as const;
const DOUBLE = { numberSize: 8, integral: false } as const;

describe("convertChunk", () => {
  test("to another layout and back gives the same bytes", () => {
    const samples = readVectors<RoundTripVector>("roundtrip.jsonl.gz").filter(({ id }) =>
      ["s-hello", "s-closures", "c-hdr-big-endian", "c-names-mixed", "c-strings-tricky"].includes(id),
    );
    expect(samples.length).toBeGreaterThan(3);
    fc.assert(
      fc.property(header, fc.constantFrom(...samples), (target, { hex }) => {
        const read = readChunk(fromHex(hex));
        if (!read.ok) throw new Error("not read");
        const { numberSize: _, integral: __, ...sizes } = target;
        const there = convertChunk(read.chunk, sizes);
        if (!there.ok) return;
        const written = writeChunk(there.chunk);
        if (!written.ok) throw new Error("not written");
        expect(toHex(convertBytes(written.bytes, read.chunk.header))).toBe(hex);
      }),
      { numRuns: 200 },
    );
  });

  test("a big-endian 32-bit chunk gets the stock layout", () => {
    const bytes = convertBytes(vector("c-hdr-be-size_t4-int4"), DEFAULT_HEADER);
    expect(toHex(bytes.subarray(0, 18))).toBe("1b4c7561520001040804080019930d0a1a0a");
  });

  test("numbers change kind when that is exact", () => {
    expect(convertConstant({ kind: "number", value: 3 }, DOUBLE, INTEGRAL8)).toEqual({
      kind: "integer",
      value: 3n,
    });
    expect(convertConstant({ kind: "integer", value: -7n }, INTEGRAL4, DOUBLE)).toEqual({
      kind: "number",
      value: -7,
    });
    expect(convertConstant({ kind: "integer", value: 5n }, INTEGRAL4, INTEGRAL8)).toEqual({
      kind: "integer",
      value: 5n,
    });
    expect(convertConstant({ kind: "number", value: 0.5 }, DOUBLE, FLOAT4)).toEqual({
      kind: "number",
      value: 0.5,
    });
    expect(convertConstant({ kind: "string", value: "x" }, DOUBLE, INTEGRAL4)).toEqual({
      kind: "string",
      value: "x",
    });
  });

  test("numbers that would change are named", () => {
    const messages: readonly (readonly [Constant, ConvertTarget, ConvertTarget, string])[] = [
      [
        { kind: "number", value: 0.1 },
        DOUBLE,
        FLOAT4,
        "main/0: constant K0 = 0.1 is not exact as a 4-byte float",
      ],
      [
        { kind: "number", value: 1.5 },
        DOUBLE,
        INTEGRAL8,
        "constant K0 = 1.5 is not exact as an 8-byte integer",
      ],
      [
        { kind: "number", value: -0 },
        DOUBLE,
        INTEGRAL8,
        "constant K0 = -0 is not exact as an 8-byte integer",
      ],
      [{ kind: "number", value: 2 ** 40 }, DOUBLE, INTEGRAL4, "constant K0 = 1099511627776 is not exact"],
      [{ kind: "number", value: 1e100 }, DOUBLE, INTEGRAL8, "constant K0 = 1e+100 is not exact"],
      [{ kind: "number", value: 2 ** 63 }, DOUBLE, INTEGRAL8, "constant K0 = 9223372036854776000 is not"],
      [{ kind: "number", value: Number.POSITIVE_INFINITY }, DOUBLE, INTEGRAL8, "constant K0 = Infinity"],
      [
        { kind: "integer", value: 2n ** 53n + 1n },
        INTEGRAL8,
        DOUBLE,
        "constant K0 = 9007199254740993 is not exact",
      ],
      [{ kind: "integer", value: 16777217n }, INTEGRAL8, FLOAT4, "constant K0 = 16777217 is not exact"],
      [{ kind: "integer", value: 2n ** 40n }, INTEGRAL8, INTEGRAL4, "constant K0 = 1099511627776"],
      [{ kind: "nan", bits: 0x7ff8000000000001n }, DOUBLE, FLOAT4, "NaN 0x7ff8000000000001"],
      [{ kind: "nan", bits: 0x7ff8000000000000n }, DOUBLE, INTEGRAL8, "NaN 0x7ff8000000000000"],
    ];
    for (const [constant, from, to, message] of messages) {
      expect(convertConstant(constant, from, to)).toEqual([expect.stringContaining(message)]);
    }
  });

  test("NaN payloads keep their top bits and sign", () => {
    const wide: Constant = { kind: "nan", bits: 0xfff8000000000000n };
    const narrow: Constant = { kind: "nan", bits: 0xffc00000n };
    expect(convertConstant(wide, DOUBLE, FLOAT4)).toEqual(narrow);
    expect(convertConstant(narrow, FLOAT4, DOUBLE)).toEqual(wide);
    expect(convertConstant(narrow, FLOAT4, FLOAT4)).toEqual(narrow);
  });

  test("sizes that are too small are named with the function", () => {
    const long = chunkOfCode("RETURN R0 1\n".repeat(40_000));
    const converted = convertChunk(long, { intSize: 2 });
    expect(converted.ok).toBe(false);
    if (converted.ok) return;
    expect(converted.diagnostics[0]?.message).toContain("main: there are 40000 instructions");
  });
});
