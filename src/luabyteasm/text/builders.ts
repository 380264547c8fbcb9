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

export function createWordBuffer(spare: SpareWords): WordBuffer {
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

/** Line numbers under construction: 32-bit until a value needs more. */
export interface LineBuffer {
  narrow: Int32Array;
  wide: bigint[] | undefined;
  length: number;
}

export function createLineBuffer(): LineBuffer {
  return { narrow: new Int32Array(32), wide: undefined, length: 0 };
}

/** Appends `count` entries; the value is a bigint only if it does not fit 32 bits. */
export function pushLines(buffer: LineBuffer, value: number | bigint, count: number): void {
  if (typeof value === "bigint" && buffer.wide === undefined) {
    buffer.wide = Array.from(buffer.narrow.subarray(0, buffer.length), (line) => BigInt(line));
  }
  const end = buffer.length + count;
  if (buffer.wide !== undefined) {
    const wideValue = BigInt(value);
    for (let index = buffer.length; index < end; index++) buffer.wide.push(wideValue);
  } else if (typeof value === "number") {
    if (end > buffer.narrow.length) {
      const larger = new Int32Array(Math.max(end, buffer.narrow.length * 2));
      larger.set(buffer.narrow);
      buffer.narrow = larger;
    }
    buffer.narrow.fill(value, buffer.length, end);
  }
  buffer.length = end;
}

export function takeLines(buffer: LineBuffer): Int32Array | BigInt64Array {
  if (buffer.length === 0) return NO_LINES;
  if (buffer.wide !== undefined) return BigInt64Array.from(buffer.wide);
  return buffer.narrow.slice(0, buffer.length);
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

/** A jump to a label, patched at the end of the function. */
export interface JumpFixup {
  readonly pc: number;
  readonly start: number;
  readonly end: number;
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
  readonly fixups: JumpFixup[];
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
    fixups: [],
    prototypes: [],
  };
}
