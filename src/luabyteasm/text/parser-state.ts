import { type ChunkHeader, DEFAULT_HEADER, type Prototype } from "../chunk.js";
import type { FunctionBuilder, HeaderEntry, SpareWords } from "./builders.js";
import { findContentEnd, isContentEnd, skipBlanks } from "./characters.js";
import { ConstantCache } from "./constant-cache.js";
import { createReporter, type Reporter, reportWarning } from "./reporter.js";
import { createVirtualRegisters, type VirtualRegisters } from "./virtual-registers.js";

/** The header while `.chunk` lines may still change it. */
export type ChunkHeaderBuilder = { -readonly [Key in keyof ChunkHeader]: ChunkHeader[Key] };

/** What content lines mean until the next section. */
export interface Section {
  /** Directive that opens it. */
  readonly name: string;
  /** Parses one content line, from `state.position`, its first character, at most to its end. */
  readonly parseLine: (state: ParserState, fn: FunctionBuilder) => void;
}

/** Content of a section that has no meaning, which has been reported, is skipped. */
export const IGNORED_SECTION: Section = { name: "", parseLine: () => {} };

/** Operands of the line being parsed, in reused arrays: lines make no objects. */
export interface OperandScratch {
  /** See `TOKEN` of operand-tokens.ts. */
  readonly kinds: Uint8Array;
  readonly values: Float64Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Operands on the line; only the first few are in the arrays. */
  count: number;
  /** Highest register that the line names by number. */
  highest: number;
}

/** Everything that changes while one text is parsed. */
export interface ParserState {
  readonly text: string;
  position: number;
  readonly reporter: Reporter;
  readonly header: ChunkHeaderBuilder;
  /** Keys that `.chunk` gave so far. */
  readonly chunkKeys: Map<string, HeaderEntry>;
  /** The open section; undefined where content belongs to none. */
  section: Section | undefined;
  /** The innermost function without its `.endfn`. */
  fn: FunctionBuilder | undefined;
  /** Number of functions open. */
  depth: number;
  /** The finished main function. */
  main: Prototype | undefined;
  registers: VirtualRegisters;
  /** Registers of the enclosing functions, outermost first. */
  readonly outerRegisters: VirtualRegisters[];
  /** Highest register seen since the last `.fn`. */
  leak: number;
  /** Line entries that repeat counts may still add. */
  repeats: number;
  readonly operands: OperandScratch;
  readonly constantCache: ConstantCache;
  readonly spareWords: SpareWords;
}

/** Operands kept per line; no instruction has more than three. */
export const OPERANDS_KEPT = 4;

/** Line entries that the repeat counts of one text may add up to. */
export const MOST_REPEATS = 2 ** 24;

export function createParserState(text: string, position: number, strict: boolean): ParserState {
  return {
    text,
    position,
    reporter: createReporter(strict),
    header: { ...DEFAULT_HEADER },
    chunkKeys: new Map(),
    section: undefined,
    fn: undefined,
    depth: 0,
    main: undefined,
    registers: createVirtualRegisters(),
    outerRegisters: [],
    leak: 0,
    repeats: MOST_REPEATS,
    operands: {
      kinds: new Uint8Array(OPERANDS_KEPT),
      values: new Float64Array(OPERANDS_KEPT),
      starts: new Int32Array(OPERANDS_KEPT),
      ends: new Int32Array(OPERANDS_KEPT),
      count: 0,
      highest: 0,
    },
    constantCache: new ConstantCache(),
    spareWords: [],
  };
}

/** Warns about text between `from` and the end of the line that means nothing there. */
export function ignoreRest(state: ParserState, from: number, hint?: string): void {
  const start = skipBlanks(state.text, from);
  if (isContentEnd(state.text.charCodeAt(start))) return;
  const end = findContentEnd(state.text, start);
  reportWarning(state.reporter, "ignored-text", start, end, "this text is ignored", hint);
}
