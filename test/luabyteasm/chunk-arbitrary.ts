import fc from "fast-check";
import type {
  Chunk,
  ChunkHeader,
  ChunkInt,
  Constant,
  LineInfo,
  LocalVariable,
  Prototype,
} from "../../src/luabyteasm/chunk.js";

/** A byte string. */
export const byteString = fc
  .array(fc.integer({ min: 0, max: 255 }), { maxLength: 40 })
  .map((bytes) => String.fromCharCode(...bytes));

const byte = fc.integer({ min: 0, max: 255 });

export const header: fc.Arbitrary<ChunkHeader> = fc.record({
  format: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, byte),
  littleEndian: fc.boolean(),
  intSize: fc.constantFrom(2, 4, 8),
  sizeTSize: fc.constantFrom(2, 4, 8),
  instructionSize: fc.constantFrom(4, 8),
  numberSize: fc.constantFrom(4, 8),
  integral: fc.boolean(),
});

function nonNegativeInt({ intSize }: ChunkHeader): fc.Arbitrary<ChunkInt> {
  if (intSize !== 8) return fc.integer({ min: 0, max: intSize === 2 ? 0x7fff : 0x7fffffff });
  const exact = (value: bigint) => (value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value);
  return fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(exact);
}

function nan(numberSize: 4 | 8): fc.Arbitrary<Constant> {
  const mantissaBits = numberSize === 8 ? 52n : 23n;
  const exponent = numberSize === 8 ? 0x7ffn : 0xffn;
  return fc
    .record({
      sign: fc.bigInt({ min: 0n, max: 1n }),
      mantissa: fc.bigInt({ min: 1n, max: 2n ** mantissaBits - 1n }),
    })
    .map(({ sign, mantissa }) => {
      const bits = (sign << BigInt(8 * numberSize - 1)) | (exponent << mantissaBits) | mantissa;
      return { kind: "nan", bits };
    });
}

function number({ numberSize, integral }: ChunkHeader): fc.Arbitrary<Constant> {
  if (integral) {
    const half = 2n ** BigInt(8 * numberSize - 1);
    return fc.bigInt({ min: -half, max: half - 1n }).map((value) => ({ kind: "integer", value }));
  }
  const floats = numberSize === 8 ? fc.double({ noNaN: true }) : fc.float({ noNaN: true });
  return fc.oneof(
    { weight: 5, arbitrary: floats.map((value): Constant => ({ kind: "number", value })) },
    nan(numberSize),
  );
}

export function constant(layout: ChunkHeader): fc.Arbitrary<Constant> {
  return fc.oneof(
    fc.constant<Constant>({ kind: "nil" }),
    byte.map((value): Constant => ({ kind: "boolean", byte: value })),
    byteString.map((value): Constant => ({ kind: "string", value })),
    number(layout),
  );
}

function lineInfo({ intSize }: ChunkHeader): fc.Arbitrary<LineInfo> {
  const half = 2 ** (8 * Math.min(intSize, 4) - 1);
  const short = fc
    .array(fc.integer({ min: -half, max: half - 1 }), { maxLength: 6 })
    .map((lines): LineInfo => Int32Array.from(lines));
  if (intSize !== 8) return short;
  const long = fc
    .array(fc.bigInt({ min: 2n ** 31n, max: 2n ** 63n - 1n }), { minLength: 1, maxLength: 4 })
    .map((lines): LineInfo => BigInt64Array.from(lines));
  return fc.oneof(short, long);
}

const maybeName = fc.option(byteString, { nil: null });

function local(layout: ChunkHeader): fc.Arbitrary<LocalVariable> {
  return fc.record({ name: maybeName, startPc: nonNegativeInt(layout), endPc: nonNegativeInt(layout) });
}

/** Words with a defined opcode more often than not, so that tests get past the opcode. */
const word = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc
    .record({ opcode: fc.integer({ min: 0, max: 39 }), a: fc.nat(8), b: fc.nat(9), c: fc.nat(9) })
    .map(({ opcode, a, b, c }) => (opcode | (a << 6) | (c << 14) | (b << 23)) >>> 0),
  fc
    .record({
      opcode: fc.constantFrom(1, 23, 32, 33, 35, 37),
      a: fc.nat(6),
      sbx: fc.integer({ min: -6, max: 6 }),
    })
    .map(({ opcode, a, sbx }) => (opcode | (a << 6) | ((sbx + 131071) << 14)) >>> 0),
);

interface Code {
  readonly code: Uint32Array;
  readonly codeHigh?: Uint32Array;
}

function code({ instructionSize }: ChunkHeader): fc.Arbitrary<Code> {
  const low = fc.array(word, { maxLength: 16 }).map((words): Code => ({ code: Uint32Array.from(words) }));
  if (instructionSize === 4) return low;
  const both = fc
    .array(fc.record({ low: word, high: fc.integer({ min: 1, max: 0xffffffff }) }), {
      minLength: 1,
      maxLength: 8,
    })
    .map((pairs) => ({
      code: Uint32Array.from(pairs, (pair) => pair.low),
      codeHigh: Uint32Array.from(pairs, (pair) => pair.high),
    }));
  return fc.oneof(low, both);
}

function prototype(layout: ChunkHeader, depth: number): fc.Arbitrary<Prototype> {
  const nested = depth === 0 ? fc.constant([]) : fc.array(prototype(layout, depth - 1), { maxLength: 2 });
  return fc
    .record({
      lineDefined: nonNegativeInt(layout),
      lastLineDefined: nonNegativeInt(layout),
      numParams: fc.nat(4),
      isVararg: fc.oneof(fc.nat(1), byte),
      maxStackSize: fc.oneof(fc.integer({ min: 2, max: 12 }), byte),
      body: code(layout),
      constants: fc.array(constant(layout), { maxLength: 6 }),
      prototypes: nested,
      upvalues: fc.array(
        fc.record({ inStack: fc.oneof(fc.nat(1), byte), index: fc.oneof(fc.nat(3), byte) }),
        {
          maxLength: 4,
        },
      ),
      source: maybeName,
      lineInfo: lineInfo(layout),
      locals: fc.array(local(layout), { maxLength: 3 }),
      upvalueNames: fc.array(maybeName, { maxLength: 4 }),
    })
    .map(({ body, upvalueNames, ...rest }) => ({
      ...rest,
      ...body,
      upvalueNames: upvalueNames.slice(0, rest.upvalues.length),
    }));
}

/** Any chunk the format can express, of any layout; small. */
export const chunk: fc.Arbitrary<Chunk> = header.chain((layout) =>
  fc.record({ header: fc.constant(layout), main: prototype(layout, 2) }),
);
