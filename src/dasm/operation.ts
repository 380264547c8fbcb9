/**
 * Kinds of decoded operations. They follow the action codes, except that label references are
 * split by how the label is looked up, so that put does not have to ask again.
 */
export const OPERATION = {
  STOP: 0,
  LITERAL: 1,
  MARK: 2,
  SECTION: 3,
  DISP: 4,
  IMM_S: 5,
  IMM_B: 6,
  IMM_W: 7,
  IMM_D: 8,
  IMM_WB: 9,
  IMM_DB: 10,
  VREG: 11,
  SPACE: 12,
  SETLABEL: 13,
  REL_A: 14,
  REL_PC: 15,
  IMM_PC: 16,
  LABEL_PC: 17,
  REL_BACKWARD: 18,
  REL_FORWARD: 19,
  REL_GLOBAL: 20,
  IMM_BACKWARD: 21,
  IMM_FORWARD: 22,
  IMM_GLOBAL: 23,
  LABEL_LG: 24,
  ALIGN: 25,
  EXTERN: 26,
  /** Begin of the actions of a source statement; only where a source map is given. */
  SOURCE: 27,
} as const;

/** Operations from the first to the last of these take an argument. */
export const FIRST_WITH_ARGUMENT = OPERATION.DISP;
export const LAST_WITH_ARGUMENT = OPERATION.LABEL_PC;
/** Number of int32 fields of an operation: head, eight literal bytes, operand. */
export const OPERATION_FIELDS = 4;
/** Number of int32 fields before the operations of a chunk: argument count, most bytes it can write. */
export const CHUNK_FIELDS = 2;
/** Bit of a DISP operation: the ModRM mark is still needed afterwards. */
export const KEEP_MARK = 1;

/**
 * An action list with the chunks decoded so far. Offsets take 24 bits in status values, which
 * limits the length of a list.
 */
export interface ActionList {
  readonly bytes: Uint8Array;
  /** Offsets where the actions of a statement begin, as bytes other than 0; undefined without a source map. */
  readonly statementStarts: Uint8Array | undefined;
  /** Index of the decoded chunk that begins at an offset, 0 when it is not decoded yet. */
  readonly chunkAt: Int32Array;
  /** Decoded chunks, one after the other; index 0 is not used. */
  operations: Int32Array;
  operationsEnd: number;
}
