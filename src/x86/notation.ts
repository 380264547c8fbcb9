/**
 * The vocabulary in which instruction forms are written, and the functions that collect them.
 *
 * A row is one string: operands as in the instruction column of the manuals, a colon, the encoding
 * as in their opcode column, then marks. Rows are tried from top to bottom, so their order matters.
 *
 * Operands. `r8 r16 r32 r64` and `rm8` .. name one size; `r* rv ry` name the sizes 8-64, 16-64 and
 * 32-64, `a* av` the accumulator of such a size, `xy` is xmm or ymm. `m8` .. `m256` is memory of that
 * size, `m` memory of whatever size, `mxy` memory as wide as `xy`. A slash gives alternatives:
 * `xmm/m64` stands for two forms, one with a register and one with memory. `imm8` and `imm16` are
 * immediates, `imm8s` a constant that fits a signed byte, `imm~` an expression whose width is chosen
 * at run time, `imm` any, `1` the constant. `rel32` is a jump target, `rel8` a distance in bytes, `moffs` an absolute address.
 *
 * Sizes. Operands with a letter family must agree. If all sized operands of a form have one size, an
 * operand without size keyword takes that of the others; if they differ, each must have its own.
 * A size prefix (66, REX.W, VEX.L) follows from letter families only; elsewhere it is spelled out.
 *
 * Fields. The operand with an `m`, else the last register, goes to ModRM.rm; the other registers go
 * to ModRM.reg and VEX.vvvv in the manual's order. `/r` and `/0`..`/7` as in the manual; `/rr` puts
 * one register into both fields; `+r` adds it to the opcode; `/is4` puts the last register into an
 * immediate byte.
 *
 * Immediates. `ib` `iw` byte and word, `iz` as wide as the operation (at most 4 bytes), `iz~` of a
 * width chosen at run time, `cd` a relative reference, `cb` a distance of one byte, `ao` an absolute address.
 *
 * Marks. `i64` not in 64-bit mode, `o64` only there, `d64` defaults to 64 bit (no REX.W, no 32-bit
 * form) there; `size1` and `size2` the first or second operand alone decides the size; `exact` every operand must name its
 * size; `anysize` a size keyword changes the encoding although the instruction has one size only;
 * `unsized` memory needs no size keyword although the other operands do not tell its size;
 * `late64` a 64-bit operand is refused in
 * 32-bit mode by the encoding only, not by the choice of a form (implied by `size1`); `since1.5` and `until1.4` follow the version of the encoder; `[ext]` unknown to the reference.
 */

type Digit = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7";
type Hex = Digit | "8" | "9" | "A" | "B" | "C" | "D" | "E" | "F";
type HexByte = `${Hex}${Hex}`;

type RegisterOperand =
  | "r8"
  | "r16"
  | "r32"
  | "r64"
  | "r*"
  | "rv"
  | "ry"
  | "a*"
  | "av"
  | "al"
  | "ax"
  | "eax"
  | "cl"
  | "dx"
  | "xmm"
  | "xmm0"
  | "ymm"
  | "xy"
  | "st"
  | "st0";
type MemoryOperand =
  | "m"
  | "m8"
  | "m16"
  | "m32"
  | "m64"
  | "m80"
  | "m128"
  | "m256"
  | "mxy"
  | "mv"
  | "my"
  | "vm32x"
  | "vm32y"
  | "vm64x"
  | "vm64y";
type EitherOperand =
  | "rm8"
  | "rm16"
  | "rm32"
  | "rm64"
  | "rm*"
  | "rmv"
  | "rmy"
  | "xy/m"
  | `${"xmm" | "ymm" | "r32" | "r64" | "ry"}/${MemoryOperand}`;
type ImmediateOperand = "imm" | "imm8" | "imm16" | "imm8s" | "imm~" | "1" | "rel8" | "rel32" | "moffs";
export type OperandToken = RegisterOperand | MemoryOperand | EitherOperand | ImmediateOperand;

type Vex =
  `VEX.${"" | "128." | "256."}${"" | "66." | "F3." | "F2."}${"0F" | "0F38" | "0F3A"}${"" | ".W0" | ".W1"}`;
type Field = "/r" | "/rr" | "/is4" | `/${Digit}`;
type ImmediateField = "ib" | "iw" | "iz" | "iz~" | "cb" | "cd" | "ao";
export type Mark =
  | "i64"
  | "o64"
  | "d64"
  | "size1"
  | "size2"
  | "late64"
  | "exact"
  | "anysize"
  | "unsized"
  | "since1.5"
  | "until1.4"
  | "[ext]";
export type EncodingToken =
  | HexByte
  | `${HexByte}+${"r" | "i"}`
  | "REX.W"
  | Vex
  | Field
  | ImmediateField
  | Mark;

type TrimStart<S extends string> = S extends ` ${infer R}` ? TrimStart<R> : S;
type TrimEnd<S extends string> = S extends `${infer R} ` ? TrimEnd<R> : S;
type Trim<S extends string> = TrimStart<TrimEnd<S>>;

type CheckOperands<S extends string> = S extends ""
  ? true
  : S extends `${infer A},${infer B}`
    ? Trim<A> extends OperandToken
      ? CheckOperands<Trim<B>>
      : `unknown operand '${Trim<A>}'`
    : Trim<S> extends OperandToken
      ? true
      : `unknown operand '${Trim<S>}'`;

type CheckEncoding<S extends string> = S extends ""
  ? true
  : S extends `${infer A} ${infer B}`
    ? A extends EncodingToken | ""
      ? CheckEncoding<Trim<B>>
      : `unknown encoding '${A}'`
    : S extends EncodingToken
      ? true
      : `unknown encoding '${S}'`;

/** The row itself if it is well-formed, else a text that says what is wrong with it. */
export type CheckRow<S> = S extends `${infer Operands}: ${infer Encoding}`
  ? CheckOperands<Trim<Operands>> extends infer O
    ? O extends true
      ? CheckEncoding<Trim<Encoding>> extends infer E
        ? E extends true
          ? S
          : E
        : never
      : O
    : never
  : "a row is 'operands : encoding'";

type CheckRowList<R> = { readonly [Index in keyof R]: CheckRow<R[Index]> };
type CheckRows<T> = { readonly [Name in keyof T]: CheckRowList<T[Name]> };

/** A part of the table: rows of a set of mnemonics, evaluated when asked for. */
export interface FormGroup {
  /** Heading in the generated reference. */
  readonly title: string;
  /** Whether no mnemonic of the group exists in the reference. */
  readonly extension: boolean;
  has(mnemonic: string): boolean;
  rows(mnemonic: string): readonly string[];
  mnemonics(): readonly string[];
}

/** Makes a group of mnemonics with the rows of each. A row with a typing error does not type-check. */
export function forms<const T extends Readonly<Record<string, readonly string[]>>>(
  title: string,
  table: T & CheckRows<T>,
  kind: "reference" | "extension" = "reference",
): FormGroup {
  const rows: Readonly<Record<string, readonly string[]>> = table;
  return {
    title,
    extension: kind === "extension",
    has: (mnemonic) => Object.hasOwn(rows, mnemonic),
    rows: (mnemonic) => (Object.hasOwn(rows, mnemonic) ? (rows[mnemonic] ?? []) : []),
    mnemonics: () => Object.keys(rows),
  };
}

/** Makes a group of mnemonics that differ in one value only, for example the opcode. */
export function family<V extends string | number>(
  title: string,
  rowsOf: (value: V) => readonly string[],
  members: Readonly<Record<string, V>>,
  kind: "reference" | "extension" = "reference",
): FormGroup {
  return {
    title,
    extension: kind === "extension",
    has: (mnemonic) => Object.hasOwn(members, mnemonic),
    rows(mnemonic) {
      const value = Object.hasOwn(members, mnemonic) ? members[mnemonic] : undefined;
      return value === undefined ? [] : rowsOf(value);
    },
    mnemonics: () => Object.keys(members),
  };
}

/** A byte as the rows spell it: two upper-case hex digits. */
export function hex(byte: number): string {
  return (byte < 16 ? "0" : "") + byte.toString(16).toUpperCase();
}

/** The condition suffixes and their numbers in the opcodes of jcc, setcc and cmovcc. */
// biome-ignore format: eight conditions per line
const CONDITIONS: Readonly<Record<string, number>> = {
  o: 0, no: 1, b: 2, nae: 2, c: 2, nb: 3, ae: 3, nc: 3,
  e: 4, z: 4, ne: 5, nz: 5, be: 6, na: 6, nbe: 7, a: 7,
  s: 8, ns: 9, p: 10, pe: 10, np: 11, po: 11, l: 12, nge: 12,
  nl: 13, ge: 13, le: 14, ng: 14, nle: 15, g: 15,
};

/** Makes a group of the mnemonics that consist of a prefix and a condition. */
export function conditional(
  title: string,
  prefix: string,
  rowsOf: (condition: number) => readonly string[],
): FormGroup {
  const numberOf = (mnemonic: string): number | undefined => {
    if (!mnemonic.startsWith(prefix)) return undefined;
    const suffix = mnemonic.slice(prefix.length);
    return Object.hasOwn(CONDITIONS, suffix) ? CONDITIONS[suffix] : undefined;
  };
  return {
    title,
    extension: false,
    has: (mnemonic) => numberOf(mnemonic) !== undefined,
    rows(mnemonic) {
      const number = numberOf(mnemonic);
      return number === undefined ? [] : rowsOf(number);
    },
    mnemonics: () => Object.keys(CONDITIONS).map((suffix) => prefix + suffix),
  };
}
