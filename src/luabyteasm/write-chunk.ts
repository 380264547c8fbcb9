import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { encodeBytes, putInt, storeFields } from "./byte-fields.js";
import {
  type Chunk,
  type ChunkHeader,
  type ChunkInt,
  CONSTANT_TYPE,
  type Constant,
  type FunctionParts,
  HEADER_TAIL,
  type LineInfo,
  SIGNATURE,
  VERSION,
} from "./chunk.js";
import { type ChunkSource, type FunctionSource, forEachNested, sourceOfChunk } from "./function-source.js";
import { fieldOf, opcodeOf } from "./instruction.js";
import { measureSource, nameConstant } from "./measure-chunk.js";
import { OPERATIONS } from "./opcodes.js";

/** Told about every field written: its byte offset, its size and what it means. */
export type DescribeField = (offset: number, size: number, meaning: string) => void;

export interface WriteOptions {
  readonly describe?: DescribeField;
}

export type WriteResult =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** State of a writing into bytes of the exact size; values have been checked against the header. */
interface Writer {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly header: ChunkHeader;
  readonly describe: DescribeField | undefined;
  position: number;
}

/** Writes 4-byte fields that need no description at once. Returns false when they have to be written one by one. */
function writeFields(writer: Writer, size: number, values: Uint32Array | LineInfo): boolean {
  if (size !== 4 || writer.describe !== undefined || values instanceof BigInt64Array) return false;
  const { bytes, position, header } = writer;
  if (!storeFields(bytes, position, header.littleEndian, values)) return false;
  writer.position = position + values.byteLength;
  return true;
}

/** A number or text that stands in the meaning of a field. */
type Detail = ChunkInt | string;

/**
 * Moves past a field that has been written. `what` may have up to two `#`, which `first` and `second` replace:
 * so nothing is built when nobody asks for meanings.
 */
function advance(writer: Writer, size: number, what: string, first?: Detail, second?: Detail): void {
  if (writer.describe !== undefined && size > 0) {
    const meaning = what.replace("#", () => String(first)).replace(/#$/, () => String(second));
    writer.describe(writer.position, size, meaning);
  }
  writer.position += size;
}

function writeByte(writer: Writer, value: number, what: string, first?: Detail, second?: Detail): void {
  writer.bytes[writer.position] = value;
  advance(writer, 1, what, first, second);
}

function writeBytes(writer: Writer, values: readonly number[], what: string): void {
  writer.bytes.set(values, writer.position);
  advance(writer, values.length, what);
}

function writeInt(writer: Writer, value: ChunkInt, what: string, first?: Detail, second?: Detail): void {
  const { view, header, position } = writer;
  if (typeof value === "bigint" && header.intSize === 8) {
    view.setBigInt64(position, value, header.littleEndian);
  } else {
    putInt(view, position, header.intSize, header.littleEndian, Number(value));
  }
  advance(writer, header.intSize, what, first, second);
}

function writeString(writer: Writer, text: string | null, what: string, index?: Detail): void {
  const { view, header, position } = writer;
  const size = text === null ? 0 : text.length + 1;
  putInt(view, position, header.sizeTSize, header.littleEndian, size);
  if (text !== null) {
    const start = position + header.sizeTSize;
    encodeBytes(writer.bytes, start, text);
    writer.bytes[start + text.length] = 0;
  }
  if (writer.describe === undefined) {
    writer.position = position + header.sizeTSize + size;
    return;
  }
  advance(writer, header.sizeTSize, `${what}, size #`, index ?? size, size);
  const shown = JSON.stringify(text);
  advance(writer, size, `${what} = #`, index ?? shown, shown);
}

function writeHeader(writer: Writer): void {
  const { header } = writer;
  writeBytes(writer, SIGNATURE, 'signature ESC "Lua"');
  writeByte(writer, VERSION, "version 5.2");
  writeByte(writer, header.format, "format #", header.format);
  writeByte(writer, header.littleEndian ? 1 : 0, header.littleEndian ? "little-endian" : "big-endian");
  writeByte(writer, header.intSize, "size of int");
  writeByte(writer, header.sizeTSize, "size of size_t");
  writeByte(writer, header.instructionSize, "size of an instruction");
  writeByte(writer, header.numberSize, "size of a number");
  writeByte(
    writer,
    header.integral ? 1 : 0,
    header.integral ? "numbers are integers" : "numbers are floating-point",
  );
  writeBytes(writer, HEADER_TAIL, "tail that shows transfers in text mode");
}

function writeCode(writer: Writer, prototype: FunctionParts): void {
  const { code, codeHigh } = prototype;
  const { view, describe } = writer;
  const { instructionSize, littleEndian } = writer.header;
  writeInt(writer, code.length, "# instructions", code.length);
  if (writeFields(writer, instructionSize, code)) return;
  const lowAt = instructionSize === 8 && !littleEndian ? 4 : 0;
  for (let pc = 0; pc < code.length; pc++) {
    const { position } = writer;
    view.setUint32(position + lowAt, code[pc] ?? 0, littleEndian);
    if (instructionSize === 8) view.setUint32(position + 4 - lowAt, codeHigh?.[pc] ?? 0, littleEndian);
    if (describe !== undefined) describe(position, instructionSize, describeInstruction(code[pc] ?? 0, pc));
    writer.position = position + instructionSize;
  }
}

function describeInstruction(word: number, pc: number): string {
  const operation = OPERATIONS[opcodeOf(word)];
  if (operation === undefined) return `pc ${pc}: undefined opcode ${opcodeOf(word)}`;
  const values = operation.operands.map(({ field }) => `${field}=${fieldOf(word, field)}`);
  return `pc ${pc}: ${operation.name} ${values.join(" ")}`;
}

function writeNumber(writer: Writer, constant: Constant, index: number): void {
  const { view, header, position } = writer;
  const { littleEndian, numberSize } = header;
  if (constant.kind === "number") {
    if (numberSize === 8) view.setFloat64(position, constant.value, littleEndian);
    else view.setFloat32(position, constant.value, littleEndian);
  } else if (constant.kind === "nan" || constant.kind === "integer") {
    const bits = constant.kind === "nan" ? constant.bits : constant.value;
    if (numberSize === 8) view.setBigUint64(position, BigInt.asUintN(64, bits), littleEndian);
    else view.setUint32(position, Number(BigInt.asUintN(32, bits)), littleEndian);
  }
  const shown = writer.describe === undefined ? "" : nameConstant(constant);
  advance(writer, numberSize, "constant K# = #", index, shown);
}

function writeConstant(writer: Writer, constant: Constant, index: number): void {
  switch (constant.kind) {
    case "nil":
      writeByte(writer, CONSTANT_TYPE.nil, "constant K#: nil", index);
      return;
    case "boolean":
      writeByte(writer, CONSTANT_TYPE.boolean, "constant K#: boolean", index);
      writeByte(writer, constant.byte, "constant K# = #", index, constant.byte === 0 ? "false" : "true");
      return;
    case "string":
      writeByte(writer, CONSTANT_TYPE.string, "constant K#: string", index);
      writeString(writer, constant.value, "constant K#", index);
      return;
    default:
      writeByte(writer, CONSTANT_TYPE.number, "constant K#: number", index);
      writeNumber(writer, constant, index);
  }
}

function writeUpvalues(writer: Writer, { upvalues }: FunctionParts): void {
  writeInt(writer, upvalues.length, "# upvalues", upvalues.length);
  upvalues.forEach(({ inStack, index }, number) => {
    writeByte(writer, inStack, "upvalue U#: instack #", number, inStack);
    writeByte(writer, index, "upvalue U#: idx #", number, index);
  });
}

function writeLineInfo(writer: Writer, lineInfo: LineInfo): void {
  writeInt(writer, lineInfo.length, "# line entries", lineInfo.length);
  if (writeFields(writer, writer.header.intSize, lineInfo)) return;
  for (let pc = 0; pc < lineInfo.length; pc++) {
    const line = lineInfo[pc] ?? 0;
    writeInt(writer, line, "line of pc #: #", pc, line);
  }
}

function writeDebugPart(writer: Writer, prototype: FunctionParts): void {
  const { locals, upvalueNames } = prototype;
  writeString(writer, prototype.source, "source name");
  writeLineInfo(writer, prototype.lineInfo);
  writeInt(writer, locals.length, "# local variables", locals.length);
  locals.forEach(({ name, startPc, endPc }, index) => {
    writeString(writer, name, "name of local #", index);
    writeInt(writer, startPc, "local #: start pc #", index, startPc);
    writeInt(writer, endPc, "local #: end pc #", index, endPc);
  });
  writeInt(writer, upvalueNames.length, "# upvalue names", upvalueNames.length);
  upvalueNames.forEach((name, index) => {
    writeString(writer, name, "name of upvalue U#", index);
  });
}

/** What stands before the functions inside. */
function writeHead(writer: Writer, prototype: FunctionParts): void {
  const { constants, lineDefined, lastLineDefined } = prototype;
  writeInt(writer, lineDefined, "linedefined #", lineDefined);
  writeInt(writer, lastLineDefined, "lastlinedefined #", lastLineDefined);
  writeByte(writer, prototype.numParams, "numparams #", prototype.numParams);
  writeByte(writer, prototype.isVararg, "is_vararg #", prototype.isVararg);
  writeByte(writer, prototype.maxStackSize, "maxstacksize #", prototype.maxStackSize);
  writeCode(writer, prototype);
  writeInt(writer, constants.length, "# constants", constants.length);
  constants.forEach((constant, index) => {
    writeConstant(writer, constant, index);
  });
}

function writeFunction(writer: Writer, source: FunctionSource): void {
  const parts = source.read();
  writeHead(writer, parts);
  writeInt(writer, source.nestedCount, "# nested functions", source.nestedCount);
  forEachNested(source, (nested) => writeFunction(writer, nested));
  writeUpvalues(writer, parts);
  writeDebugPart(writer, parts);
}

/** As {@link writeChunk}, for a chunk whose functions are read one at a time. */
export function writeSource(source: ChunkSource, options: WriteOptions = {}): WriteResult {
  const { size, diagnostics } = measureSource(source);
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  const writer: Writer = { bytes, view, header: source.header, describe: options.describe, position: 0 };
  writeHeader(writer);
  writeFunction(writer, source.main);
  return { ok: true, bytes };
}

/**
 * Writes a chunk in the layout of its header; the inverse of `readChunk`.
 * @returns the bytes, or what the header cannot express, each message starting with the path of the function
 *   (`main/0/2`); codes as for `measureChunk`
 */
export function writeChunk(chunk: Chunk, options: WriteOptions = {}): WriteResult {
  return writeSource(sourceOfChunk(chunk), options);
}
