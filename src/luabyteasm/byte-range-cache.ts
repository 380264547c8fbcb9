const slotBits = 11;
const slots = 1 << slotBits;

/** Only so many bytes of a range are hashed. */
const hashed = 64;

/**
 * Values made from ranges of the same bytes, found by the content of the range. Chunks repeat names
 * and constants in every function: one value for all of them keeps memory small. A place in the table
 * belongs to the range that took it last, so that the table never grows.
 */
export class ByteRangeCache<Value> {
  private readonly bytes: Uint8Array;
  private readonly starts = new Float64Array(slots);
  private readonly lengths = new Float64Array(slots);
  private readonly values: (Value | undefined)[] = new Array<Value | undefined>(slots).fill(undefined);
  private slot = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The value of a range with the same content, if it is still known. */
  find(start: number, length: number): Value | undefined {
    const { bytes } = this;
    let hash = length | 0;
    const end = start + Math.min(length, hashed);
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
    this.slot = Math.imul(hash, 0x9e3779b1) >>> (32 - slotBits);
    const value = this.values[this.slot];
    return value !== undefined && this.isEqual(start, length) ? value : undefined;
  }

  private isEqual(start: number, length: number): boolean {
    const { bytes, slot } = this;
    if (this.lengths[slot] !== length) return false;
    const from = this.starts[slot] ?? 0;
    for (let index = 0; index < length; index++) {
      if (bytes[start + index] !== bytes[from + index]) return false;
    }
    return true;
  }

  /** Keeps the value of the range that was looked for last. Returns it. */
  keep(start: number, length: number, value: Value): Value {
    this.starts[this.slot] = start;
    this.lengths[this.slot] = length;
    this.values[this.slot] = value;
    return value;
  }
}
