/** What an operand can be used as: one bit per kind, so that a set of kinds is a number. */
export const Kind = {
  register: 1,
  registerOrMemory: 2,
  /** Register number 0 of any class: al, ax, eax, rax, xmm0, ymm0. */
  accumulator: 4,
  cl: 8,
  x87: 16,
  x87Top: 32,
  memory: 64,
  /** Memory at an address without registers, in 32-bit mode. */
  offset: 128,
  immediate: 256,
  one: 512,
  /** A constant in -128..127. */
  signedByte: 1024,
  /** An immediate known at run time only. */
  runtime: 2048,
  target: 4096,
  /** Memory with an xmm or ymm index register. */
  vectorMemoryX: 8192,
  vectorMemoryY: 16384,
  /** The registers that only extensions name. */
  dx: 32768,
} as const;

/** How a form decides whether the operand sizes fit. */
export type SizeRule =
  /** All operands that have a size have the same one, it exists and is in `sizes`. */
  | "uniform"
  /** Each operand has a size in its own set (0: whatever). */
  | "each"
  /** Whatever size, but not different ones. */
  | "any"
  /** The first operand's size is in `sizes`; the others do not matter. */
  | "first"
  /** The same for the second operand. */
  | "second";

/** How an immediate field is written. */
export type ImmediateKind =
  | "signed-byte"
  | "byte"
  | "word"
  | "operand"
  | "run-time"
  | "relative"
  | "distance"
  | "register"
  | "offset";

export interface ImmediateField {
  readonly kind: ImmediateKind;
  /** Index of the operand. */
  readonly operand: number;
}

export interface VexFields {
  /** 1: 0F, 2: 0F38, 3: 0F3A. */
  readonly map: number;
  /** 0: none, 1: 66, 2: F3, 3: F2. */
  readonly prefix: number;
  readonly w: boolean;
  /** VEX.L is set whatever the operands are. */
  readonly wide: boolean;
}

/** A row, compiled for one mode. Operand indexes count from 0; -1 means none. */
export interface Form {
  /** The row it comes from. */
  readonly row: string;
  /** Its operands as the row spells them, alternatives resolved. */
  readonly operands: readonly string[];
  readonly kinds: readonly number[];
  readonly rule: SizeRule;
  readonly sizes: number;
  readonly eachSizes: readonly number[];
  /** Operands whose sizes must be equal, as bits, for the rule `each`. */
  readonly agreeing: number;
  /** The effective size changes prefixes and opcode. */
  readonly sized: boolean;
  /** A 64-bit effective size needs no REX.W. */
  readonly defaults64: boolean;
  readonly extension: boolean;
  /** Mandatory prefix bytes. */
  readonly prefix: readonly number[];
  /** Opcode bytes with escapes. With `vex` just the opcode byte. */
  readonly opcode: readonly number[];
  readonly rexW: boolean;
  readonly vex: VexFields | undefined;
  /** Operand in ModRM.rm. */
  readonly rm: number;
  /** Operand in ModRM.reg. */
  readonly reg: number;
  /** Number in ModRM.reg if there is no operand; -1 if there is no ModRM byte. */
  readonly digit: number;
  /** Operand added to the last opcode byte. */
  readonly opcodeRegister: number;
  /** Operand in VEX.vvvv. */
  readonly vvvv: number;
  readonly immediates: readonly ImmediateField[];
}
