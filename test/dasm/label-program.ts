import fc from "fast-check";
import { ACTION } from "../../src/x86/actions.js";

export const SECTIONS = 3;
export const GLOBALS = 4;
export const PC_LABELS = 6;
/** Where `jmp &address` goes. */
export const FIXED_ADDRESS = 0x12345678;

type LabelKind = "local" | "global" | "pc";
export type Branch = "jmp" | "jcc" | "call" | "address";

interface Definition {
  readonly kind: "define";
  readonly label: LabelKind;
  readonly number: number;
}

interface Reference {
  readonly kind: "branch";
  readonly branch: Branch;
  readonly label: LabelKind;
  readonly number: number;
  /** Whether a local label is meant that comes later. */
  readonly forward: boolean;
}

/** What a random program is made of. */
export type Item =
  | Definition
  | Reference
  | { readonly kind: "nops"; readonly count: number }
  | { readonly kind: "space"; readonly count: number }
  | { readonly kind: "align"; readonly bits: number }
  | { readonly kind: "section"; readonly section: number }
  | { readonly kind: "fixed" };

/** A branch with the marker of the definition that it must lead to, and what marks it in the code. */
export interface BranchEvent {
  readonly kind: "branch";
  readonly branch: Branch;
  target: number;
}

/** What must be found in the code, in this order: places of definitions, references, jumps to the fixed address. */
export type Event =
  | BranchEvent
  | { readonly kind: "marker"; readonly id: number }
  | { readonly kind: "fixed" };

export interface LabelProgram {
  readonly actions: Uint8Array;
  readonly puts: readonly (readonly [start: number, ...args: number[]])[];
  /** Of all sections, one after the other. */
  readonly events: readonly Event[];
  /** Markers of the definitions whose addresses the engine gives out. */
  readonly globals: ReadonlyMap<number, number>;
  readonly pcLabels: ReadonlyMap<number, number>;
}

const label = fc.constantFrom<LabelKind>("local", "global", "pc");
const number = fc.nat(PC_LABELS - 1);
// Many distances are near the limits of short jumps, -128 and 127 from the end of the jump.
const length = fc.oneof(
  fc.integer({ min: 0, max: 20 }),
  fc.integer({ min: 100, max: 140 }),
  fc.integer({ min: 0, max: 600 }),
);

export const programItem: fc.Arbitrary<Item> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("nops" as const), count: fc.nat(70) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("space" as const), count: length }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("align" as const), bits: fc.integer({ min: 1, max: 6 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("section" as const), section: fc.nat(SECTIONS - 1) }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("define" as const), label, number }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("branch" as const),
      branch: fc.constantFrom<Branch>("jmp", "jmp", "jcc", "jcc", "call", "address"),
      label,
      number,
      forward: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "fixed" as const }) },
);

/** Opcode bytes as they stand in an action list. */
const opcodes: Readonly<Record<Branch, readonly number[]>> = {
  jmp: [ACTION.ESC, 0xe9],
  jcc: [0x0f, 0x85],
  call: [0xe8],
  address: [0x48, 0xb8],
};

/** Action bytes with the arguments that they take. */
interface Chunk {
  readonly bytes: readonly number[];
  readonly args: readonly number[];
}

/** Number of a label in the engine: locals 1..9, globals from 10. */
function entryOf(kind: LabelKind, index: number): number {
  return kind === "local" ? 1 + index : 10 + (index % GLOBALS);
}

function referenceChunk({ branch, label: kind, number: index, forward }: Reference): Chunk {
  const opcode = opcodes[branch];
  const absolute = branch === "address";
  if (kind === "pc") return { bytes: [...opcode, absolute ? ACTION.IMM_PC : ACTION.REL_PC], args: [index] };
  const entry = entryOf(kind, index);
  const operand = kind === "local" && forward ? entry + 246 : entry;
  return { bytes: [...opcode, absolute ? ACTION.IMM_LG : ACTION.REL_LG, operand], args: [] };
}

/** `mov eax, id` marks the place of a definition. */
function definitionChunk({ label: kind, number: index }: Definition, id: number): Chunk {
  const marker = [0xb8, ACTION.IMM_D];
  if (kind === "pc") return { bytes: [ACTION.LABEL_PC, ...marker], args: [index, id] };
  return { bytes: [ACTION.LABEL_LG, entryOf(kind, index), ...marker], args: [id] };
}

/** Where a label is defined, or who waits for its definition. */
type LabelState =
  | { readonly kind: "defined"; readonly marker: number }
  | { readonly kind: "pending"; readonly references: BranchEvent[]; readonly definition: Definition };

/** Writes the action list and keeps book of what the labels mean, independently of the engine. */
class ProgramBuilder {
  readonly #actions: number[] = [];
  readonly #puts: [number, ...number[]][] = [];
  readonly #events: Event[][] = Array.from({ length: SECTIONS }, () => []);
  readonly #labels = new Map<string, LabelState>();
  readonly #globals = new Map<number, { readonly section: number; readonly marker: number }>();
  readonly #pcLabels = new Map<number, number>();
  #section = 0;
  #markers = 0;

  add(item: Item): void {
    switch (item.kind) {
      case "nops":
        this.#put({ bytes: new Array<number>(item.count).fill(0x90), args: [] });
        break;
      case "space":
        this.#put({ bytes: [ACTION.SPACE, 0x90], args: [item.count] });
        break;
      case "align":
        this.#put({ bytes: [ACTION.ALIGN, 2 ** item.bits - 1], args: [] });
        break;
      case "section":
        this.#put({ bytes: [ACTION.SECTION, item.section], args: [] });
        this.#section = item.section;
        break;
      case "define":
        this.#define(item);
        break;
      case "branch":
        this.#refer(item);
        break;
      case "fixed":
        this.#events[this.#section]?.push({ kind: "fixed" });
        this.#put({ bytes: [...opcodes.jmp, ACTION.REL_A], args: [FIXED_ADDRESS] });
        break;
    }
  }

  finish(): LabelProgram {
    for (const state of [...this.#labels.values()]) {
      if (state.kind === "pending") this.#define(state.definition);
    }
    return {
      actions: Uint8Array.from(this.#actions),
      puts: this.#puts,
      events: this.#events.flat(),
      globals: new Map([...this.#globals].map(([index, { marker }]) => [index, marker])),
      pcLabels: this.#pcLabels,
    };
  }

  #put({ bytes, args }: Chunk): void {
    this.#puts.push([this.#actions.length, ...args]);
    this.#actions.push(...bytes, ACTION.STOP);
  }

  #define(definition: Definition): void {
    const { label: kind, number: index } = definition;
    const id = this.#markers++;
    const key = `${kind} ${entryOf(kind, index)} ${kind === "pc" ? index : ""}`;
    const state = this.#labels.get(key);
    if (state?.kind === "pending") for (const reference of state.references) reference.target = id;
    this.#labels.set(key, { kind: "defined", marker: id });
    if (kind === "global") this.#noteGlobal(index % GLOBALS, id);
    if (kind === "pc") this.#pcLabels.set(index, id);
    this.#events[this.#section]?.push({ kind: "marker", id });
    this.#put(definitionChunk(definition, id));
  }

  /** Of several definitions the one that is encoded last stays in the array of globals. */
  #noteGlobal(index: number, marker: number): void {
    const section = this.#section;
    if ((this.#globals.get(index)?.section ?? 0) <= section) this.#globals.set(index, { section, marker });
  }

  #refer(reference: Reference): void {
    const { label: kind, number: index, branch } = reference;
    const definition = { kind: "define", label: kind, number: index } as const;
    const key = `${kind} ${entryOf(kind, index)} ${kind === "pc" ? index : ""}`;
    const isForward = kind === "local" && reference.forward;
    const isBackward = kind === "local" && !reference.forward;
    if (isBackward && this.#labels.get(key)?.kind !== "defined") this.#define(definition);
    const state = this.#labels.get(key);
    const event: BranchEvent = { kind: "branch", branch, target: -1 };
    if (state?.kind === "pending") state.references.push(event);
    else if (state === undefined || isForward) {
      this.#labels.set(key, { kind: "pending", references: [event], definition });
    } else event.target = state.marker;
    this.#events[this.#section]?.push(event);
    this.#put(referenceChunk(reference));
  }
}

/** Makes a valid program of items: backward labels get a definition before, pending ones behind. */
export function buildLabelProgram(items: readonly Item[]): LabelProgram {
  const builder = new ProgramBuilder();
  for (const item of items) builder.add(item);
  return builder.finish();
}
