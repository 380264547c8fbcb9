import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkStep,
  DasmError,
  encode,
  growPc,
  init,
  link,
  put,
  STATUS,
  setup,
  setupGlobal,
} from "../../src/dasm/index.js";
import { ACTION } from "../../src/x86/actions.js";

/** Bytes with many action codes and operands that mean something. */
const actionByte = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: ACTION.DISP, max: ACTION.STOP }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 12 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }) },
);
const argument = fc.oneof(
  fc.integer({ min: -200, max: 300 }),
  fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 }),
);

interface FuzzedUnit {
  readonly actions: readonly number[];
  readonly puts: readonly (readonly [start: number, args: readonly number[]])[];
  readonly sections: number;
  readonly steps: boolean;
}

const unit: fc.Arbitrary<FuzzedUnit> = fc.record({
  actions: fc.array(actionByte, { minLength: 1, maxLength: 60 }).map((bytes) => [...bytes, ACTION.STOP]),
  puts: fc.array(fc.tuple(fc.nat(60), fc.array(argument, { maxLength: 20 })), { maxLength: 30 }),
  sections: fc.integer({ min: 1, max: 4 }),
  steps: fc.boolean(),
});

/** Number of arguments that the engine asked for, if that was what it complained about. */
function neededArguments(error: unknown): number | undefined {
  const found = /(\d+) needed/.exec(error instanceof DasmError ? error.message : "");
  return found === null ? undefined : Number(found[1]);
}

/** A put with as many arguments as the chunk takes. Anything but a DasmError is passed on. */
function tryPut(state: ReturnType<typeof init>, start: number, args: readonly number[]): void {
  try {
    put(state, start, ...args);
  } catch (error) {
    if (!(error instanceof DasmError)) throw error;
    const needed = neededArguments(error);
    if (needed !== undefined) {
      put(
        state,
        start,
        ...Array.from({ length: needed }, (_, index) => args[index % (args.length || 1)] ?? 0),
      );
    }
  }
}

/** Runs a unit to its end. Returns its size, or undefined if it ended with an error. */
function run({ actions, puts, sections, steps }: FuzzedUnit): number | undefined {
  const state = init(sections, { maxCodeSize: 1 << 20 });
  setupGlobal(state, new BigUint64Array(8), 8);
  growPc(state, 300);
  setup(state, Uint8Array.from(actions));
  for (const [start, args] of puts) {
    tryPut(state, start, args);
    if (steps) checkStep(state, -1);
  }
  const { status, size } = link(state);
  if (status !== STATUS.OK) return undefined;
  const buffer = new Uint8Array(size + 16).fill(0x77);
  expect(encode(state, buffer, 0x20000000)).toBe(STATUS.OK);
  expect(buffer.subarray(size).every((byte) => byte === 0x77)).toBe(true);
  return size;
}

describe("random bytes as action lists", () => {
  test("give a result or an error that says so", () => {
    let results = 0;
    fc.assert(
      fc.property(unit, (fuzzed) => {
        if (run(fuzzed) !== undefined) results += 1;
      }),
      { numRuns: 6000 },
    );
    expect(results).toBeGreaterThan(100);
  });
});
