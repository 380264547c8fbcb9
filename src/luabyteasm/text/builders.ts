import { type Constant, NO_LINES, NO_WORDS, type Prototype } from "../chunk.js";

/** Instruction words of a function under construction. */
export interface WordBuffer {
  words: Uint32Array;
  /** Upper halves of 8-byte words, once one of them is not 0. */
  highWords: Uint32Array | undefined;
  length: number;
}

/** Words that no function uses any more, for the next function: making typed arrays is dear. */
export type SpareWords = Uint32Array[];

function createWordBuffer(spare: SpareWords): WordBuffer {
  return { words: spare.pop() ?? new Uint32Array(32), highWords: undefined, length: 0 };
}

/** The words pushed so far. The buffer must not be used afterwards. */
export function takeWords(buffer: WordBuffer, spare: SpareWords): Uint32Array {
  spare.push(buffer.words);
  return buffer.length === 0 ? NO_WORDS : buffer.words.slice(0, buffer.length);
}

export function pushWord(buffer: WordBuffer, word: number): void {
  if (buffer.length === buffer.words.length) {
    const larger = new Uint32Array(buffer.length * 2);
    larger.set(buffer.words);
    buffer.words = larger;
    if (buffer.highWords !== undefined) {
      const largerHigh = new Uint32Array(buffer.length * 2);
      largerHigh.set(buffer.highWords);
      buffer.highWords = largerHigh;
    }
  }
  buffer.words[buffer.length++] = word;
}

/** Sets the upper half of the word pushed last. */
export function setHighWord(buffer: WordBuffer, high: number): void {
  if (high === 0 && buffer.highWords === undefined) return;
  buffer.highWords ??= new Uint32Array(buffer.words.length);
  buffer.highWords[buffer.length - 1] = high;
}

/**
 * Line numbers under construction, as runs of equal ones: a repeat count may stand for very many, which take
 * memory only when the function turns out to be correct.
 */
export interface LineBuffer {
  /** Line and count of each run; the line is 0 where it does not fit 32 bits. */
  entries: Int32Array;
  runs: number;
  /** Lines that do not fit 32 bits, by number of the run. */
  wide: Map<number, bigint> | undefined;
  /** Number of lines. */
  length: number;
}

export function createLineBuffer(): LineBuffer {
  return { entries: new Int32Array(32), runs: 0, wide: undefined, length: 0 };
}

/** Appends `count` entries; the value is a bigint only if it does not fit 32 bits. */
export function pushLines(buffer: LineBuffer, value: number | bigint, count: number): void {
  if (count === 0) {
    if (typeof value === "bigint") buffer.wide ??= new Map();
    return;
  }
  buffer.length += count;
  const last = 2 * buffer.runs - 2;
  if (last >= 0 && buffer.entries[last] === value && buffer.wide?.has(buffer.runs - 1) !== true) {
    buffer.entries[last + 1] = (buffer.entries[last + 1] ?? 0) + count;
    return;
  }
  if (2 * buffer.runs === buffer.entries.length) {
    const larger = new Int32Array(buffer.entries.length * 2);
    larger.set(buffer.entries);
    buffer.entries = larger;
  }
  if (typeof value === "bigint") {
    buffer.wide ??= new Map();
    buffer.wide.set(buffer.runs, value);
  } else buffer.entries[2 * buffer.runs] = value;
  buffer.entries[2 * buffer.runs + 1] = count;
  buffer.runs++;
}

export function takeLines(buffer: LineBuffer): Int32Array | BigInt64Array {
  const { entries, runs, wide, length } = buffer;
  if (length === 0) return NO_LINES;
  const narrow = new Int32Array(wide === undefined ? length : 0);
  const long = new BigInt64Array(wide === undefined ? 0 : length);
  let at = 0;
  for (let run = 0; run < runs; run++) {
    const line = entries[2 * run] ?? 0;
    const end = at + (entries[2 * run + 1] ?? 0);
    if (wide === undefined) narrow.fill(line, at, end);
    else long.fill(wide.get(run) ?? BigInt(line), at, end);
    at = end;
  }
  return wide === undefined ? narrow : long;
}

export interface DeclaredConstant {
  readonly constant: Constant;
  readonly start: number;
  readonly end: number;
}

export interface DeclaredUpvalue {
  readonly inStack: number;
  readonly index: number;
  readonly nameKind: "given" | "none" | "default";
  readonly name: string | null;
  readonly start: number;
  readonly end: number;
}

/** Start or end of a local variable: a pc, or a label that is resolved at the end of the function. */
export type PcOperand =
  | number
  | bigint
  | { readonly label: string; readonly start: number; readonly end: number };

export interface DeclaredLocal {
  readonly name: string | null;
  readonly startPc: PcOperand;
  readonly endPc: PcOperand;
}

/** A value that a header key gave, and where the key stands. */
export interface HeaderEntry {
  readonly value: number | bigint | string;
  readonly start: number;
  readonly end: number;
}

/** Jumps to labels, patched at the end of the function. */
export interface JumpFixups {
  /** Three numbers for each: pc, start and end of the label in the text. */
  entries: Int32Array;
  /** Numbers used. */
  length: number;
}

export function pushFixup(fixups: JumpFixups, pc: number, start: number, end: number): void {
  if (fixups.length === fixups.entries.length) {
    const larger = new Int32Array(Math.max(12, 2 * fixups.length));
    larger.set(fixups.entries);
    fixups.entries = larger;
  }
  fixups.entries[fixups.length++] = pc;
  fixups.entries[fixups.length++] = start;
  fixups.entries[fixups.length++] = end;
}

/** Calls `visit` for every jump, in order, until it returns false. */
export function forEachFixup(
  { entries, length }: JumpFixups,
  visit: (pc: number, start: number, end: number) => boolean,
): void {
  for (let at = 0; at < length; at += 3) {
    if (!visit(entries[at] ?? 0, entries[at + 1] ?? 0, entries[at + 2] ?? 0)) return;
  }
}

/** A function whose `.endfn` has not been seen yet. */
export interface FunctionBuilder {
  readonly parent: FunctionBuilder | undefined;
  /** Place of its `.fn`. */
  readonly start: number;
  readonly end: number;
  readonly source: string | null;
  /** Header keys given so far. */
  readonly header: Map<string, HeaderEntry>;
  readonly code: WordBuffer;
  /** Registers the instructions so far need. */
  need: number;
  /** Line per instruction; undefined until the first `.line`. */
  lines: LineBuffer | undefined;
  /** Line of the next instruction. */
  line: number | bigint;
  /** Content of `.lineinfo`; undefined without such a section. */
  lineInfo: LineBuffer | undefined;
  stripped: boolean;
  /** Constants 0, 1, 2, ... without a gap. */
  readonly constants: Constant[];
  /** Constants declared beyond a gap. */
  readonly sparseConstants: Map<number, DeclaredConstant>;
  readonly upvalues: (DeclaredUpvalue | undefined)[];
  readonly locals: DeclaredLocal[];
  readonly labels: Map<string, number>;
  readonly fixups: JumpFixups;
  readonly prototypes: Prototype[];
}

export function createFunctionBuilder(
  parent: FunctionBuilder | undefined,
  start: number,
  end: number,
  source: string | null,
  spareWords: SpareWords,
): FunctionBuilder {
  return {
    parent,
    start,
    end,
    source,
    header: new Map(),
    code: createWordBuffer(spareWords),
    need: 0,
    lines: undefined,
    line: 1,
    lineInfo: undefined,
    stripped: false,
    constants: [],
    sparseConstants: new Map(),
    upvalues: [],
    locals: [],
    labels: new Map(),
    fixups: { entries: NO_LINES, length: 0 },
    prototypes: [],
  };
}
