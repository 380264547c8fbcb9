import { constantKey, type KeyedFunction } from "./diff-keys.js";
import { opcodeOf } from "./instruction.js";

/** Nested functions of two functions that correspond, and those that have no counterpart. */
export interface Matching {
  /** Pairs of positions, in order of the old function. */
  readonly pairs: readonly (readonly [oldIndex: number, newIndex: number])[];
  readonly onlyOld: readonly number[];
  readonly onlyNew: readonly number[];
}

/** More pairs than this are not compared with each other but paired in order. */
const MAX_COMPARED = 40_000;
/** Functions less alike than this (0 to 1) do not correspond. */
const LEAST_SIMILARITY = 0.3;

/** How often each opcode and each constant occurs. */
function countFeatures({ source }: KeyedFunction): Map<string, number> {
  const counts = new Map<string, number>();
  const prototype = source.read();
  const add = (feature: string) => counts.set(feature, (counts.get(feature) ?? 0) + 1);
  for (const word of prototype.code) add(`op ${opcodeOf(word)}`);
  for (const constant of prototype.constants) add(constantKey(constant));
  for (const { name } of prototype.locals) if (name !== null) add(`local ${name}`);
  return counts;
}

/** Share of features two functions have in common, 0 to 1. */
function similarity(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): number {
  let common = 0;
  let total = 0;
  for (const [feature, count] of one) {
    common += 2 * Math.min(count, other.get(feature) ?? 0);
    total += count;
  }
  for (const count of other.values()) total += count;
  return total === 0 ? 1 : common / total;
}

interface Candidate {
  readonly oldIndex: number;
  readonly newIndex: number;
  readonly score: number;
}

function listCandidates(
  oldNested: readonly KeyedFunction[],
  newNested: readonly KeyedFunction[],
  oldFree: readonly number[],
  newFree: readonly number[],
): Candidate[] {
  const features = new Map<KeyedFunction, Map<string, number>>();
  const featuresOf = (keyed: KeyedFunction | undefined): Map<string, number> => {
    if (keyed === undefined) return new Map();
    const counts = features.get(keyed) ?? countFeatures(keyed);
    features.set(keyed, counts);
    return counts;
  };
  return oldFree.flatMap((oldIndex) =>
    newFree.map((newIndex) => {
      const score = similarity(featuresOf(oldNested[oldIndex]), featuresOf(newNested[newIndex]));
      return { oldIndex, newIndex, score };
    }),
  );
}

/** Pairs of equal functions, preferring the same position. */
function pairEqual(
  oldNested: readonly KeyedFunction[],
  newNested: readonly KeyedFunction[],
): Map<number, number> {
  const pairs = new Map<number, number>();
  const waiting = new Map<number, number[]>();
  newNested.forEach(({ whole }, index) => {
    if (oldNested[index]?.whole === whole) pairs.set(index, index);
    else if (waiting.get(whole)?.push(index) === undefined) waiting.set(whole, [index]);
  });
  oldNested.forEach(({ whole }, index) => {
    if (pairs.has(index)) return;
    const newIndex = waiting.get(whole)?.shift();
    if (newIndex !== undefined) pairs.set(index, newIndex);
  });
  return pairs;
}

/** Pairs the functions left over by likeness, most alike first. */
function pairAlike(
  pairs: Map<number, number>,
  oldNested: readonly KeyedFunction[],
  newNested: readonly KeyedFunction[],
): void {
  const taken = new Set(pairs.values());
  const oldFree = [...oldNested.keys()].filter((index) => !pairs.has(index));
  const newFree = [...newNested.keys()].filter((index) => !taken.has(index));
  if (oldFree.length * newFree.length > MAX_COMPARED) {
    oldFree.slice(0, newFree.length).forEach((oldIndex, i) => {
      pairs.set(oldIndex, newFree[i] ?? 0);
    });
    return;
  }
  const distance = ({ oldIndex, newIndex }: Candidate) => Math.abs(oldIndex - newIndex);
  const candidates = listCandidates(oldNested, newNested, oldFree, newFree);
  candidates.sort((one, other) => other.score - one.score || distance(one) - distance(other));
  for (const { oldIndex, newIndex, score } of candidates) {
    if (score < LEAST_SIMILARITY) return;
    if (pairs.has(oldIndex) || taken.has(newIndex)) continue;
    pairs.set(oldIndex, newIndex);
    taken.add(newIndex);
  }
}

/** Finds out which nested functions correspond: equal ones first, then the most alike. */
export function matchNested(one: KeyedFunction, other: KeyedFunction): Matching {
  const pairs = pairEqual(one.nested, other.nested);
  pairAlike(pairs, one.nested, other.nested);
  const taken = new Set(pairs.values());
  return {
    pairs: [...pairs].sort(([a], [b]) => a - b),
    onlyOld: [...one.nested.keys()].filter((index) => !pairs.has(index)),
    onlyNew: [...other.nested.keys()].filter((index) => !taken.has(index)),
  };
}
