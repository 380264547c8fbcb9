/** Numbers in an array of any kind. */
export interface NumberSequence {
  readonly length: number;
  readonly [index: number]: number;
  readonly slice: (start: number, end: number) => NumberSequence;
}

/** A place where two sequences differ: items `oldStart..oldEnd` were replaced by `newStart..newEnd` (exclusive). */
export interface Hunk {
  readonly oldStart: number;
  readonly oldEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
}

/** Edits looked for before two sequences count as different throughout; memory grows with its square. */
const MAX_EDITS = 1000;

function commonPrefix(one: NumberSequence, other: NumberSequence): number {
  const limit = Math.min(one.length, other.length);
  let length = 0;
  while (length < limit && one[length] === other[length]) length++;
  return length;
}

function commonSuffix(one: NumberSequence, other: NumberSequence, prefix: number): number {
  const limit = Math.min(one.length, other.length) - prefix;
  let length = 0;
  while (length < limit && one[one.length - 1 - length] === other[other.length - 1 - length]) length++;
  return length;
}

/** Furthest reaching position on diagonal `k` with one more edit than `reach` knows (Myers' greedy step). */
function extend(
  one: NumberSequence,
  other: NumberSequence,
  reach: Int32Array,
  k: number,
  edits: number,
): number {
  const offset = MAX_EDITS + 1;
  const down = reach[k + 1 + offset] ?? 0;
  const right = (reach[k - 1 + offset] ?? 0) + 1;
  let x = k === -edits || (k !== edits && right <= down) ? down : right;
  while (x < one.length && x - k < other.length && one[x] === other[x - k]) x++;
  return x;
}

/** The states of the greedy algorithm after 0, 1, 2 ... edits, or undefined when it takes too many. */
function searchEdits(one: NumberSequence, other: NumberSequence): Int32Array[] | undefined {
  const offset = MAX_EDITS + 1;
  const reach = new Int32Array(2 * offset + 1);
  const history: Int32Array[] = [];
  for (let edits = 0; edits <= MAX_EDITS; edits++) {
    history.push(reach.slice(offset - edits - 1, offset + edits + 2));
    for (let k = -edits; k <= edits; k += 2) {
      const x = extend(one, other, reach, k, edits);
      reach[k + offset] = x;
      if (x >= one.length && x - k >= other.length) return history;
    }
  }
  return undefined;
}

/** Walks back from the end and marks the items that stay. */
function markKept(
  history: readonly Int32Array[],
  length: number,
  otherLength: number,
): [Uint8Array, Uint8Array] {
  const kept = new Uint8Array(length);
  const otherKept = new Uint8Array(otherLength);
  let x = length;
  let y = otherLength;
  for (let edits = history.length - 1; edits >= 0; edits--) {
    const reach = history[edits] ?? new Int32Array(0);
    const at = (k: number): number => reach[k + edits + 1] ?? 0;
    const k = x - y;
    const isDown = k === -edits || (k !== edits && at(k - 1) + 1 <= at(k + 1));
    const startX = edits === 0 ? 0 : isDown ? at(k + 1) : at(k - 1) + 1;
    while (x > startX && y > 0) {
      kept[--x] = 1;
      otherKept[--y] = 1;
    }
    if (edits === 0) break;
    if (isDown) y--;
    else x--;
  }
  return [kept, otherKept];
}

function collectHunks(kept: Uint8Array, otherKept: Uint8Array, shift: number): Hunk[] {
  const hunks: Hunk[] = [];
  let x = 0;
  let y = 0;
  while (x < kept.length || y < otherKept.length) {
    const [oldStart, newStart] = [x, y];
    while (x < kept.length && kept[x] === 0) x++;
    while (y < otherKept.length && otherKept[y] === 0) y++;
    if (x > oldStart || y > newStart) {
      hunks.push({
        oldStart: oldStart + shift,
        oldEnd: x + shift,
        newStart: newStart + shift,
        newEnd: y + shift,
      });
    }
    while (x < kept.length && kept[x] === 1 && y < otherKept.length && otherKept[y] === 1) {
      x++;
      y++;
    }
  }
  return hunks;
}

/**
 * The differences of two sequences, as few as possible; beyond 1000 edits everything between the common start
 * and the common end counts as replaced.
 */
export function diffSequences(one: NumberSequence, other: NumberSequence): readonly Hunk[] {
  const prefix = commonPrefix(one, other);
  const suffix = commonSuffix(one, other, prefix);
  const oldEnd = one.length - suffix;
  const newEnd = other.length - suffix;
  if (prefix === oldEnd && prefix === newEnd) return [];
  const [oldMiddle, newMiddle] = [one.slice(prefix, oldEnd), other.slice(prefix, newEnd)];
  const history = searchEdits(oldMiddle, newMiddle);
  if (history === undefined) return [{ oldStart: prefix, oldEnd, newStart: prefix, newEnd }];
  const [kept, otherKept] = markKept(history, oldMiddle.length, newMiddle.length);
  return collectHunks(kept, otherKept, prefix);
}
