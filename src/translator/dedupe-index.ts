/**
 * Finds the first occurrence of a chunk in the action list without searching the whole list.
 *
 * Every chunk ends with STOP (255) or with SECTION and its number, so an occurrence can only end
 * behind such bytes. Those places are indexed by hashes of the 2, 4, 8 ... 64 bytes in front of
 * them; a chunk is looked up by the longest of these that it has. This keeps the time per chunk
 * independent of the length of the list.
 */
export interface DedupeIndex {
  /** The bytes of all kept chunks in order; only the first `length` count. */
  bytes: Uint8Array;
  length: number;
  /** Results of earlier searches: a first occurrence stays the first one. */
  readonly known: Map<string, number>;
  /** Possible ends of occurrences by suffix hash, ascending. */
  readonly ends: Map<number, number[]>;
}

const longestSuffix = 64;
const stop = 255;
const section = 254;

export function createDedupeIndex(): DedupeIndex {
  return { bytes: new Uint8Array(4096), length: 0, known: new Map(), ends: new Map() };
}

/** Offset of the first occurrence of the chunk (one character per byte) in the list, or -1. */
export function findChunk(index: DedupeIndex, chunk: string): number {
  const known = index.known.get(chunk);
  if (known !== undefined) return known;
  const found = searchChunk(index, chunk);
  if (found >= 0) index.known.set(chunk, found);
  return found;
}

function searchChunk(index: DedupeIndex, chunk: string): number {
  let size = 2;
  while (size < longestSuffix && size * 2 <= chunk.length) size *= 2;
  let hash = 0;
  for (let back = 1; back <= size; back++) hash = mixByte(hash, chunk.charCodeAt(chunk.length - back));
  const ends = index.ends.get(suffixKey(hash, size));
  if (ends === undefined) return -1;
  for (const end of ends) {
    const start = end - chunk.length;
    if (start >= 0 && matchesAt(index.bytes, chunk, start)) return start;
  }
  return -1;
}

function matchesAt(bytes: Uint8Array, chunk: string, start: number): boolean {
  for (let at = 0; at < chunk.length; at++) if (bytes[start + at] !== chunk.charCodeAt(at)) return false;
  return true;
}

function mixByte(hash: number, byte: number): number {
  return (Math.imul(hash ^ byte, 0x01000193) + 0x9e3779b9) | 0;
}

function suffixKey(hash: number, size: number): number {
  return (hash >>> 0) * 128 + size;
}

/** Appends a chunk to the list and returns its offset. */
export function appendChunk(index: DedupeIndex, chunk: string): number {
  const offset = index.length;
  reserve(index, offset + chunk.length);
  const { bytes } = index;
  for (let at = 0; at < chunk.length; at++) {
    bytes[offset + at] = chunk.charCodeAt(at);
  }
  index.length = offset + chunk.length;
  index.known.set(chunk, offset);
  for (let at = offset; at < index.length; at++) {
    if (bytes[at] === stop || (at > offset && bytes[at - 1] === section)) recordEnd(index, at + 1);
  }
  return offset;
}

function reserve(index: DedupeIndex, length: number): void {
  if (length <= index.bytes.length) return;
  const grown = new Uint8Array(Math.max(length, index.bytes.length * 2));
  grown.set(index.bytes);
  index.bytes = grown;
}

function recordEnd(index: DedupeIndex, end: number): void {
  const available = Math.min(end, longestSuffix);
  let hash = 0;
  let nextSize = 2;
  for (let back = 1; back <= available; back++) {
    hash = mixByte(hash, index.bytes[end - back] as number);
    if (back !== nextSize) continue;
    const key = suffixKey(hash, nextSize);
    const ends = index.ends.get(key);
    if (ends === undefined) index.ends.set(key, [end]);
    else ends.push(end);
    nextSize *= 2;
  }
}
