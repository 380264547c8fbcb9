/**
 * What the verifier knows about the registers before an instruction: 4 bits each, 8 registers to a word, so
 * that states join with a few word operations.
 */

/** The register holds a value on every path. */
export const SET = 1;
/** The value is a number on every path. */
export const NUMBER = 2;
/** The value is a table on every path. */
export const TABLE = 4;
/** A closure shares the register on some path; its type is not known then, since a call may change it. */
export const CAPTURED = 8;

const ALL_CAPTURED = 0x88888888 | 0;
const ALL_BUT_CAPTURED = 0x77777777;
const ALL_BUT_TYPES = 0x99999999 | 0;

/** No register is the open top. */
export const NO_TOP = -1;

export interface FlowState {
  readonly words: Int32Array;
  /** The register from which values up to the top are open, or `NO_TOP`. */
  top: number;
}

/** State with nothing set, for a frame of up to 255 registers. */
export function createFlowState(registers: number): FlowState {
  return { words: new Int32Array((registers + 7) >> 3), top: NO_TOP };
}

export function bitsOf({ words }: FlowState, register: number): number {
  return ((words[register >> 3] ?? 0) >>> ((register & 7) << 2)) & 15;
}

function putBits({ words }: FlowState, register: number, bits: number): void {
  const shift = (register & 7) << 2;
  const index = register >> 3;
  words[index] = ((words[index] ?? 0) & ~(15 << shift)) | (bits << shift);
}

/** The register gets a value of type `NUMBER`, `TABLE` or 0 (unknown). */
export function assign(state: FlowState, register: number, type: number): void {
  const captured = bitsOf(state, register) & CAPTURED;
  putBits(state, register, captured === 0 ? SET | type : SET | CAPTURED);
}

/** Registers `first` to `last` get values of unknown type. */
export function assignRange(state: FlowState, first: number, last: number): void {
  for (let register = first; register <= last; register++) assign(state, register, 0);
}

export function capture(state: FlowState, register: number): void {
  putBits(state, register, (bitsOf(state, register) & SET) | CAPTURED);
}

/** Word mask with the bits of all registers below `register` within its word. */
function maskBelow(register: number): number {
  return (1 << ((register & 7) << 2)) - 1;
}

/** Forgets everything about the registers from `first` up. */
export function unsetFrom({ words }: FlowState, first: number): void {
  const index = first >> 3;
  if (index >= words.length) return;
  words[index] = (words[index] ?? 0) & maskBelow(first);
  words.fill(0, index + 1);
}

/** The types of the registers from `first` up are not known any more. */
export function forgetTypesFrom({ words }: FlowState, first: number): void {
  const index = first >> 3;
  if (index >= words.length) return;
  words[index] = (words[index] ?? 0) & (ALL_BUT_TYPES | maskBelow(first));
  for (let i = index + 1; i < words.length; i++) words[i] = (words[i] ?? 0) & ALL_BUT_TYPES;
}

/** No closure shares the registers from `first` up any more. */
export function uncaptureFrom({ words }: FlowState, first: number): void {
  const index = first >> 3;
  if (index >= words.length) return;
  words[index] = (words[index] ?? 0) & (ALL_BUT_CAPTURED | maskBelow(first));
  for (let i = index + 1; i < words.length; i++) words[i] = (words[i] ?? 0) & ALL_BUT_CAPTURED;
}

export function isAnyCapturedFrom({ words }: FlowState, first: number): boolean {
  const index = first >> 3;
  if (index >= words.length) return false;
  if (((words[index] ?? 0) & ALL_CAPTURED & ~maskBelow(first)) !== 0) return true;
  for (let i = index + 1; i < words.length; i++) if (((words[i] ?? 0) & ALL_CAPTURED) !== 0) return true;
  return false;
}

/** What is known where a path with `one` meets a path with `other`. */
export function joinWords(one: number, other: number): number {
  const captured = (one | other) & ALL_CAPTURED;
  return (one & other & ALL_BUT_CAPTURED & ~((captured >>> 1) | (captured >>> 2))) | captured;
}
