import { ACTION } from "../x86/actions.js";
import { damagedList } from "./dasm-error.js";
import { NODE } from "./node.js";
import { type ActionList, CHUNK_FIELDS, KEEP_MARK, OPERATION } from "./operation.js";

/** Literal bytes that one operation carries. */
const LITERALS_PER_OPERATION = 64;
/** The first number of a global label in an operand byte. */
const FIRST_GLOBAL = 10;
/** Operand bytes above this are forward references to local labels. */
const LAST_GLOBAL = 246;

/** Everything that changes while one chunk is decoded. */
interface ChunkDecoder {
  readonly list: ActionList;
  /** Offset of the next byte. */
  offset: number;
  argumentCount: number;
  /** Bounds of what the chunk has written so far, before any argument is known. */
  leastBytes: number;
  mostBytes: number;
  /** Least number of bytes before the ModRM mark, -1 when there is no mark. */
  leastAtMark: number;
  /** The last literal byte, 0 at first: it tells jumps from other references. */
  lastLiteral: number;
  /** Whether the previous action defined a label. */
  afterLabel: boolean;
  /** Literal bytes collected for the next operation, packed into words. */
  literals: number;
  readonly literalWords: Int32Array;
}

function appendField(list: ActionList, value: number): void {
  if (list.operationsEnd === list.operations.length) {
    const larger = new Int32Array(2 * list.operations.length);
    larger.set(list.operations);
    list.operations = larger;
  }
  list.operations[list.operationsEnd] = value;
  list.operationsEnd += 1;
}

/** Appends an operation together with the literal bytes collected before it. */
function appendOperation(decoder: ChunkDecoder, kind: number, operand: number, detail = 0): void {
  const { list, literals, literalWords } = decoder;
  appendField(list, kind | (literals << 8) | (detail << 16));
  appendField(list, operand);
  for (let word = 0; 4 * word < literals; word += 1) appendField(list, literalWords[word] as number);
  literalWords.fill(0);
  decoder.literals = 0;
}

function addLiteral(decoder: ChunkDecoder, byte: number): void {
  if (decoder.literals === LITERALS_PER_OPERATION) appendOperation(decoder, OPERATION.LITERAL, 0);
  const word = decoder.literals >> 2;
  const packed = decoder.literalWords[word] as number;
  decoder.literalWords[word] = packed | (byte << (8 * (decoder.literals & 3)));
  decoder.literals += 1;
  decoder.lastLiteral = byte;
  decoder.leastBytes += 1;
  decoder.mostBytes += 1;
}

function nextOperandByte(decoder: ChunkDecoder): number {
  const byte = decoder.list.bytes[decoder.offset];
  if (byte === undefined) throw damagedList(decoder.offset, "the list ends inside an action");
  decoder.offset += 1;
  return byte;
}

/** Bytes that a reference at this place loses when it becomes short; 0 if it is no jump. */
function shrinkOf(decoder: ChunkDecoder): number {
  const opcode = decoder.lastLiteral;
  if (opcode === 0xe9 && decoder.leastBytes >= 1) return 3;
  if (opcode >= 0x80 && opcode <= 0x8f && decoder.leastBytes >= 2) return 4;
  return 0;
}

/** The detail of a reference is the head of the node that it becomes. */
function appendReference(decoder: ChunkDecoder, kind: number, operand: number): void {
  const relative = kind !== OPERATION.IMM_PC && kind < OPERATION.IMM_BACKWARD;
  const node = relative ? NODE.RELATIVE | (shrinkOf(decoder) << 8) : NODE.IMMEDIATE;
  appendOperation(decoder, kind, operand, node);
  decoder.leastBytes += 4;
  decoder.mostBytes += relative ? 4 : 8;
}

/** Label operands keep the offset of the operand byte above bit 8: that is what a range error names. */
function appendLabelReference(decoder: ChunkDecoder, relative: boolean): void {
  const offset = decoder.offset;
  const label = nextOperandByte(decoder);
  if (label === 0) throw damagedList(offset, "label number 0");
  const backward = relative ? OPERATION.REL_BACKWARD : OPERATION.IMM_BACKWARD;
  if (label < FIRST_GLOBAL) appendReference(decoder, backward, (offset << 8) | label);
  else if (label <= LAST_GLOBAL) appendReference(decoder, backward + 2, (offset << 8) | label);
  else appendReference(decoder, backward + 1, (offset << 8) | (label - LAST_GLOBAL));
}

function appendLabelDefinition(decoder: ChunkDecoder): void {
  const offset = decoder.offset;
  const label = nextOperandByte(decoder);
  if (label === 0 || label > LAST_GLOBAL) throw damagedList(offset, `definition of label number ${label}`);
  appendOperation(decoder, OPERATION.LABEL_LG, (offset << 8) | label);
  decoder.afterLabel = true;
}

function appendDisplacement(decoder: ChunkDecoder, offset: number): void {
  const least = decoder.leastAtMark < 0 ? decoder.leastBytes : decoder.leastAtMark;
  if (least < 1) throw damagedList(offset, "displacement without a ModRM byte");
  const next = decoder.list.bytes[decoder.offset];
  const keepMark = next === ACTION.IMM_DB || next === ACTION.IMM_WB;
  appendOperation(decoder, OPERATION.DISP, offset, keepMark ? KEEP_MARK : 0);
  if (!keepMark) decoder.leastAtMark = -1;
  else if (decoder.leastAtMark < 0) decoder.leastAtMark = decoder.leastBytes;
  decoder.mostBytes += 4;
}

/** `IMM_DB` and `IMM_WB`: they change the opcode in front of the ModRM byte. */
function appendSizedImmediate(decoder: ChunkDecoder, kind: number, offset: number, bytes: number): void {
  const least = decoder.leastAtMark < 0 ? decoder.leastBytes : decoder.leastAtMark;
  if (least < 2) throw damagedList(offset, "immediate without an opcode");
  appendOperation(decoder, kind, offset);
  decoder.leastAtMark = -1;
  decoder.leastBytes += 1;
  decoder.mostBytes += bytes;
}

function appendVariableRegister(decoder: ChunkDecoder, offset: number): void {
  const type = nextOperandByte(decoder);
  const kind = type & 0xe0;
  const distance = type & 7;
  const drops = (type & 0x18) !== 0;
  if (kind === 0x60 || kind === 0xe0) throw damagedList(offset, `variable register of unknown kind ${type}`);
  if (decoder.leastBytes < Math.max(distance, 1) || (drops && distance === 0)) {
    throw damagedList(offset, "variable register without an instruction");
  }
  appendOperation(decoder, OPERATION.VREG, (offset << 8) | type);
  if (drops) {
    decoder.leastBytes -= 1;
    if (decoder.leastAtMark >= 0) decoder.leastAtMark -= 1;
  }
  if (kind === 0) decoder.mostBytes += 1;
}

function appendImmediate(decoder: ChunkDecoder, kind: number, offset: number, bytes: number): void {
  appendOperation(decoder, kind, offset);
  decoder.leastBytes += bytes;
  decoder.mostBytes += bytes;
}

function appendExtern(decoder: ChunkDecoder): void {
  const offset = decoder.offset;
  const type = nextOperandByte(decoder);
  const index = nextOperandByte(decoder);
  if (type > 1) throw damagedList(offset, `extern of unknown type ${type}`);
  appendImmediate(decoder, OPERATION.EXTERN, (index << 8) | type, 4);
}

function appendAlignment(decoder: ChunkDecoder): void {
  const offset = decoder.offset;
  const mask = nextOperandByte(decoder);
  if ((mask & (mask + 1)) !== 0 || mask === 0) throw damagedList(offset, `alignment mask ${mask}`);
  appendOperation(decoder, OPERATION.ALIGN, mask);
}

function appendSetLabel(decoder: ChunkDecoder, offset: number, afterLabel: boolean): void {
  if (!afterLabel) throw damagedList(offset, "label address without a label");
  appendOperation(decoder, OPERATION.SETLABEL, offset);
}

/** Decodes one action. Returns whether it ends the chunk. */
function decodeAction(decoder: ChunkDecoder, code: number): boolean {
  const offset = decoder.offset - 1;
  const afterLabel = decoder.afterLabel;
  decoder.afterLabel = false;
  if (code >= ACTION.DISP && code <= ACTION.REL_A) decoder.argumentCount += 1;
  switch (code) {
    case ACTION.DISP:
      appendDisplacement(decoder, offset);
      return false;
    case ACTION.IMM_S:
      appendImmediate(decoder, OPERATION.IMM_S, offset, 1);
      return false;
    case ACTION.IMM_B:
      appendImmediate(decoder, OPERATION.IMM_B, offset, 1);
      return false;
    case ACTION.IMM_W:
      appendImmediate(decoder, OPERATION.IMM_W, offset, 2);
      return false;
    case ACTION.IMM_D:
      appendImmediate(decoder, OPERATION.IMM_D, offset, 4);
      return false;
    case ACTION.IMM_WB:
      appendSizedImmediate(decoder, OPERATION.IMM_WB, offset, 2);
      return false;
    case ACTION.IMM_DB:
      appendSizedImmediate(decoder, OPERATION.IMM_DB, offset, 4);
      return false;
    case ACTION.VREG:
      appendVariableRegister(decoder, offset);
      return false;
    case ACTION.SPACE:
      appendOperation(decoder, OPERATION.SPACE, (offset << 8) | nextOperandByte(decoder));
      return false;
    case ACTION.SETLABEL:
      appendSetLabel(decoder, offset, afterLabel);
      return false;
    case ACTION.REL_A:
      appendImmediate(decoder, OPERATION.REL_A, offset, 4);
      return false;
    default:
      return decodeLabelAction(decoder, code, offset);
  }
}

/** Decodes the actions from `REL_LG` on. */
function decodeLabelAction(decoder: ChunkDecoder, code: number, offset: number): boolean {
  switch (code) {
    case ACTION.REL_LG:
      appendLabelReference(decoder, true);
      return false;
    case ACTION.REL_PC:
      decoder.argumentCount += 1;
      appendReference(decoder, OPERATION.REL_PC, offset);
      return false;
    case ACTION.IMM_LG:
      appendLabelReference(decoder, false);
      return false;
    case ACTION.IMM_PC:
      decoder.argumentCount += 1;
      appendReference(decoder, OPERATION.IMM_PC, offset);
      return false;
    case ACTION.LABEL_LG:
      appendLabelDefinition(decoder);
      return false;
    case ACTION.LABEL_PC:
      decoder.argumentCount += 1;
      appendOperation(decoder, OPERATION.LABEL_PC, offset);
      decoder.afterLabel = true;
      return false;
    case ACTION.ALIGN:
      appendAlignment(decoder);
      return false;
    case ACTION.EXTERN:
      appendExtern(decoder);
      return false;
    case ACTION.ESC:
      addLiteral(decoder, nextOperandByte(decoder));
      return false;
    case ACTION.MARK:
      appendOperation(decoder, OPERATION.MARK, 0);
      decoder.leastAtMark = decoder.leastBytes;
      return false;
    case ACTION.SECTION:
      appendOperation(decoder, OPERATION.SECTION, (offset << 8) | nextOperandByte(decoder));
      return true;
    default:
      appendOperation(decoder, OPERATION.STOP, 0);
      return true;
  }
}

/**
 * Decodes the chunk at an offset and appends it to the list's operations.
 * @throws DasmError if the chunk has no end or cannot come from a translator; nothing is appended then
 */
export function decodeChunkInto(list: ActionList, start: number): void {
  const chunk = list.operationsEnd;
  const decoder: ChunkDecoder = {
    list,
    offset: start,
    argumentCount: 0,
    leastBytes: 0,
    mostBytes: 0,
    leastAtMark: -1,
    lastLiteral: 0,
    afterLabel: false,
    literals: 0,
    literalWords: new Int32Array(LITERALS_PER_OPERATION / 4),
  };
  for (let field = 0; field < CHUNK_FIELDS; field += 1) appendField(list, 0);
  try {
    decodeUntilEnd(decoder);
  } catch (error) {
    list.operationsEnd = chunk;
    throw error;
  }
  list.operations[chunk] = decoder.argumentCount;
  list.operations[chunk + 1] = decoder.mostBytes;
}

function decodeUntilEnd(decoder: ChunkDecoder): void {
  const { bytes, statementStarts } = decoder.list;
  for (;;) {
    const code = bytes[decoder.offset];
    if (code === undefined) throw damagedList(decoder.offset, "the list ends without STOP or SECTION");
    if (statementStarts !== undefined && statementStarts[decoder.offset] !== 0) {
      appendOperation(decoder, OPERATION.SOURCE, decoder.offset);
    }
    decoder.offset += 1;
    if (code >= ACTION.DISP) {
      if (decodeAction(decoder, code)) return;
      continue;
    }
    decoder.afterLabel = false;
    addLiteral(decoder, code);
  }
}
