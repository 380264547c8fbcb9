import { damagedList } from "./dasm-error.js";
import {
  type ActionList,
  CHUNK_FIELDS,
  DETAIL_SHIFT,
  LITERALS_SHIFT,
  OPERATION,
  OPERATION_FIELDS,
  VARIABLE,
  WORD,
} from "./operation.js";

/** Put stores literal bytes four at a time, whether there are as many or not. */
export const STORE_SLACK = 8;
/** Mark distance of a chunk without a mark. */
export const NO_MARK = -1;
/** Most bytes that are collected before they become an operation. */
const MOST_LITERALS = 2 * WORD;

/** Everything that changes while one chunk is decoded. */
export interface ChunkDecoder {
  readonly list: ActionList;
  /** Offset of the next byte. */
  offset: number;
  /** The offset that a failed check of the current action names. */
  actionOffset: number;
  argumentCount: number;
  nodeCount: number;
  /** Bounds of what the chunk has written so far, before any argument is known. */
  leastBytes: number;
  mostBytes: number;
  /** Least number of bytes before the mark, -1 when there is no mark. */
  leastAtMark: number;
  /** Number of bytes behind the mark, NO_MARK, or VARIABLE where it depends on arguments. */
  markDistance: number;
  /** The last literal byte, 0 at first: it tells jumps from other references. */
  lastLiteral: number;
  /** Whether the previous action defined a label. */
  afterLabel: boolean;
  /** Literal bytes collected for the next operation. */
  literalCount: number;
  readonly literals: Uint8Array;
}

function enlarge(fields: Int32Array): Int32Array {
  const larger = new Int32Array(2 * fields.length);
  larger.set(fields);
  return larger;
}

/** Makes room for the fields of a chunk or an operation. */
function growOperations(list: ActionList): void {
  if (list.operationsEnd + CHUNK_FIELDS <= list.operations.length) return;
  list.operations = enlarge(list.operations);
  list.offsets = enlarge(list.offsets);
}

/** Up to four of the collected literal bytes, as a little-endian word. */
function literalWord({ literals, literalCount }: ChunkDecoder, from: number): number {
  let word = 0;
  for (let at = from; at < from + WORD && at < literalCount; at += 1) {
    word |= (literals[at] as number) << (8 * (at - from));
  }
  return word;
}

/** Appends an operation for the first of the collected literal bytes, at most four. */
export function appendWord(decoder: ChunkDecoder, count: number, kind: number, detail: number): void {
  const { list, literals } = decoder;
  growOperations(list);
  const { operations, offsets, operationsEnd } = list;
  operations[operationsEnd] = kind | (count << LITERALS_SHIFT) | (detail << DETAIL_SHIFT);
  operations[operationsEnd + 1] = literalWord(decoder, 0);
  offsets[operationsEnd] = decoder.actionOffset;
  list.operationsEnd = operationsEnd + OPERATION_FIELDS;
  literals.copyWithin(0, count);
  decoder.literalCount -= count;
}

/** Appends operations for the collected literal bytes, but for the last ones. */
export function appendLiterals(decoder: ChunkDecoder, rest: number): void {
  while (decoder.literalCount > rest) {
    appendWord(decoder, Math.min(decoder.literalCount - rest, WORD), OPERATION.LITERAL, 0);
  }
}

/** Appends an operation together with the literal bytes collected before it. */
export function appendOperation(decoder: ChunkDecoder, kind: number, detail = 0): void {
  appendLiterals(decoder, WORD);
  appendWord(decoder, decoder.literalCount, kind, detail);
}

/** Appends an operation that becomes a node. */
export function appendNode(decoder: ChunkDecoder, kind: number, detail = 0): void {
  decoder.nodeCount += 1;
  appendOperation(decoder, kind, detail);
}

/** Keeps the mark in the workspace from here on. */
export function makeMarkVariable(decoder: ChunkDecoder): void {
  if (decoder.markDistance < 0 || decoder.markDistance === VARIABLE) return;
  appendOperation(decoder, OPERATION.MARK, decoder.markDistance);
  decoder.markDistance = VARIABLE;
}

/** Accounts for bytes that are written in any case. */
export function addBytes(decoder: ChunkDecoder, count: number): void {
  decoder.leastBytes += count;
  decoder.mostBytes += count;
  if (decoder.markDistance < 0 || decoder.markDistance === VARIABLE) return;
  decoder.markDistance += count;
  if (decoder.markDistance + WORD >= VARIABLE) makeMarkVariable(decoder);
}

export function addLiteral(decoder: ChunkDecoder, byte: number): void {
  if (decoder.literalCount === MOST_LITERALS) appendLiterals(decoder, WORD);
  decoder.literals[decoder.literalCount] = byte;
  decoder.literalCount += 1;
  decoder.lastLiteral = byte;
  addBytes(decoder, 1);
}

export function nextOperandByte(decoder: ChunkDecoder): number {
  const byte = decoder.list.bytes[decoder.offset];
  if (byte === undefined) throw damagedList(decoder.offset, "the list ends inside an action");
  decoder.offset += 1;
  return byte;
}

/** Distance of the mark as a detail: without a mark, the place itself takes its part. */
export function markDetail(decoder: ChunkDecoder): number {
  return Math.max(decoder.markDistance, 0);
}

/** A literal byte before this place, if the next operation has it. */
export function literalBefore(decoder: ChunkDecoder, distance: number): number | undefined {
  return distance > decoder.literalCount ? undefined : decoder.literals[decoder.literalCount - distance];
}

/** Begins the chunk at an offset: makes room for its first fields. */
export function openChunk(list: ActionList, start: number): ChunkDecoder {
  growOperations(list);
  list.operationsEnd += CHUNK_FIELDS;
  return {
    list,
    offset: start,
    actionOffset: start,
    argumentCount: 0,
    nodeCount: 0,
    leastBytes: 0,
    mostBytes: 0,
    leastAtMark: -1,
    markDistance: NO_MARK,
    lastLiteral: 0,
    afterLabel: false,
    literalCount: 0,
    literals: new Uint8Array(MOST_LITERALS),
  };
}
