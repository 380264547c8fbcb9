/**
 * A Lua 5.2 binary chunk as plain readonly data: everything a chunk file holds and nothing else, so that
 * `readChunk` and `writeChunk` are exact inverses.
 *
 * Strings are *byte strings*: JavaScript strings whose char codes are the bytes 0..255 (latin-1), without
 * the 0 byte that ends them in the file. `null` is Lua's NULL string, which differs from the empty one.
 */

/**
 * A value of the C type `int` of the chunk: a number, or a bigint where a number would not be exact (beyond
 * 2^53 - 1, possible only when `intSize` is 8). `<`, `===` against a number and `String()` work on both.
 */
export type ChunkInt = number | bigint;

/** Layout announced by bytes 5 to 11 of the header. The version is always 0x52. */
export interface ChunkHeader {
  /** Format byte 0..255; 0 is the official format. */
  readonly format: number;
  readonly littleEndian: boolean;
  /** Bytes of an `int`. */
  readonly intSize: 2 | 4 | 8;
  /** Bytes of a `size_t`, used for string sizes. */
  readonly sizeTSize: 2 | 4 | 8;
  /** Bytes of an instruction word. */
  readonly instructionSize: 4 | 8;
  /** Bytes of a number constant. */
  readonly numberSize: 4 | 8;
  /** True when numbers are signed integers instead of IEEE floating point. */
  readonly integral: boolean;
}

/** What stock Lua 5.2 on a 64-bit little-endian machine writes. */
export const DEFAULT_HEADER: ChunkHeader = {
  format: 0,
  littleEndian: true,
  intSize: 4,
  sizeTSize: 8,
  instructionSize: 4,
  numberSize: 8,
  integral: false,
};

/** Whether a layout is {@link DEFAULT_HEADER}. */
export function isDefaultHeader(header: ChunkHeader): boolean {
  return (
    header.littleEndian === DEFAULT_HEADER.littleEndian &&
    header.intSize === DEFAULT_HEADER.intSize &&
    header.sizeTSize === DEFAULT_HEADER.sizeTSize &&
    header.instructionSize === DEFAULT_HEADER.instructionSize &&
    header.numberSize === DEFAULT_HEADER.numberSize &&
    header.integral === DEFAULT_HEADER.integral &&
    header.format === DEFAULT_HEADER.format
  );
}

export interface NilConstant {
  readonly kind: "nil";
}

export interface BooleanConstant {
  readonly kind: "boolean";
  /** The byte as stored, 0..255: 0 is false, everything else counts as true. */
  readonly byte: number;
}

/** A floating-point constant that is not a NaN: `value` is exact in the number size of the chunk. */
export interface NumberConstant {
  readonly kind: "number";
  readonly value: number;
}

/** A NaN, kept as its bits since a JavaScript number does not promise to keep sign and payload. */
export interface NanConstant {
  readonly kind: "nan";
  /** All 64 (number size 8) or 32 (number size 4) bits, unsigned. */
  readonly bits: bigint;
}

/** A number of a chunk with `integral` set: signed, of 32 or 64 bits. */
export interface IntegerConstant {
  readonly kind: "integer";
  readonly value: bigint;
}

export interface StringConstant {
  readonly kind: "string";
  /** A byte string. */
  readonly value: string;
}

/** `number` and `nan` occur only in chunks with floating-point numbers, `integer` only in integral ones. */
export type Constant =
  | NilConstant
  | BooleanConstant
  | NumberConstant
  | NanConstant
  | IntegerConstant
  | StringConstant;

/** The usual constants without a value of their own, one object each for all functions. */
export const NIL: Constant = { kind: "nil" };
export const FALSE: Constant = { kind: "boolean", byte: 0 };
export const TRUE: Constant = { kind: "boolean", byte: 1 };

/** Where a closure takes an upvalue from when it is created. */
export interface Upvalue {
  /** Byte as stored: 1 a register of the enclosing function, 0 one of its upvalues; above 1 counts as 1. */
  readonly inStack: number;
  /** Number of that register or upvalue, 0..255. */
  readonly index: number;
}

/** A local variable: live while `startPc <= pc < endPc`. */
export interface LocalVariable {
  readonly name: string | null;
  readonly startPc: ChunkInt;
  readonly endPc: ChunkInt;
}

/** Line numbers: an `Int32Array` whenever every entry fits, otherwise (`intSize` 8 only) a `BigInt64Array`. */
export type LineInfo = Int32Array | BigInt64Array;

/** A function prototype. Field order is file order. */
export interface Prototype {
  /** 0 for the main function; never negative. */
  readonly lineDefined: ChunkInt;
  readonly lastLineDefined: ChunkInt;
  /** Byte. */
  readonly numParams: number;
  /** Byte as stored; every value but 0 means vararg. */
  readonly isVararg: number;
  /** Registers in the frame, a byte. */
  readonly maxStackSize: number;
  /** Instruction words (their lower 32 bits). */
  readonly code: Uint32Array;
  /**
   * Upper 32 bits of every word; present only when `instructionSize` is 8 and one of them is not 0, and then
   * as long as `code`.
   */
  readonly codeHigh?: Uint32Array;
  readonly constants: readonly Constant[];
  readonly prototypes: readonly Prototype[];
  readonly upvalues: readonly Upvalue[];
  /** First field of the debug part; null when stripped. */
  readonly source: string | null;
  /** Empty when stripped. */
  readonly lineInfo: LineInfo;
  readonly locals: readonly LocalVariable[];
  /** Never longer than `upvalues`; empty when stripped. */
  readonly upvalueNames: readonly (string | null)[];
}

/** A function without those inside it. */
export type FunctionParts = Omit<Prototype, "prototypes">;

export interface Chunk {
  readonly header: ChunkHeader;
  readonly main: Prototype;
}

/**
 * The empty parts of functions, shared by all: a chunk can have a function for every few bytes of its
 * text, and an empty typed array alone would take more memory than these.
 */
export const NO_ITEMS: readonly never[] = Object.freeze([]);
export const NO_WORDS = new Uint32Array(0);
export const NO_LINES = new Int32Array(0);

/** Deepest nesting of functions read or written; the main function is level 1. */
export const MAX_DEPTH = 200;

/** Size of the header in bytes. */
export const HEADER_SIZE = 18;

/** First four bytes of every chunk: ESC `Lua`. */
export const SIGNATURE: readonly number[] = [0x1b, 0x4c, 0x75, 0x61];

/** Version byte of Lua 5.2. */
export const VERSION = 0x52;

/** Last six bytes of the header; they show transfers in text mode. */
export const HEADER_TAIL: readonly number[] = [0x19, 0x93, 0x0d, 0x0a, 0x1a, 0x0a];

/** Type bytes of constants in the file (Lua's LUA_TNIL and so on). */
export const CONSTANT_TYPE = { nil: 0, boolean: 1, number: 3, string: 4 } as const;
