import { ACTION } from "../x86/actions.js";
import {
  addBytes,
  addLiteral,
  appendLiterals,
  appendNode,
  appendOperation,
  appendWord,
  type ChunkDecoder,
  literalBefore,
  makeMarkVariable,
  markDetail,
  NO_MARK,
  nextOperandByte,
  openChunk,
  STORE_SLACK,
} from "./chunk-decoder.js";
import { damagedList } from "./dasm-error.js";
import { NODE, NODE_FIELDS } from "./node.js";
import {
  type ActionList,
  FIXED_PAIR,
  FIXED_VREG,
  OPERATION,
  VARIABLE,
  WORD,
  ZERO_NEEDS_BYTE,
} from "./operation.js";

/** The first number of a global label in an operand byte. */
const FIRST_GLOBAL = 10;
/** Operand bytes above this are forward references to local labels. */
const LAST_GLOBAL = 246;

/** Bytes that a reference at this place loses when it becomes short; 0 if it is no jump. */
function shrinkOf(decoder: ChunkDecoder): number {
  const opcode = decoder.lastLiteral;
  if (opcode === 0xe9 && decoder.leastBytes >= 1) return 3;
  if (opcode >= 0x80 && opcode <= 0x8f && decoder.leastBytes >= 2) return 4;
  return 0;
}

function appendRelative(decoder: ChunkDecoder, kind: number, label: number): void {
  appendNode(decoder, kind, label | ((NODE.RELATIVE | (shrinkOf(decoder) << 8)) << 8));
  addBytes(decoder, 4);
}

/** The width of addresses depends on the state. */
function appendAddress(decoder: ChunkDecoder, kind: number, label: number): void {
  makeMarkVariable(decoder);
  appendNode(decoder, kind, label | (NODE.IMMEDIATE << 8));
  decoder.leastBytes += 4;
  decoder.mostBytes += 8;
}

/** The offset that a range error names is that of the operand byte. */
function appendLabelReference(decoder: ChunkDecoder, append: typeof appendRelative): void {
  decoder.actionOffset = decoder.offset;
  const label = nextOperandByte(decoder);
  if (label === 0) throw damagedList(decoder.actionOffset, "label number 0");
  if (label < FIRST_GLOBAL) append(decoder, OPERATION.BACKWARD, label);
  else if (label <= LAST_GLOBAL) append(decoder, OPERATION.GLOBAL, label);
  else append(decoder, OPERATION.FORWARD, label - LAST_GLOBAL);
}

function appendLabelDefinition(decoder: ChunkDecoder): void {
  const offset = decoder.offset;
  decoder.actionOffset = offset;
  const label = nextOperandByte(decoder);
  if (label === 0 || label > LAST_GLOBAL) throw damagedList(offset, `definition of label number ${label}`);
  const head = label < FIRST_GLOBAL ? NODE.LABEL : NODE.GLOBAL | (label << 8);
  appendNode(decoder, OPERATION.LABEL_LG, label | (head << 8));
  decoder.afterLabel = true;
}

/** Detail of FIXED_DISP, or undefined if the ModRM byte or its base is not known. */
function fixedDisplacement(decoder: ChunkDecoder): number | undefined {
  if (decoder.markDistance === VARIABLE) return undefined;
  const distance = markDetail(decoder);
  const modrm = literalBefore(decoder, distance + 1);
  if (modrm === undefined || ((modrm & 7) === 4 && distance === 0)) return undefined;
  const base = (modrm & 7) === 4 ? (literalBefore(decoder, distance) as number) : modrm;
  return ((modrm - 0x80) & 0xff) | (distance << 8) | ((base & 7) === 5 ? ZERO_NEEDS_BYTE : 0);
}

function appendDisplacement(decoder: ChunkDecoder): void {
  const least = decoder.leastAtMark < 0 ? decoder.leastBytes : decoder.leastAtMark;
  if (least < 1) throw damagedList(decoder.actionOffset, "displacement without a ModRM byte");
  const next = decoder.list.bytes[decoder.offset];
  const keepMark = next === ACTION.IMM_DB || next === ACTION.IMM_WB;
  const fixed = fixedDisplacement(decoder);
  if (fixed === undefined) appendOperation(decoder, OPERATION.DISP, markDetail(decoder));
  else appendOperation(decoder, OPERATION.FIXED_DISP, fixed);
  decoder.markDistance = keepMark ? VARIABLE : NO_MARK;
  if (!keepMark) decoder.leastAtMark = -1;
  else if (decoder.leastAtMark < 0) decoder.leastAtMark = decoder.leastBytes;
  decoder.mostBytes += 4;
}

/** `IMM_DB` and `IMM_WB`: they change the opcode in front of the ModRM byte. */
function appendSizedImmediate(decoder: ChunkDecoder, kind: number, bytes: number): void {
  const least = decoder.leastAtMark < 0 ? decoder.leastBytes : decoder.leastAtMark;
  if (least < 2) throw damagedList(decoder.actionOffset, "immediate without an opcode");
  const distance = markDetail(decoder) + 2;
  const opcode = decoder.markDistance === VARIABLE ? undefined : literalBefore(decoder, distance);
  if (opcode === undefined || kind === OPERATION.IMM_WB) {
    appendOperation(decoder, kind, markDetail(decoder));
  } else {
    appendOperation(decoder, OPERATION.FIXED_IMM_DB, ((opcode + 2) & 0xff) | (distance << 8));
  }
  decoder.markDistance = NO_MARK;
  decoder.leastAtMark = -1;
  decoder.leastBytes += 1;
  decoder.mostBytes += bytes;
}

/**
 * Whether the instruction so far is four bytes at most, all of them known, and has no VEX prefix.
 * @param distance distance of its prefix, 0 if it has none
 */
function isShort(decoder: ChunkDecoder, distance: number): boolean {
  const prefix = literalBefore(decoder, Math.max(distance, 1));
  if (prefix === undefined || distance > WORD) return false;
  return distance === 0 || prefix < 0x80;
}

/** Whether an operation can merge the register of this kind, and the mark, if there is one, suits it. */
function isSimple(decoder: ChunkDecoder, kind: number): boolean {
  if (kind === 0x20 || kind === 0x80) return decoder.markDistance !== VARIABLE;
  return kind === 0 && markDetail(decoder) === 0;
}

/** Lowest bit of a register's field in the last byte, and what registers from 8 on flip in the prefix. */
const fieldOf = (kind: number): number => (kind === 0x80 ? 3 : 0);
const flipOf = (kind: number, distance: number): number => (distance === 0 ? 0 : kind === 0x80 ? 4 : 1);

/** Appends an operation for the collected instruction. */
function appendInstruction(decoder: ChunkDecoder, kind: number, detail: number, length: number): void {
  appendLiterals(decoder, length);
  appendWord(decoder, 0, kind, detail);
  decoder.literalCount = 0;
}

/** What DROPPABLE and BASE are for the last register of an instruction. */
function flagsOf(type: number): number {
  return ((type & 0x18) === 0 ? 0 : FIXED_VREG.DROPPABLE) | ((type & 0xe0) === 0 ? FIXED_VREG.BASE : 0);
}

/** Appends FIXED_VREG, if the instruction is short and depends on no other register. Returns whether it could. */
function appendFixedRegister(decoder: ChunkDecoder, type: number): boolean {
  const kind = type & 0xe0;
  const group = (type >> 3) & 3;
  const distance = type & 7;
  if (group > 1 || (group === 1 && distance < 2)) return false;
  if (!isShort(decoder, distance) || !isSimple(decoder, kind)) return false;
  const length = Math.max(distance, 1);
  const detail =
    (8 * (length - 1) + fieldOf(kind)) |
    flagsOf(type) |
    (length << FIXED_VREG.LENGTH_SHIFT) |
    (flipOf(kind, distance) << FIXED_VREG.FLIP_SHIFT);
  appendInstruction(decoder, OPERATION.FIXED_VREG, detail, length);
  return true;
}

/**
 * Appends FIXED_PAIR, if the instruction is short and another register follows that goes with this one.
 * @param type operand byte of the first register
 * @returns operand byte of the second one, or undefined if it is not so
 */
function appendFixedPair(decoder: ChunkDecoder, type: number): number | undefined {
  const { bytes } = decoder.list;
  const second = bytes[decoder.offset + 1];
  if (bytes[decoder.offset] !== ACTION.VREG || second === undefined) return undefined;
  const distance = type & 7;
  const group = (second >> 3) & 3;
  if ((type & 0x18) !== 0 || (second & 7) !== distance) return undefined;
  if (group % 2 === 1 || (group === 2 && distance < 2) || (type & 0xe0) === 0) return undefined;
  if (!isShort(decoder, distance)) return undefined;
  if (!isSimple(decoder, type & 0xe0) || !isSimple(decoder, second & 0xe0)) return undefined;
  const length = Math.max(distance, 1);
  const detail =
    length |
    flagsOf(second) |
    (fieldOf(type & 0xe0) << FIXED_PAIR.FIRST_FIELD_SHIFT) |
    (fieldOf(second & 0xe0) << FIXED_PAIR.SECOND_FIELD_SHIFT) |
    (flipOf(type & 0xe0, distance) << FIXED_PAIR.FIRST_FLIP_SHIFT) |
    (flipOf(second & 0xe0, distance) << FIXED_PAIR.SECOND_FLIP_SHIFT);
  appendInstruction(decoder, OPERATION.FIXED_PAIR, detail, length);
  decoder.offset += 2;
  decoder.argumentCount += 1;
  return second;
}

/** Checks the operand byte of a variable register, as far as the chunk so far tells. */
function checkRegister(decoder: ChunkDecoder, type: number): void {
  const offset = decoder.actionOffset;
  const kind = type & 0xe0;
  const distance = type & 7;
  const drops = (type & 0x18) !== 0;
  if (kind === 0x60 || kind === 0xe0) throw damagedList(offset, `variable register of unknown kind ${type}`);
  const hasNothing = decoder.leastBytes < Math.max(distance, 1) || (drops && decoder.leastAtMark === 0);
  if (hasNothing || (drops && distance === 0)) {
    throw damagedList(offset, "variable register without an instruction");
  }
}

function appendVariableRegister(decoder: ChunkDecoder): void {
  let type = nextOperandByte(decoder);
  checkRegister(decoder, type);
  const second = appendFixedPair(decoder, type);
  if (second !== undefined) {
    type = second;
    checkRegister(decoder, type);
  } else if (!appendFixedRegister(decoder, type)) {
    appendOperation(decoder, OPERATION.VREG, type | (markDetail(decoder) << 8));
  }
  const isBase = (type & 0xe0) === 0;
  if (isBase && decoder.markDistance >= 0) decoder.markDistance = VARIABLE;
  if ((type & 0x18) !== 0) {
    decoder.leastBytes -= 1;
    if (decoder.leastAtMark >= 0) decoder.leastAtMark -= 1;
  }
  if (isBase) decoder.mostBytes += 1;
}

function appendImmediate(decoder: ChunkDecoder, kind: number, bytes: number): void {
  appendOperation(decoder, kind);
  addBytes(decoder, bytes);
}

function appendExtern(decoder: ChunkDecoder): void {
  const offset = decoder.offset;
  const type = nextOperandByte(decoder);
  const index = nextOperandByte(decoder);
  if (type > 1) throw damagedList(offset, `extern of unknown type ${type}`);
  appendNode(decoder, OPERATION.EXTERN, (index << 8) | type);
  addBytes(decoder, 4);
}

function appendAlignment(decoder: ChunkDecoder): void {
  const offset = decoder.offset;
  const mask = nextOperandByte(decoder);
  if ((mask & (mask + 1)) !== 0 || mask === 0) throw damagedList(offset, `alignment mask ${mask}`);
  appendNode(decoder, OPERATION.ALIGN, mask);
}

function appendSetLabel(decoder: ChunkDecoder, afterLabel: boolean): void {
  if (!afterLabel) throw damagedList(decoder.actionOffset, "label address without a label");
  appendOperation(decoder, OPERATION.SETLABEL);
}

/** Decodes one action. Returns whether it ends the chunk. */
function decodeAction(decoder: ChunkDecoder, code: number): boolean {
  decoder.actionOffset = decoder.offset - 1;
  const afterLabel = decoder.afterLabel;
  decoder.afterLabel = false;
  if (code >= ACTION.DISP && code <= ACTION.REL_A) decoder.argumentCount += 1;
  switch (code) {
    case ACTION.DISP:
      appendDisplacement(decoder);
      return false;
    case ACTION.IMM_S:
      appendImmediate(decoder, OPERATION.IMM_S, 1);
      return false;
    case ACTION.IMM_B:
      appendImmediate(decoder, OPERATION.IMM_B, 1);
      return false;
    case ACTION.IMM_W:
      appendImmediate(decoder, OPERATION.IMM_W, 2);
      return false;
    case ACTION.IMM_D:
      appendImmediate(decoder, OPERATION.IMM_D, 4);
      return false;
    case ACTION.IMM_WB:
      appendSizedImmediate(decoder, OPERATION.IMM_WB, 2);
      return false;
    case ACTION.IMM_DB:
      appendSizedImmediate(decoder, OPERATION.IMM_DB, 4);
      return false;
    case ACTION.VREG:
      appendVariableRegister(decoder);
      return false;
    case ACTION.SPACE:
      appendNode(decoder, OPERATION.SPACE, nextOperandByte(decoder));
      return false;
    case ACTION.SETLABEL:
      appendSetLabel(decoder, afterLabel);
      return false;
    case ACTION.REL_A:
      appendNode(decoder, OPERATION.REL_A);
      addBytes(decoder, 4);
      return false;
    default:
      return decodeLabelAction(decoder, code);
  }
}

/** Decodes the actions from `REL_LG` on. */
function decodeLabelAction(decoder: ChunkDecoder, code: number): boolean {
  switch (code) {
    case ACTION.REL_LG:
      appendLabelReference(decoder, appendRelative);
      return false;
    case ACTION.REL_PC:
      decoder.argumentCount += 1;
      appendRelative(decoder, OPERATION.PC, 0);
      return false;
    case ACTION.IMM_LG:
      appendLabelReference(decoder, appendAddress);
      return false;
    case ACTION.IMM_PC:
      decoder.argumentCount += 1;
      appendAddress(decoder, OPERATION.PC, 0);
      return false;
    case ACTION.LABEL_LG:
      appendLabelDefinition(decoder);
      return false;
    case ACTION.LABEL_PC:
      decoder.argumentCount += 1;
      appendNode(decoder, OPERATION.LABEL_PC);
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
      decoder.markDistance = 0;
      decoder.leastAtMark = decoder.leastBytes;
      return false;
    case ACTION.SECTION:
      appendNode(decoder, OPERATION.SECTION, nextOperandByte(decoder));
      return true;
    default:
      appendLiterals(decoder, 0);
      return true;
  }
}

function decodeUntilEnd(decoder: ChunkDecoder): void {
  const { bytes, statementStarts } = decoder.list;
  for (;;) {
    const code = bytes[decoder.offset];
    if (code === undefined) throw damagedList(decoder.offset, "the list ends without STOP or SECTION");
    if (statementStarts !== undefined && statementStarts[decoder.offset] !== 0) {
      appendNode(decoder, OPERATION.SOURCE, decoder.offset);
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

/**
 * Decodes the chunk at an offset and appends it to the list's operations.
 * @throws DasmError if the chunk has no end or cannot come from a translator; nothing is appended then
 */
export function decodeChunkInto(list: ActionList, start: number): void {
  const chunk = list.operationsEnd;
  const decoder = openChunk(list, start);
  try {
    decodeUntilEnd(decoder);
  } catch (error) {
    list.operationsEnd = chunk;
    throw error;
  }
  const { operations } = list;
  operations[chunk] = decoder.argumentCount;
  operations[chunk + 1] = decoder.mostBytes + STORE_SLACK;
  operations[chunk + 2] = (decoder.nodeCount + 1) * NODE_FIELDS;
  operations[chunk + 3] = list.operationsEnd;
}
