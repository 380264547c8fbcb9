/**
 * Finds the first occurrence of a chunk in the action list without searching the whole list.
 *
 * Every chunk ends with STOP (255) or with SECTION and its number, so an occurrence can only end
 * behind such bytes. Those places are kept in buckets by a hash of the 2 or 8 bytes in front of
 * them. A bucket that grows large is divided further by longer suffixes, so that the time per
 * chunk does not depend on the length of the list.
 */
export interface DedupeIndex {
  /** The bytes of all kept chunks in order; only the first `length` count. */
  bytes: Uint8Array;
  length: number;
  /** Results of earlier searches: a first occurrence stays the first one. */
  readonly known: Map<string, number>;
  readonly buckets: Map<number, Bucket>;
}

/** Possible ends of occurrences, ascending. */
interface Bucket {
  readonly ends: number[];
  /** The ends by hashes of longer suffixes, made when the bucket is large: by length of the suffix. */
  divisions: Map<number, Division> | undefined;
}

interface Division {
  readonly ends: Map<number, number[]>;
  /** How many ends of the bucket have been entered. */
  entered: number;
}

const shortSuffix = 2;
const longSuffix = 8;
const longestSuffix = 64;
const largeBucket = 24;
const stop = 255;
const section = 254;

export function createDedupeIndex(): DedupeIndex {
  return { bytes: new Uint8Array(4096), length: 0, known: new Map(), buckets: new Map() };
}

/** Offset of the first occurrence of the chunk (one character per byte) in the list, or -1. */
export function findChunk(index: DedupeIndex, chunk: string): number {
  const known = index.known.get(chunk);
  if (known !== undefined) return known;
  const found = searchChunk(index, chunk);
  if (found >= 0) index.known.set(chunk, found);
  return found;
}

function mixByte(hash: number, byte: number): number {
  return (Math.imul(hash ^ byte, 0x01000193) + 0x9e3779b9) | 0;
}

function hashChunkEnd(chunk: string, size: number): number {
  let hash = size;
  for (let at = chunk.length - 1; at >= chunk.length - size; at--) hash = mixByte(hash, chunk.charCodeAt(at));
  return hash;
}

function hashListEnd(bytes: Uint8Array, end: number, size: number): number {
  let hash = size;
  for (let at = end - 1; at >= end - size; at--) hash = mixByte(hash, bytes[at] as number);
  return hash;
}

function searchChunk(index: DedupeIndex, chunk: string): number {
  const size = chunk.length < longSuffix ? shortSuffix : longSuffix;
  const bucket = index.buckets.get(hashChunkEnd(chunk, size));
  if (bucket === undefined) return -1;
  for (const end of candidates(index, bucket, chunk)) {
    const start = end - chunk.length;
    if (start >= 0 && matchesAt(index.bytes, chunk, start)) return start;
  }
  return -1;
}

function candidates(index: DedupeIndex, bucket: Bucket, chunk: string): readonly number[] {
  if (bucket.ends.length < largeBucket) return bucket.ends;
  let size = 1;
  while (size < longestSuffix && size * 2 <= chunk.length) size *= 2;
  bucket.divisions ??= new Map();
  let division = bucket.divisions.get(size);
  if (division === undefined) {
    division = { ends: new Map(), entered: 0 };
    bucket.divisions.set(size, division);
  }
  for (; division.entered < bucket.ends.length; division.entered++) {
    const end = bucket.ends[division.entered] as number;
    if (end < size) continue;
    const hash = hashListEnd(index.bytes, end, size);
    const ends = division.ends.get(hash);
    if (ends === undefined) division.ends.set(hash, [end]);
    else ends.push(end);
  }
  return division.ends.get(hashChunkEnd(chunk, size)) ?? [];
}

function matchesAt(bytes: Uint8Array, chunk: string, start: number): boolean {
  for (let at = 0; at < chunk.length; at++) if (bytes[start + at] !== chunk.charCodeAt(at)) return false;
  return true;
}

/** Appends a chunk to the list and returns its offset. */
export function appendChunk(index: DedupeIndex, chunk: string): number {
  const offset = index.length;
  reserve(index, offset + chunk.length);
  const { bytes } = index;
  index.length = offset + chunk.length;
  let previous = 0;
  for (let at = 0; at < chunk.length; at++) {
    const byte = chunk.charCodeAt(at);
    bytes[offset + at] = byte;
    if (byte === stop || previous === section) recordEnd(index, offset + at + 1);
    previous = byte;
  }
  index.known.set(chunk, offset);
  return offset;
}

function reserve(index: DedupeIndex, length: number): void {
  if (length <= index.bytes.length) return;
  const grown = new Uint8Array(Math.max(length, index.bytes.length * 2));
  grown.set(index.bytes);
  index.bytes = grown;
}

function recordEnd(index: DedupeIndex, end: number): void {
  if (end >= shortSuffix) addEnd(index, hashListEnd(index.bytes, end, shortSuffix), end);
  if (end >= longSuffix) addEnd(index, hashListEnd(index.bytes, end, longSuffix), end);
}

function addEnd(index: DedupeIndex, hash: number, end: number): void {
  const bucket = index.buckets.get(hash);
  if (bucket === undefined) index.buckets.set(hash, { ends: [end], divisions: undefined });
  else bucket.ends.push(end);
}
