import type { Constant } from "../chunk.js";
import { isLineEnd } from "./characters.js";

const slotBits = 11;
const slots = 1 << slotBits;

/**
 * Constants met before, found by the text from the value to the end of its line. The functions of a
 * text name the same things again and again: one object for all of them keeps memory small, and the
 * value need not be parsed. A place in the table belongs to the line that took it last, so that the
 * table never grows.
 */
export class ConstantCache {
  private readonly starts = new Int32Array(slots);
  private readonly ends = new Int32Array(slots);
  private readonly constants: (Constant | undefined)[] = new Array<Constant | undefined>(slots).fill(
    undefined,
  );
  private slot = 0;
  private end = 0;

  /** The constant of an equal line, if it is still known. */
  find(text: string, start: number): Constant | undefined {
    let hash = 0;
    let end = start;
    for (let code = text.charCodeAt(end); !isLineEnd(code); code = text.charCodeAt(++end)) {
      hash = Math.imul(hash ^ code, 0x01000193);
    }
    this.end = end;
    this.slot = Math.imul(hash, 0x9e3779b1) >>> (32 - slotBits);
    const constant = this.constants[this.slot];
    return constant !== undefined && this.isEqual(text, start, end) ? constant : undefined;
  }

  private isEqual(text: string, start: number, end: number): boolean {
    const from = this.starts[this.slot] ?? 0;
    if ((this.ends[this.slot] ?? 0) - from !== end - start) return false;
    for (let at = start; at < end; at++) {
      if (text.charCodeAt(at) !== text.charCodeAt(from + at - start)) return false;
    }
    return true;
  }

  /** Keeps the constant of the line that was looked for last, whose value starts at `start`. */
  keep(start: number, constant: Constant): void {
    this.starts[this.slot] = start;
    this.ends[this.slot] = this.end;
    this.constants[this.slot] = constant;
  }

  /** Forgets everything: the values that texts stand for have changed. */
  clear(): void {
    this.constants.fill(undefined);
  }
}
