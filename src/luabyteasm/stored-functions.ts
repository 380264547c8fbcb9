import { copyFields, decodeBytes, getInt, getSize } from "./byte-fields.js";
import { ByteRangeCache } from "./byte-range-cache.js";
import {
  type ChunkHeader,
  type ChunkInt,
  CONSTANT_TYPE,
  type Constant,
  FALSE,
  type FunctionParts,
  HEADER_SIZE,
  type LineInfo,
  type LocalVariable,
  NIL,
  NO_ITEMS,
  NO_LINES,
  NO_WORDS,
  type Prototype,
  TRUE,
  type Upvalue,
} from "./chunk.js";
import { type FunctionIndex, functionsInside, startOf, upvaluesOf } from "./function-index.js";
import type { FunctionSource } from "./function-source.js";

/** State of a reading; the bytes have been checked, so that no field can run past their end. */
interface Reader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly header: ChunkHeader;
  readonly functions: FunctionIndex;
  position: number;
  readonly names: ByteRangeCache<string>;
  readonly strings: ByteRangeCache<Constant>;
  readonly numbers: ByteRangeCache<Constant>;
}

function readByte(reader: Reader): number {
  return reader.bytes[reader.position++] ?? 0;
}

function readInt(reader: Reader): ChunkInt {
  const { view, position } = reader;
  const { intSize, littleEndian } = reader.header;
  reader.position = position + intSize;
  const value = getInt(view, position, intSize, littleEndian);
  return Number.isSafeInteger(value) ? value : view.getBigInt64(position, littleEndian);
}

/** A count; the check of the bytes has shown that it is small. */
function readCount(reader: Reader): number {
  const { position } = reader;
  const { intSize, littleEndian } = reader.header;
  reader.position = position + intSize;
  return getInt(reader.view, position, intSize, littleEndian);
}

function readString(reader: Reader): string | null {
  const { sizeTSize, littleEndian } = reader.header;
  const size = getSize(reader.view, reader.position, sizeTSize, littleEndian);
  const start = reader.position + sizeTSize;
  reader.position = start + size;
  return size === 0 ? null : decodeName(reader, start, size - 1);
}

function decodeName({ bytes, names }: Reader, start: number, length: number): string {
  return names.find(start, length) ?? names.keep(start, length, decodeBytes(bytes, start, start + length));
}

function readWords(reader: Reader, count: number): Uint32Array {
  const { bytes, view, header, position } = reader;
  if (count === 0) return NO_WORDS;
  const { littleEndian, instructionSize } = header;
  const words = new Uint32Array(count);
  if (instructionSize === 4 && copyFields(bytes, position, littleEndian, words)) return words;
  const first = instructionSize === 8 && !littleEndian ? position + 4 : position;
  for (let i = 0; i < count; i++) words[i] = view.getUint32(first + i * instructionSize, littleEndian);
  return words;
}

/** Upper halves of 8-byte instructions, or undefined when they are all 0. */
function readHighWords(reader: Reader, count: number): Uint32Array | undefined {
  const { view, header, position } = reader;
  if (header.instructionSize === 4) return undefined;
  const { littleEndian } = header;
  const words = new Uint32Array(count);
  const first = littleEndian ? position + 4 : position;
  for (let i = 0; i < count; i++) words[i] = view.getUint32(first + i * 8, littleEndian);
  return words.some((word) => word !== 0) ? words : undefined;
}

function decodeFloat({ view, header }: Reader, position: number): Constant {
  const { littleEndian, numberSize } = header;
  const value =
    numberSize === 8 ? view.getFloat64(position, littleEndian) : view.getFloat32(position, littleEndian);
  if (!Number.isNaN(value)) return { kind: "number", value };
  if (numberSize === 8) return { kind: "nan", bits: view.getBigUint64(position, littleEndian) };
  return { kind: "nan", bits: BigInt(view.getUint32(position, littleEndian)) };
}

function decodeInteger({ view, header }: Reader, position: number): Constant {
  const { littleEndian, numberSize } = header;
  if (numberSize === 8) return { kind: "integer", value: view.getBigInt64(position, littleEndian) };
  return { kind: "integer", value: BigInt(view.getInt32(position, littleEndian)) };
}

function readNumber(reader: Reader): Constant {
  const { header, numbers, position } = reader;
  const { integral, numberSize } = header;
  reader.position = position + numberSize;
  const known = numbers.find(position, numberSize);
  if (known !== undefined) return known;
  const constant = integral ? decodeInteger(reader, position) : decodeFloat(reader, position);
  return numbers.keep(position, numberSize, constant);
}

function readStringConstant(reader: Reader): Constant {
  const { header, position, strings, view } = reader;
  const size = getSize(view, position, header.sizeTSize, header.littleEndian);
  const start = position + header.sizeTSize;
  const length = Math.max(0, size - 1);
  reader.position = start + size;
  const known = strings.find(start, length);
  if (known !== undefined) return known;
  return strings.keep(start, length, { kind: "string", value: decodeName(reader, start, length) });
}

function readConstant(reader: Reader): Constant {
  switch (readByte(reader)) {
    case CONSTANT_TYPE.string:
      return readStringConstant(reader);
    case CONSTANT_TYPE.number:
      return readNumber(reader);
    case CONSTANT_TYPE.boolean: {
      const byte = readByte(reader);
      return byte === 0 ? FALSE : byte === 1 ? TRUE : { kind: "boolean", byte };
    }
    default:
      return NIL;
  }
}

function readUpvalue(reader: Reader): Upvalue {
  const inStack = readByte(reader);
  return { inStack, index: readByte(reader) };
}

function readLocal(reader: Reader): LocalVariable {
  const name = readString(reader);
  const startPc = readInt(reader);
  return { name, startPc, endPc: readInt(reader) };
}

/** Line entries as 64-bit values when one of them does not fit 32 bits. */
function readLongLines(reader: Reader, count: number): LineInfo {
  const { view, position } = reader;
  const { littleEndian } = reader.header;
  const lines = new BigInt64Array(count);
  for (let i = 0; i < count; i++) lines[i] = view.getBigInt64(position + 8 * i, littleEndian);
  return lines;
}

function readLines(reader: Reader, count: number): LineInfo {
  const { bytes, view, position } = reader;
  const { intSize, littleEndian } = reader.header;
  const lines = new Int32Array(count);
  if (intSize === 4 && copyFields(bytes, position, littleEndian, lines)) return lines;
  for (let i = 0; i < count; i++) {
    const line = getInt(view, position + i * intSize, intSize, littleEndian);
    lines[i] = line;
    if (lines[i] !== line) return readLongLines(reader, count);
  }
  return lines;
}

function readLineInfo(reader: Reader): LineInfo {
  const count = readCount(reader);
  if (count === 0) return NO_LINES;
  const lines = readLines(reader, count);
  reader.position += count * reader.header.intSize;
  return lines;
}

/**
 * Lengths for which an array is made at once instead of growing: below, growing is faster; above, engines make
 * a hash table of it.
 */
const PRESIZED = { least: 2 ** 20, most: 2 ** 25 };

function readList<T>(reader: Reader, readItem: (reader: Reader) => T): readonly T[] {
  const count = readCount(reader);
  if (count === 0) return NO_ITEMS;
  const isPresized = count >= PRESIZED.least && count <= PRESIZED.most;
  const items: T[] = isPresized ? new Array<T>(count) : [];
  for (let i = 0; i < count; i++) items[i] = readItem(reader);
  return items;
}

/**
 * Reads the function with this number.
 * @param prototypes the functions inside, which are passed over
 */
function readFunction(reader: Reader, number: number, prototypes: readonly Prototype[]): Prototype {
  reader.position = startOf(reader.functions, number);
  const lineDefined = readInt(reader);
  const lastLineDefined = readInt(reader);
  const numParams = readByte(reader);
  const isVararg = readByte(reader);
  const maxStackSize = readByte(reader);
  const codeSize = readCount(reader);
  const code = readWords(reader, codeSize);
  const codeHigh = readHighWords(reader, codeSize);
  reader.position += codeSize * reader.header.instructionSize;
  const constants = readList(reader, readConstant);
  reader.position = upvaluesOf(reader.functions, number);
  const prototype: Prototype = {
    lineDefined,
    lastLineDefined,
    numParams,
    isVararg,
    maxStackSize,
    code,
    constants,
    prototypes,
    upvalues: readList(reader, readUpvalue),
    source: readString(reader),
    lineInfo: readLineInfo(reader),
    locals: readList(reader, readLocal),
    upvalueNames: readList(reader, readString),
  };
  return codeHigh === undefined ? prototype : { ...prototype, codeHigh };
}

/** Reads a function with everything inside it. */
function readTree(reader: Reader, number: number): Prototype {
  const inside = functionsInside(reader.functions, number);
  const prototypes = inside.length === 0 ? NO_ITEMS : inside.map((nested) => readTree(reader, nested));
  return readFunction(reader, number, prototypes);
}

/** A function that is read when asked for. */
class StoredFunction implements FunctionSource {
  private readonly reader: Reader;
  private readonly number: number;
  private readonly inside: readonly number[];

  constructor(reader: Reader, number: number) {
    this.reader = reader;
    this.number = number;
    this.inside = functionsInside(reader.functions, number);
  }

  get nestedCount(): number {
    return this.inside.length;
  }

  read(): FunctionParts {
    return readFunction(this.reader, this.number, NO_ITEMS);
  }

  readUpvalues(): readonly Upvalue[] {
    this.reader.position = upvaluesOf(this.reader.functions, this.number);
    return readList(this.reader, readUpvalue);
  }

  nested(index: number): FunctionSource | undefined {
    const number = this.inside[index];
    return number === undefined ? undefined : new StoredFunction(this.reader, number);
  }
}

/** The functions of a chunk in its bytes, which have been checked. */
export interface StoredFunctions {
  /** The main function, read one at a time with those inside. */
  readonly source: FunctionSource;
  /** The main function with everything inside it. */
  readonly readAll: () => Prototype;
}

/**
 * Access to the functions of a chunk.
 * @param bytes the whole file
 * @param functions where they are, as the check of the bytes has found
 */
export function openFunctions(
  bytes: Uint8Array,
  header: ChunkHeader,
  functions: FunctionIndex,
): StoredFunctions {
  const reader: Reader = {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    header,
    functions,
    position: HEADER_SIZE,
    names: new ByteRangeCache(bytes),
    strings: new ByteRangeCache(bytes),
    numbers: new ByteRangeCache(bytes),
  };
  return { source: new StoredFunction(reader, 0), readAll: () => readTree(reader, 0) };
}
