import type { Workspace } from "./workspace.js";

/**
 * Kinds of decoded operations. They follow the action codes, but say in advance what the bytes around
 * an action already tell: how a label is looked up, and where the byte is that a displacement, an
 * immediate or a register changes. An operation has two int32 fields: its head, with the kind in bits
 * 0-4, the number of literal bytes (0..4) in bits 5-7, and a detail of 24 bits above; and the literal
 * bytes, which come before what the action writes.
 *
 * The *mark* is the place behind a ModRM byte. Mostly its distance is known in advance; where it
 * depends on the arguments, it is kept in the workspace, and the distance given as VARIABLE.
 */
export const OPERATION = {
  /** Nothing but literal bytes. */
  LITERAL: 0,
  IMM_S: 1,
  IMM_B: 2,
  IMM_W: 3,
  IMM_D: 4,
  /** The opcode is known. Detail: opcode of the byte form, its distance above bit 8. */
  FIXED_IMM_DB: 5,
  /** The ModRM and SIB bytes are known. Detail: ModRM byte without displacement, distance of the mark above bit 8, ZERO_NEEDS_BYTE. */
  FIXED_DISP: 6,
  /** One register in an instruction of at most four bytes; those are in field 1, and count as no literals. Detail: see {@link FIXED_VREG}. */
  FIXED_VREG: 7,
  /** Detail: distance of the mark. */
  DISP: 8,
  IMM_DB: 9,
  /** References to a pc label. Detail: head of the node above bit 8. */
  PC: 10,
  /** References to a local label, backward and forward, and to a global one. Detail: label, head of the node above bit 8. */
  BACKWARD: 11,
  FORWARD: 12,
  GLOBAL: 13,
  /** Definitions. Details as for references. */
  LABEL_PC: 14,
  LABEL_LG: 15,
  /** Two registers in such an instruction. Detail: see {@link FIXED_PAIR}. */
  FIXED_PAIR: 16,
  /** Detail: operand byte, distance of the mark above bit 8. */
  VREG: 17,
  /** Detail: distance of the mark. */
  IMM_WB: 18,
  /** Detail: fill byte. */
  SPACE: 19,
  SETLABEL: 20,
  REL_A: 21,
  /** From here on, operations take no argument. Detail: type, index above bit 8. */
  EXTERN: 22,
  /** Detail: alignment - 1. */
  ALIGN: 23,
  /** The last operation of a chunk. Detail: section number. */
  SECTION: 24,
  /** Remembers the mark. Detail: its distance. */
  MARK: 25,
  /** Begin of the actions of a source statement; only where a source map is given. Detail: their offset. */
  SOURCE: 26,
} as const;

/** Number of int32 fields of an operation. */
export const OPERATION_FIELDS = 2;
/** Most literal bytes of an operation. */
export const WORD = 4;
/** Bits of the kind in a head; number of bits below the number of literals, and below the detail. */
export const KIND_BITS = 0x1f;
export const LITERALS_SHIFT = 5;
export const DETAIL_SHIFT = 8;

/**
 * Fields before the operations of a chunk: number of arguments, room that it needs for code bytes, room
 * that it needs for nodes in int32 fields, and the index behind its last operation.
 */
export const CHUNK_FIELDS = 4;

/** Distance of a mark that is kept in the workspace. */
export const VARIABLE = 0xffff;

/** Bit of FIXED_DISP: the base register cannot do without a displacement. */
export const ZERO_NEEDS_BYTE = 0x10000;

/** Detail of FIXED_VREG: bits 0-4 lowest bit of the register's field in the instruction. */
export const FIXED_VREG = {
  /** Registers below 8 do not need the prefix. */
  DROPPABLE: 0x20,
  /** The register is a base: the mark is behind the instruction, and registers 4 and 12 need a SIB byte there. */
  BASE: 0x40,
  /** Above this bit: length of the instruction. */
  LENGTH_SHIFT: 7,
  /** Above this bit: what registers from 8 on flip in the prefix. */
  FLIP_SHIFT: 10,
} as const;

/**
 * Detail of FIXED_PAIR: bits 0-2 length of the instruction; DROPPABLE and BASE as in FIXED_VREG, where
 * the base is the second register; above these shifts, for each register, its lowest bit in the last
 * byte (0 or 3), and what it flips in the prefix (0, 1 or 4).
 */
export const FIXED_PAIR = {
  FIRST_FIELD_SHIFT: 8,
  SECOND_FIELD_SHIFT: 10,
  FIRST_FLIP_SHIFT: 12,
  SECOND_FLIP_SHIFT: 15,
} as const;

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
  /** For the first field of each operation, the offset that a failed check names. */
  offsets: Int32Array;
  operationsEnd: number;
  /** Arrays of a freed state for the next one: programs make one state per function and free it afterwards. */
  spare: Workspace | undefined;
}
