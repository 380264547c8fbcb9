import fc from "fast-check";
import iced from "iced-x86";
import { describe, expect, test } from "vitest";
import {
  encode,
  getPcLabel,
  growPc,
  init,
  link,
  put,
  STATUS,
  setup,
  setupGlobal,
} from "../../src/dasm/index.js";
import { ACTION } from "../../src/x86/actions.js";
import { actionBytes } from "./action-bytes.js";

/**
 * Chunks of a program of jumps and fillers. A fill byte of 0x90 keeps every byte an instruction of
 * its own, so that the program can be decoded from its start.
 */
const ACTIONS = actionBytes(
  ...(["ESC", 0xe9, "REL_PC", "STOP"] as const),
  ...([0x0f, 0x84, "REL_PC", "STOP"] as const),
  ...(["ESC", 0xe8, "REL_PC", "STOP"] as const),
  ...(["LABEL_PC", "STOP"] as const),
  ...(["SPACE", 0x90, "STOP"] as const),
  ...(["ALIGN", 15, "STOP"] as const),
  ...(["SECTION", 0] as const),
  ...(["SECTION", 1] as const),
  ...(["SECTION", 2] as const),
);
const JUMP = 0;
const JCC = 4;
const CALL = 8;
const LABEL = 12;
const SPACE = 14;
const ALIGN = 17;
const SECTIONS = [20, 22, 24] as const;

const LABELS = 8;

type Step =
  | { readonly kind: "branch"; readonly chunk: number; readonly label: number }
  | { readonly kind: "label"; readonly label: number }
  | { readonly kind: "space"; readonly count: number }
  | { readonly kind: "align" }
  | { readonly kind: "section"; readonly section: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("branch" as const),
      chunk: fc.constantFrom(JUMP, JCC, CALL),
      label: fc.nat(LABELS - 1),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("label" as const), label: fc.nat(LABELS - 1) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("space" as const),
      count: fc.oneof(fc.nat(10), fc.integer({ min: 100, max: 140 }), fc.nat(400)),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "align" as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("section" as const), section: fc.nat(2) }) },
);

/** Bookkeeping of what the branches in each section lead to: the definition current at link for forward ones. */
interface Expectation {
  readonly section: number;
  /** Number of the definition, in put order. */
  definition: number;
}

interface Program {
  readonly bytes: Uint8Array;
  readonly size: number;
  readonly branches: readonly Expectation[];
  /** Final offset of each definition. */
  readonly definitions: readonly number[];
}

/**
 * Each definition gets a pc label of its own besides the shared one, so that its final offset can be
 * asked for: a shared label may be defined many times.
 */
function assemble(steps: readonly Step[]): Program {
  const state = init(3);
  setupGlobal(state, new BigUint64Array(0), 0);
  setup(state, ACTIONS);
  growPc(state, LABELS + steps.length + LABELS);
  const current = new Map<number, number>();
  const pending = new Map<number, Expectation[]>();
  const branches: Expectation[] = [];
  let definitions = 0;
  let section = 0;
  const define = (label: number): void => {
    put(state, LABEL, label);
    put(state, LABEL, LABELS + definitions);
    current.set(label, definitions);
    for (const branch of pending.get(label) ?? []) branch.definition = definitions;
    pending.delete(label);
    definitions += 1;
  };
  const branch = (chunk: number, label: number): void => {
    put(state, chunk, label);
    const expectation = { section, definition: current.get(label) ?? -1 };
    branches.push(expectation);
    if (expectation.definition < 0) pending.set(label, [...(pending.get(label) ?? []), expectation]);
  };
  for (const item of steps) {
    switch (item.kind) {
      case "branch":
        branch(item.chunk, item.label);
        break;
      case "label":
        define(item.label);
        break;
      case "space":
        put(state, SPACE, item.count);
        break;
      case "align":
        put(state, ALIGN);
        break;
      case "section":
        section = item.section;
        put(state, SECTIONS[section] ?? 0);
        break;
    }
  }
  for (const label of [...pending.keys()]) define(label);
  const { status, size } = link(state);
  expect(status).toBe(STATUS.OK);
  const bytes = new Uint8Array(size);
  expect(encode(state, bytes, 0x40000000)).toBe(STATUS.OK);
  const offsets = Array.from({ length: definitions }, (_, index) => getPcLabel(state, LABELS + index));
  return { bytes, size, branches, definitions: offsets };
}

/** Targets of all branches, decoded from the machine code in address order. */
function decodeTargets(bytes: Uint8Array): number[] {
  const decoder = new iced.Decoder(64, bytes, 0);
  const targets: number[] = [];
  while (decoder.canDecode) {
    const instruction = decoder.decode();
    if (instruction.code === iced.Code.INVALID) throw new Error(`bad code at ${instruction.ip}`);
    if (instruction.code !== iced.Code.Nopd)
      targets.push(Number(BigInt.asIntN(64, instruction.nearBranchTarget)));
    instruction.free();
  }
  decoder.free();
  return targets;
}

describe("random programs of labels, branches and sections", () => {
  test("link tells the size that encode writes, and every branch lands on its label", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { bytes, branches, definitions } = assemble(steps);
        const expected = [0, 1, 2].flatMap((section) =>
          branches
            .filter((branch) => branch.section === section)
            .map((branch) => definitions[branch.definition]),
        );
        expect(decodeTargets(bytes)).toEqual(expected);
      }),
      { numRuns: 1500 },
    );
  });

  test("no branch is longer than it has to be when it leads backwards", () => {
    const state = init(1);
    setup(state, ACTIONS);
    growPc(state, 1);
    put(state, LABEL, 0);
    for (let count = 0; count < 60; count += 1) put(state, JUMP, 0);
    expect(link(state).size).toBe(120);
  });
});

describe("numbers of the actions", () => {
  test("leave no gap above the literal bytes", () => {
    const codes = Object.values(ACTION);
    expect(codes).toEqual(Array.from({ length: 23 }, (_, index) => 233 + index));
  });
});
