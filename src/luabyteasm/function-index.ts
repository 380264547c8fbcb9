/**
 * Where the functions of a chunk stand in its bytes. They are numbered from 0 in the order of their starts, so
 * that a function is followed by those inside it.
 */
export interface FunctionIndex {
  /** Three entries for each function: its start, its upvalues, the number of functions it is made of. */
  entries: Uint32Array | Float64Array;
  /** Number of functions. */
  count: number;
}

const ENTRIES = 3;
const UPVALUES = 1;
const SIZE = 2;

/** An empty index for a chunk of that many bytes. */
export function createFunctionIndex(byteCount: number): FunctionIndex {
  const room = 16 * ENTRIES;
  return { entries: byteCount < 2 ** 32 ? new Uint32Array(room) : new Float64Array(room), count: 0 };
}

function grow(index: FunctionIndex): void {
  const { entries } = index;
  const length = entries.length * 2;
  const larger = entries instanceof Uint32Array ? new Uint32Array(length) : new Float64Array(length);
  larger.set(entries);
  index.entries = larger;
}

/** Adds the function that starts at this offset and returns its number. */
export function beginFunction(index: FunctionIndex, start: number): number {
  const number = index.count++;
  if (index.count * ENTRIES > index.entries.length) grow(index);
  index.entries[number * ENTRIES] = start;
  return number;
}

/** Notes where the upvalues of a function begin, when all functions inside it have been added. */
export function endNested(index: FunctionIndex, number: number, upvalues: number): void {
  index.entries[number * ENTRIES + UPVALUES] = upvalues;
  index.entries[number * ENTRIES + SIZE] = index.count - number;
}

/** Offset of the first field of a function. */
export function startOf({ entries }: FunctionIndex, number: number): number {
  return entries[number * ENTRIES] ?? 0;
}

/** Offset of the number of upvalues, which follows the functions inside. */
export function upvaluesOf({ entries }: FunctionIndex, number: number): number {
  return entries[number * ENTRIES + UPVALUES] ?? 0;
}

/** The numbers of the functions right inside a function. */
export function functionsInside({ entries }: FunctionIndex, number: number): readonly number[] {
  const numbers: number[] = [];
  const end = number + (entries[number * ENTRIES + SIZE] ?? 1);
  for (let nested = number + 1; nested < end; nested += entries[nested * ENTRIES + SIZE] ?? 1) {
    numbers.push(nested);
  }
  return numbers;
}
