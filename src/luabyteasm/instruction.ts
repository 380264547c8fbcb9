import type { Field } from "./opcodes.js";

/**
 * Packing and unpacking of 32-bit instruction words: opcode in bits 0-5, A 6-13, C 14-22, B 23-31;
 * Bx = bits 14-31, Ax = bits 6-31, sBx = Bx - 131071. Words are unsigned numbers 0..2^32-1.
 */

export const MAX_A = 255;
export const MAX_B = 511;
export const MAX_C = 511;
export const MAX_BX = 262143;
/** What is added to sBx for storing it: it ranges from -131071 to 131072. */
export const SBX_BIAS = 131071;
export const MIN_SBX = -SBX_BIAS;
export const MAX_SBX = MAX_BX - SBX_BIAS;
export const MAX_AX = 67108863;
/** An RK field below this is a register, otherwise constant number field - 256. */
export const RK_CONSTANT = 256;
/** Highest constant number an RK field can hold. */
export const MAX_RK_CONSTANT = 255;
/** Items one SETLIST block stands for (LFIELDS_PER_FLUSH of lopcodes.h). */
export const FIELDS_PER_FLUSH = 50;

/** Word from opcode 0..63, A 0..255, B and C 0..511; the values are not checked. */
export function packABC(opcode: number, a: number, b: number, c: number): number {
  return (opcode | (a << 6) | (c << 14) | (b << 23)) >>> 0;
}

/** Word from opcode, A and Bx 0..262143; the values are not checked. */
export function packABx(opcode: number, a: number, bx: number): number {
  return (opcode | (a << 6) | (bx << 14)) >>> 0;
}

/** Word from opcode, A and sBx -131071..131072; the values are not checked. */
export function packAsBx(opcode: number, a: number, sbx: number): number {
  return (opcode | (a << 6) | ((sbx + SBX_BIAS) << 14)) >>> 0;
}

/** Word from opcode and Ax 0..67108863; the values are not checked. */
export function packAx(opcode: number, ax: number): number {
  return (opcode | (ax << 6)) >>> 0;
}

/**
 * The same words as signed numbers, whose fields are the same. The engine needs an object for each number of
 * 2^31 or more that it takes out of an array, and none for these.
 */
export function signedWords({ buffer, byteOffset, length }: Uint32Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length);
}

export function opcodeOf(word: number): number {
  return word & 0x3f;
}

export function fieldA(word: number): number {
  return (word >>> 6) & 0xff;
}

export function fieldB(word: number): number {
  return word >>> 23;
}

export function fieldC(word: number): number {
  return (word >>> 14) & 0x1ff;
}

export function fieldBx(word: number): number {
  return word >>> 14;
}

export function fieldSBx(word: number): number {
  return (word >>> 14) - SBX_BIAS;
}

export function fieldAx(word: number): number {
  return word >>> 6;
}

/** The value of any field by name; code that knows the field calls its own function instead. */
export function fieldOf(word: number, field: Field): number {
  switch (field) {
    case "A":
      return fieldA(word);
    case "B":
      return fieldB(word);
    case "C":
      return fieldC(word);
    case "Bx":
      return fieldBx(word);
    case "sBx":
      return fieldSBx(word);
    case "Ax":
      return fieldAx(word);
  }
}

/**
 * Size that a NEWTABLE operand stands for ("floating-point byte" `eeeeexxx`): x when e is 0, otherwise
 * (8 + x) * 2^(e-1), up to 15 * 2^30. `byte` is 0..511; above 255 the result is what the VM makes of it.
 */
export function decodeFloatingByte(byte: number): number {
  const exponent = (byte >> 3) & 0x1f;
  return exponent === 0 ? byte : ((byte & 7) + 8) * 2 ** (exponent - 1);
}

/** Least floating-point byte whose size is at least `size`, an integer 0..15 * 2^30. */
export function encodeFloatingByte(size: number): number {
  if (size < 8) return size;
  let exponent = 0;
  let mantissa = size;
  while (mantissa >= 16) {
    mantissa = Math.ceil(mantissa / 2);
    exponent++;
  }
  return ((exponent + 1) << 3) | (mantissa - 8);
}
