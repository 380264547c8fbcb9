/** A source of repeatable random choices. */
export interface Random {
  /** An integer in 0..below-1. */
  readonly below: (below: number) => number;
  /** Whether something of the given probability (0..1) happens. */
  readonly chance: (probability: number) => boolean;
  /** One of the given values. */
  readonly of: <T>(values: readonly T[]) => T;
  /** One of the words of a text. */
  readonly word: (words: string) => string;
  /** A list of `low` to `high` values. */
  readonly list: <T>(low: number, high: number, make: () => T) => T[];
}

/** The generator called mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 0x100000000;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  const of = <T>(values: readonly T[]): T => values[below(values.length)] as T;
  const lists = new Map<string, readonly string[]>();
  const word = (words: string): string => {
    let list = lists.get(words);
    if (list === undefined) {
      list = words.split(" ");
      lists.set(words, list);
    }
    return of(list);
  };
  return {
    below,
    chance: (probability) => next() < probability,
    of,
    word,
    list: (low, high, make) => Array.from({ length: low + below(high - low + 1) }, make),
  };
}
