import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DasmError } from "../../src/dasm/dasm-error.js";
import {
  type AssemblerState,
  checkStep,
  encode,
  free,
  getPcLabel,
  growPc,
  init,
  link,
  put,
  setup,
  setupGlobal,
} from "../../src/dasm/engine.js";
import type { PutArgument } from "../../src/dasm/put-argument.js";
import { ACTION } from "../../src/x86/actions.js";
import {
  type Branch,
  buildLabelProgram,
  type Event,
  FIXED_ADDRESS,
  GLOBALS,
  type LabelProgram,
  PC_LABELS,
  programItem,
  SECTIONS,
} from "./label-program.js";

const { Code, Decoder, DecoderOptions, Mnemonic } = createRequire(import.meta.url)(
  "iced-x86",
) as typeof import("iced-x86");

/** An instruction that is no padding. */
interface Found {
  readonly offset: number;
  readonly length: number;
  readonly kind: Branch | "marker";
  /** Of a branch its target, of a marker its number, of an address the address. */
  readonly value: bigint;
}

function kindOf(mnemonic: number, code: number): Found["kind"] {
  if (mnemonic === Mnemonic.Jmp) return "jmp";
  if (mnemonic === Mnemonic.Jne) return "jcc";
  if (mnemonic === Mnemonic.Call) return "call";
  if (code === Code.Mov_r64_imm64) return "address";
  if (code === Code.Mov_r32_imm32) return "marker";
  throw new Error(`unexpected instruction ${Code[code]}`);
}

/** Decodes code that consists of nothing but padding, markers and branches. */
function decode(code: Uint8Array, base: bigint): Found[] {
  const decoder = new Decoder(64, code, DecoderOptions.None);
  decoder.ip = base;
  const found: Found[] = [];
  while (decoder.canDecode) {
    const instruction = decoder.decode();
    const { code: opcode, mnemonic, length, nextIP } = instruction;
    if (mnemonic !== Mnemonic.Nop) {
      const kind = kindOf(mnemonic, opcode);
      const isImmediate = kind === "address" || kind === "marker";
      const value = isImmediate ? instruction.immediate(1) : instruction.nearBranchTarget;
      found.push({ offset: Number(nextIP - base) - length, length, kind, value });
    }
    instruction.free();
  }
  decoder.free();
  return found;
}

interface Assembled {
  readonly state: AssemblerState;
  readonly size: number;
  readonly globals: BigUint64Array;
}

function assemble(program: LabelProgram): Assembled {
  const state = init(SECTIONS);
  const globals = new BigUint64Array(GLOBALS);
  setupGlobal(state, globals, GLOBALS);
  growPc(state, PC_LABELS);
  setup(state, program.actions);
  for (const [start, ...args] of program.puts) put(state, start, ...args);
  const { status, size } = link(state);
  expect(status).toBe(0);
  return { state, size, globals };
}

/** Encodes into a buffer with room behind the code, which must stay as it is. */
function encodeAt(state: AssemblerState, size: number, base: bigint): Uint8Array {
  const buffer = new Uint8Array(size + 8).fill(0xcc);
  expect(encode(state, buffer, base)).toBe(0);
  expect(buffer.subarray(size)).toEqual(new Uint8Array(8).fill(0xcc));
  return buffer.subarray(0, size);
}

function expectedKind(event: Event): Found["kind"] {
  if (event.kind === "branch") return event.branch;
  return event.kind === "fixed" ? "jmp" : "marker";
}

function expectedValue(event: Event, markers: ReadonlyMap<number, number>, base: bigint): bigint {
  if (event.kind === "marker") return BigInt(event.id);
  if (event.kind === "fixed") return BigInt(FIXED_ADDRESS);
  return base + BigInt(markers.get(event.target) ?? -1);
}

/** Bytes that a long jump has more than a short one. */
const savings: Readonly<Record<string, number>> = { jmp: 3, jcc: 4 };

/** A jump back that stayed long must be too far for a short one: its distance is known exactly. */
function checkLongJump({ offset, length, kind, value }: Found, base: bigint): void {
  const saved = savings[kind];
  if (saved === undefined || length === 2) return;
  const distance = Number(value - base) - (offset + length);
  if (distance > 0) return;
  expect(distance).toBeLessThan(-128 - saved);
}

const base = 0x10000000n;
const otherBase = 0x20003000n;
const runs = 400;
const program = fc.array(programItem, { maxLength: 60, size: "max" }).map(buildLabelProgram);

describe("random label programs", () => {
  test("link and encode agree on the size, and every reference leads to its label", () => {
    fc.assert(
      fc.property(program, (built) => {
        const { state, size, globals } = assemble(built);
        const found = decode(encodeAt(state, size, base), base);
        expect(found.map(({ kind }) => kind)).toEqual(built.events.map(expectedKind));
        const markers = new Map<number, number>();
        for (const { kind, value, offset } of found) {
          if (kind === "marker") markers.set(Number(value), offset);
        }
        const expected = built.events.map((event) => expectedValue(event, markers, base));
        expect(found.map(({ value }) => value)).toEqual(expected);
        built.events.forEach((event, index) => {
          const instruction = found[index];
          if (event.kind === "branch" && instruction !== undefined) checkLongJump(instruction, base);
        });
        for (const [index, marker] of built.pcLabels) {
          expect(getPcLabel(state, index)).toBe(markers.get(marker));
        }
        for (const [index, marker] of built.globals) {
          expect(globals[index]).toBe(base + BigInt(markers.get(marker) ?? -1));
        }
        free(state);
      }),
      { numRuns: runs },
    );
  });

  test("code for another address differs in absolute references only", () => {
    fc.assert(
      fc.property(program, (built) => {
        const { state, size } = assemble(built);
        const first = encodeAt(state, size, base);
        const second = encodeAt(state, size, otherBase);
        const masked = [first.slice(), second.slice()];
        const others = decode(second, otherBase);
        decode(first, base).forEach(({ kind, offset, length, value }, index) => {
          const fixed = kind === "jmp" && value === BigInt(FIXED_ADDRESS);
          if (kind === "address") expect(others[index]?.value).toBe(value - base + otherBase);
          if (fixed) expect([length, others[index]?.value]).toEqual([5, value]);
          if (kind !== "address" && !fixed) return;
          for (const code of masked) code.fill(0, offset + length - (fixed ? 4 : 8), offset + length);
        });
        expect(masked[0]).toEqual(masked[1]);
        expect(encodeAt(state, size, base)).toEqual(first);
        free(state);
      }),
      { numRuns: runs / 2 },
    );
  });

  test("a state that is set up again gives the same code", () => {
    fc.assert(
      fc.property(program, program, (before, built) => {
        const fresh = assemble(built);
        const expected = encodeAt(fresh.state, fresh.size, base);
        const { state } = assemble(before);
        setup(state, built.actions);
        for (const [start, ...args] of built.puts) put(state, start, ...args);
        expect(link(state)).toEqual({ status: 0, size: fresh.size });
        expect(encodeAt(state, fresh.size, base)).toEqual(expected);
      }),
      { numRuns: runs / 4 },
    );
  });
});

const actionByte = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 255 }) },
  { weight: 3, arbitrary: fc.integer({ min: ACTION.DISP, max: ACTION.STOP }) },
  { weight: 1, arbitrary: fc.constant<number>(ACTION.STOP) },
);

const argument: fc.Arbitrary<PutArgument> = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: -2, max: 20 }) },
  { weight: 3, arbitrary: fc.integer({ min: -300, max: 70_000 }) },
  { weight: 2, arbitrary: fc.constantFrom(0x7fffffff, -0x80000000, 0xffffffff, 0x80000000) },
  { weight: 1, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.bigInt() },
  { weight: 1, arbitrary: fc.boolean() },
);

interface Fuzz {
  readonly actions: readonly number[];
  readonly puts: readonly (readonly [start: number, args: readonly PutArgument[]])[];
  readonly maxCodeSize: number;
}

const fuzz: fc.Arbitrary<Fuzz> = fc.record({
  actions: fc.array(actionByte, { minLength: 1, maxLength: 60, size: "max" }),
  puts: fc.array(fc.tuple(fc.nat(62), fc.array(argument, { minLength: 40, maxLength: 40 })), {
    maxLength: 12,
  }),
  maxCodeSize: fc.constantFrom(100, 100_000, 0x7fffffff),
});

/** Result of a call, or undefined if it threw the engine's own error; any other exception goes through. */
function attempt<Result>(call: () => Result): Result | undefined {
  try {
    return call();
  } catch (error) {
    if (error instanceof DasmError) return undefined;
    throw error;
  }
}

/** Puts a chunk with as many of the arguments as it wants. */
function putSome(state: AssemblerState, start: number, args: readonly PutArgument[]): void {
  try {
    put(state, start, ...args);
  } catch (error) {
    if (!(error instanceof DasmError)) throw error;
    const needed = /(\d+) needed$/.exec(error.message);
    if (needed !== null) attempt(() => put(state, start, ...args.slice(0, Number(needed[1]))));
  }
}

/** The longest code that the test encodes. */
const largestBuffer = 1_000_000;

/** Runs a whole unit and says how it ended. */
function runFuzz({ actions, puts, maxCodeSize }: Fuzz): string {
  const state = init(SECTIONS, { maxCodeSize });
  setupGlobal(state, new BigUint64Array(GLOBALS), GLOBALS);
  growPc(state, PC_LABELS);
  setup(state, Uint8Array.from(actions));
  for (const [start, args] of puts) putSome(state, start, args);
  expect(state.workspace.code.length).toBeLessThan(100_000);
  expect(state.workspace.nodes.length).toBeLessThan(100_000);
  const { status, size } = link(state);
  expect(size).toBeGreaterThanOrEqual(0);
  expect(size).toBeLessThanOrEqual(maxCodeSize);
  if (status !== 0) {
    expect(attempt(() => encode(state, new Uint8Array(100)))).toBe(undefined);
    return "status";
  }
  for (let label = -1; label <= PC_LABELS; label++) getPcLabel(state, label);
  if (size > largestBuffer) return "large";
  encodeAt(state, size, base);
  return size === 0 ? "empty" : "code";
}

describe("fuzzing", () => {
  test("random action lists give code or an error of the engine", () => {
    const ends = new Map<string, number>();
    fc.assert(
      fc.property(fuzz, (input) => {
        const end = runFuzz(input);
        ends.set(end, (ends.get(end) ?? 0) + 1);
      }),
      { numRuns: 8_000 },
    );
    // Otherwise the lists would not be worth much.
    for (const end of ["status", "empty", "code"]) expect(ends.get(end)).toBeGreaterThan(100);
  });

  test("checkStep between random puts gives a status", () => {
    fc.assert(
      fc.property(fuzz, fc.integer({ min: -2, max: 200 }), ({ actions, puts }, section) => {
        const state = init(SECTIONS);
        setup(state, Uint8Array.from(actions));
        for (const [start, args] of puts) {
          putSome(state, start, args);
          expect(attempt(() => checkStep(state, section))).toBeTypeOf("number");
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

test("a put whose arguments cannot be converted leaves nothing behind", () => {
  const state = init(1);
  growPc(state, 1);
  setup(state, Uint8Array.of(0x90, ACTION.LABEL_PC, ACTION.REL_A, ACTION.IMM_D, ACTION.STOP));
  expect(() => put(state, 0, 0, 1, 0.5)).toThrow("argument 3 of put is 0.5: an integer is needed");
  expect(getPcLabel(state, 0)).toBe(-2);
  put(state, 0, 0, 1, 2n);
  expect(link(state)).toEqual({ status: 0, size: 9 });
  expect([...encodeAt(state, 9, 0n)]).toEqual([0x90, 0xfc, 0xff, 0xff, 0xff, 2, 0, 0, 0]);
});

test.each(["jmp", "jcc"] as const)("the limits of a short %s", (branch) => {
  const reference = { kind: "branch", branch, label: "pc", number: 0, forward: true } as const;
  const definition = { kind: "define", label: "pc", number: 0 } as const;
  const lengthOf = (before: boolean, count: number): number | undefined => {
    const space = { kind: "space", count } as const;
    const built = buildLabelProgram(before ? [definition, space, reference] : [reference, space, definition]);
    const { state, size } = assemble(built);
    const found = decode(encodeAt(state, size, base), base);
    const marker = found.find(({ kind }) => kind === "marker");
    const jump = found.find(({ kind }) => kind === branch);
    expect(jump?.value).toBe(base + BigInt(marker?.offset ?? -1));
    return jump?.length;
  };
  const long = branch === "jmp" ? 5 : 6;
  // The marker itself has 5 bytes, the short jump 2: both count in a distance backwards.
  for (let count = 110; count <= 135; count++) {
    expect([count, lengthOf(false, count)]).toEqual([count, count <= 127 ? 2 : long]);
    expect([count, lengthOf(true, count)]).toEqual([count, count + 7 <= 128 ? 2 : long]);
  }
});
