/** A run of bytes that means one thing. */
export interface AnnotatedField {
  /** Byte offset of its first byte. */
  readonly offset: number;
  /** Number of bytes. */
  readonly size: number;
  readonly meaning: string;
}

const bytesPerLine = 8;

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

/**
 * Lists bytes field by field: offset in hex, up to eight bytes, and on the first line of each field
 * what it means. Yields one line at a time, without its line end, so that long listings need little
 * memory.
 */
export function* listAnnotatedHex(bytes: Uint8Array, fields: Iterable<AnnotatedField>): Generator<string> {
  for (const { offset, size, meaning } of fields) {
    for (let from = offset; from < offset + size; from += bytesPerLine) {
      const part = bytes.subarray(from, Math.min(from + bytesPerLine, offset + size));
      const digits = Array.from(part, (byte) => hex(byte, 2)).join(" ");
      const text = from === offset ? `  ${meaning}` : "";
      yield `${hex(from, 8)}  ${digits.padEnd(text === "" ? 0 : bytesPerLine * 3 - 1)}${text}`;
    }
  }
}
