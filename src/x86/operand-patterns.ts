import { Kind } from "./form.js";
import { Size } from "./sizes.js";

/** Where an operand goes in the encoding. */
export type Role = "register" | "rm" | "immediate" | "implicit";

/** What an operand token of a row means. */
export interface Pattern {
  readonly kind: number;
  readonly sizes: number;
  /** Belongs to a letter family, so that its size shapes the encoding. */
  readonly variable: boolean;
  readonly role: Role;
}

const ALL = Size.byte | Size.word | Size.dword | Size.qword;
const V = Size.word | Size.dword | Size.qword;
const Y = Size.dword | Size.qword;
const XY = Size.oword | Size.yword;

// biome-ignore format: one operand per line
const PATTERNS: Readonly<Record<string, Pattern>> = {
  r8:    { kind: Kind.register, sizes: Size.byte, variable: false, role: "register" },
  r16:   { kind: Kind.register, sizes: Size.word, variable: false, role: "register" },
  r32:   { kind: Kind.register, sizes: Size.dword, variable: false, role: "register" },
  r64:   { kind: Kind.register, sizes: Size.qword, variable: false, role: "register" },
  "r*":  { kind: Kind.register, sizes: ALL, variable: true, role: "register" },
  rv:    { kind: Kind.register, sizes: V, variable: true, role: "register" },
  ry:    { kind: Kind.register, sizes: Y, variable: true, role: "register" },
  xmm:   { kind: Kind.register, sizes: Size.oword, variable: false, role: "register" },
  ymm:   { kind: Kind.register, sizes: Size.yword, variable: false, role: "register" },
  xy:    { kind: Kind.register, sizes: XY, variable: true, role: "register" },
  st:    { kind: Kind.x87, sizes: Size.fp, variable: false, role: "register" },
  rm8:   { kind: Kind.registerOrMemory, sizes: Size.byte, variable: false, role: "rm" },
  rm16:  { kind: Kind.registerOrMemory, sizes: Size.word, variable: false, role: "rm" },
  rm32:  { kind: Kind.registerOrMemory, sizes: Size.dword, variable: false, role: "rm" },
  rm64:  { kind: Kind.registerOrMemory, sizes: Size.qword, variable: false, role: "rm" },
  "rm*": { kind: Kind.registerOrMemory, sizes: ALL, variable: true, role: "rm" },
  rmv:   { kind: Kind.registerOrMemory, sizes: V, variable: true, role: "rm" },
  rmy:   { kind: Kind.registerOrMemory, sizes: Y, variable: true, role: "rm" },
  "xmm/m128": { kind: Kind.registerOrMemory, sizes: Size.oword, variable: false, role: "rm" },
  "ymm/m256": { kind: Kind.registerOrMemory, sizes: Size.yword, variable: false, role: "rm" },
  "xy/m":     { kind: Kind.registerOrMemory, sizes: XY, variable: true, role: "rm" },
  m:     { kind: Kind.memory, sizes: Size.none, variable: false, role: "rm" },
  m8:    { kind: Kind.memory, sizes: Size.byte, variable: false, role: "rm" },
  m16:   { kind: Kind.memory, sizes: Size.word, variable: false, role: "rm" },
  m32:   { kind: Kind.memory, sizes: Size.dword, variable: false, role: "rm" },
  m64:   { kind: Kind.memory, sizes: Size.qword, variable: false, role: "rm" },
  m80:   { kind: Kind.memory, sizes: Size.tword, variable: false, role: "rm" },
  m128:  { kind: Kind.memory, sizes: Size.oword, variable: false, role: "rm" },
  m256:  { kind: Kind.memory, sizes: Size.yword, variable: false, role: "rm" },
  mv:    { kind: Kind.memory, sizes: V, variable: true, role: "rm" },
  my:    { kind: Kind.memory, sizes: Y, variable: true, role: "rm" },
  mxy:   { kind: Kind.memory, sizes: XY, variable: true, role: "rm" },
  vm32x: { kind: Kind.vectorMemoryX, sizes: Size.none, variable: false, role: "rm" },
  vm64x: { kind: Kind.vectorMemoryX, sizes: Size.none, variable: false, role: "rm" },
  vm32y: { kind: Kind.vectorMemoryY, sizes: Size.none, variable: false, role: "rm" },
  vm64y: { kind: Kind.vectorMemoryY, sizes: Size.none, variable: false, role: "rm" },
  "a*":  { kind: Kind.accumulator, sizes: ALL, variable: true, role: "implicit" },
  av:    { kind: Kind.accumulator, sizes: V, variable: true, role: "implicit" },
  al:    { kind: Kind.accumulator, sizes: Size.byte, variable: false, role: "implicit" },
  ax:    { kind: Kind.accumulator, sizes: Size.word, variable: false, role: "implicit" },
  eax:   { kind: Kind.accumulator, sizes: Size.dword, variable: false, role: "implicit" },
  xmm0:  { kind: Kind.accumulator, sizes: Size.oword, variable: false, role: "implicit" },
  cl:    { kind: Kind.cl, sizes: Size.none, variable: false, role: "implicit" },
  dx:    { kind: Kind.dx, sizes: Size.none, variable: false, role: "implicit" },
  st0:   { kind: Kind.x87Top, sizes: Size.fp, variable: false, role: "implicit" },
  "1":   { kind: Kind.one, sizes: Size.none, variable: false, role: "implicit" },
  moffs: { kind: Kind.offset, sizes: Size.none, variable: false, role: "immediate" },
  imm:   { kind: Kind.immediate, sizes: Size.none, variable: false, role: "immediate" },
  imm8:  { kind: Kind.immediate, sizes: Size.byte, variable: false, role: "immediate" },
  imm16: { kind: Kind.immediate, sizes: Size.word, variable: false, role: "immediate" },
  imm8s: { kind: Kind.signedByte, sizes: Size.none, variable: false, role: "immediate" },
  "imm~": { kind: Kind.runtime, sizes: Size.none, variable: false, role: "immediate" },
  rel8:  { kind: Kind.immediate, sizes: Size.none, variable: false, role: "immediate" },
  rel32: { kind: Kind.target, sizes: Size.none, variable: false, role: "immediate" },
};

/** The meaning of an operand token; undefined for one that gives alternatives. */
export function patternOf(token: string): Pattern | undefined {
  return PATTERNS[token];
}
