/** One field of the header of a bytecode file. */
export interface HeaderField {
  readonly name: string;
  /** Byte offset in the file. */
  readonly offset: number;
  /** The bytes as hex pairs, shorter than the field when the file ends in it. */
  readonly bytes: string;
  /** What the bytes mean. */
  readonly meaning: string;
  /** The bytes that should stand there when they differ, otherwise null. */
  readonly expected: string | null;
  /** Who expects other bytes: `stock Lua 5.2`. */
  readonly expectedBy: string;
}

/** How a run of bytes is decoded. */
export interface FieldRow {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  /** What stock Lua on a 64-bit little-endian machine writes; empty when anything may stand there. */
  readonly expected: readonly number[];
  /** Meaning of the field, from its first byte and all its bytes as hex pairs. */
  readonly explain: (value: number, bytes: string) => string;
}

/** Meaning of a byte that holds a size. */
export function bytesLong(value: number): string {
  return `${value} byte${value === 1 ? "" : "s"}`;
}

/** Bytes as upper-case hex pairs. */
export function hexPairs(bytes: Iterable<number>): string {
  return [...bytes].map((byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ");
}

/** Decodes one field and compares it with what `expectedBy` expects. */
export function decodeField(bytes: Uint8Array, row: FieldRow, expectedBy: string): HeaderField {
  const { name, offset, size } = row;
  const found = hexPairs(bytes.subarray(offset, offset + size));
  const wanted = hexPairs(row.expected);
  const first = bytes[offset];
  const meaning = first === undefined ? "missing: the file ends before it" : row.explain(first, found);
  const differs = row.expected.length > 0 && found !== wanted;
  return { name, offset, bytes: found, meaning, expected: differs ? wanted : null, expectedBy };
}
