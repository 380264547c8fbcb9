import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { decodeBytes, getInt, getSize } from "./byte-fields.js";
import { ByteRangeCache } from "./byte-range-cache.js";
import {
  type Chunk,
  type ChunkHeader,
  type ChunkInt,
  CONSTANT_TYPE,
  type Constant,
  HEADER_SIZE,
  type LineInfo,
  type LocalVariable,
  NO_ITEMS,
  NO_LINES,
  NO_WORDS,
  type Prototype,
  type Upvalue,
} from "./chunk.js";
import { scanChunk } from "./scan-chunk.js";

export interface ReadOptions {
  /** True makes bytes after the main function an error instead of a warning (default false). */
  readonly refuseTrailing?: boolean;
}

export type ReadResult =
  | { readonly ok: true; readonly chunk: Chunk; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** State of a reading; the bytes have been checked, so that no field can run past their end. */
interface Reader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly header: ChunkHeader;
  position: number;
  readonly names: ByteRangeCache<string>;
  readonly strings: ByteRangeCache<Constant>;
  readonly numbers: ByteRangeCache<Constant>;
}

const NIL: Constant = { kind: "nil" };
const FALSE: Constant = { kind: "boolean", byte: 0 };
const TRUE: Constant = { kind: "boolean", byte: 1 };

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
  const { view, header, position } = reader;
  if (count === 0) return NO_WORDS;
  const { littleEndian, instructionSize } = header;
  const words = new Uint32Array(count);
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

function readLineInfo(reader: Reader): LineInfo {
  const count = readCount(reader);
  if (count === 0) return NO_LINES;
  const { view, position } = reader;
  const { intSize, littleEndian } = reader.header;
  const lines = new Int32Array(count);
  let fits = true;
  for (let i = 0; i < count; i++) {
    const line = getInt(view, position + i * intSize, intSize, littleEndian);
    lines[i] = line;
    if (lines[i] !== line) fits = false;
  }
  const result = fits ? lines : readLongLines(reader, count);
  reader.position += count * intSize;
  return result;
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

function readPrototype(reader: Reader): Prototype {
  const lineDefined = readInt(reader);
  const lastLineDefined = readInt(reader);
  const numParams = readByte(reader);
  const isVararg = readByte(reader);
  const maxStackSize = readByte(reader);
  const codeSize = readCount(reader);
  const code = readWords(reader, codeSize);
  const codeHigh = readHighWords(reader, codeSize);
  reader.position += codeSize * reader.header.instructionSize;
  const prototype: Prototype = {
    lineDefined,
    lastLineDefined,
    numParams,
    isVararg,
    maxStackSize,
    code,
    constants: readList(reader, readConstant),
    prototypes: readList(reader, readPrototype),
    upvalues: readList(reader, readUpvalue),
    source: readString(reader),
    lineInfo: readLineInfo(reader),
    locals: readList(reader, readLocal),
    upvalueNames: readList(reader, readString),
  };
  return codeHigh === undefined ? prototype : { ...prototype, codeHigh };
}

/**
 * Reads a Lua 5.2 binary chunk of any layout.
 * @param bytes the whole file
 * @returns the chunk, with warnings (`format`, `trailing`), or the first fault with its byte `offset` (codes
 *   not-a-chunk, version, header-layout, header-tail, truncated, negative, count, constant-type,
 *   constant-null, string-end, upvalue-names, depth)
 */
export function readChunk(bytes: Uint8Array, options: ReadOptions = {}): ReadResult {
  const scan = scanChunk(bytes);
  if (!scan.ok) return { ok: false, diagnostics: [scan.diagnostic] };
  if (options.refuseTrailing === true && scan.end < bytes.length) {
    const refuse = (warning: Diagnostic): Diagnostic =>
      warning.code === "trailing" ? { ...warning, severity: "error" } : warning;
    return { ok: false, diagnostics: scan.warnings.map(refuse) };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader: Reader = {
    bytes,
    view,
    header: scan.header,
    position: HEADER_SIZE,
    names: new ByteRangeCache(bytes),
    strings: new ByteRangeCache(bytes),
    numbers: new ByteRangeCache(bytes),
  };
  const chunk: Chunk = { header: scan.header, main: readPrototype(reader) };
  return { ok: true, chunk, diagnostics: scan.warnings };
}
