import type { FunctionParts } from "../chunk.js";
import { createLineBuffer, type FunctionBuilder, pushLines, setHighWord } from "./builders.js";
import { findTokenEnd, isContentEnd, skipBlanks } from "./characters.js";
import { chunkSection, parseChunkLine } from "./chunk-section.js";
import { constSection, printConstants } from "./const-section.js";
import { wantedFrame } from "./frame-size.js";
import { headerSection, printHeader } from "./header-section.js";
import { appendWord, instructionSection } from "./instruction-section.js";
import {
  hasLinePerInstruction,
  lineInfoSection,
  parseLineInfoLine,
  printLineInfo,
  readLine,
} from "./lineinfo-section.js";
import { localsSection, printLocals } from "./locals-section.js";
import { parseInteger } from "./numerals.js";
import { IGNORED_SECTION, ignoreRest, type ParserState, type Section } from "./parser-state.js";
import { printCode } from "./print-code.js";
import { type Printer, startLine } from "./printer.js";
import { reportError, reportWarning } from "./reporter.js";
import { closeFunction, openFunction } from "./structure.js";
import { endLine, put } from "./text-writer.js";
import { printUpvalues, upvalueSection } from "./upvalue-section.js";
import { closeScope, openScope } from "./virtual-registers.js";

/**
 * One word after a dot: how it is parsed and, where it belongs to a function's canonical text, how it
 * is printed. The order of the table is the order in print.
 */
export interface Directive {
  readonly name: string;
  /** What it does, in one line. */
  readonly summary: string;
  /**
   * Parses the directive; `start` is its dot, `nameEnd` the position behind its name. Whatever the
   * function leaves of the line is skipped.
   */
  readonly parse: (state: ParserState, start: number, nameEnd: number) => void;
  readonly print?: (printer: Printer, prototype: FunctionParts) => void;
}

function outsideFunction(state: ParserState, start: number, end: number): void {
  const name = state.text.slice(start, end);
  const message = `${name} belongs into a function: expected .fn first`;
  reportError(state.reporter, "outside-fn", start, end, message);
  state.section = undefined;
}

/** A directive that is an error outside of functions. */
function inFunction(
  run: (state: ParserState, fn: FunctionBuilder, start: number, nameEnd: number) => void,
): Directive["parse"] {
  return (state, start, nameEnd) => {
    if (state.fn === undefined) outsideFunction(state, start, nameEnd);
    else run(state, state.fn, start, nameEnd);
  };
}

function openSection(section: Section): Directive["parse"] {
  return inFunction((state, _fn, _start, nameEnd) => {
    state.section = section;
    ignoreRest(state, nameEnd);
  });
}

const parseHeader = inFunction((state, fn, _start, nameEnd) => {
  state.section = headerSection;
  state.position = nameEnd;
  headerSection.parseLine(state, fn);
});

const parseLineInfo = inFunction((state, fn, _start, nameEnd) => {
  state.section = lineInfoSection;
  state.position = nameEnd;
  parseLineInfoLine(state, fn);
});

function parseChunk(state: ParserState, start: number, nameEnd: number): void {
  if (state.fn !== undefined) {
    const message = ".chunk belongs before the first .fn";
    reportError(state.reporter, "chunk-position", start, nameEnd, message);
    state.section = IGNORED_SECTION;
    return;
  }
  state.section = chunkSection;
  state.position = nameEnd;
  parseChunkLine(state);
}

/** The argument of `.line` and `.word`; undefined when there is none. */
function readArgument(state: ParserState, nameEnd: number): { start: number; end: number } | undefined {
  const { text } = state;
  const start = skipBlanks(text, nameEnd);
  if (isContentEnd(text.charCodeAt(start))) return undefined;
  const end = Math.max(findTokenEnd(text, start), start + 1);
  ignoreRest(state, end);
  return { start, end };
}

function checkInstructionSection(state: ParserState, start: number, nameEnd: number): boolean {
  if (state.section === instructionSection) return true;
  const message = `${state.text.slice(start, nameEnd)} belongs into .instruction`;
  reportError(state.reporter, "line-position", start, nameEnd, message);
  return false;
}

function badArgument(state: ParserState, start: number, end: number, expected: string): void {
  reportError(state.reporter, "bad-argument", start, end, `expected ${expected}`);
}

const parseLine = inFunction((state, fn, start, nameEnd) => {
  if (!checkInstructionSection(state, start, nameEnd)) return;
  const argument = readArgument(state, nameEnd);
  if (argument === undefined) {
    badArgument(state, start, nameEnd, "a line number");
    return;
  }
  const line = readLine(state, state.text.slice(argument.start, argument.end));
  if (line === undefined) {
    badArgument(state, argument.start, argument.end, "a line number");
    return;
  }
  if (line === "range") {
    const message = `a line number of this chunk has ${state.header.intSize * 8} bits`;
    reportError(state.reporter, "operand-range", argument.start, argument.end, message);
    return;
  }
  if (fn.lines === undefined) {
    fn.lines = createLineBuffer();
    pushLines(fn.lines, 1, fn.code.length);
  }
  fn.line = line;
});

const parseWord = inFunction((state, fn, start, nameEnd) => {
  if (!checkInstructionSection(state, start, nameEnd)) return;
  const argument = readArgument(state, nameEnd);
  if (argument === undefined) {
    badArgument(state, start, nameEnd, "a number");
    return;
  }
  const value = parseInteger(state.text.slice(argument.start, argument.end));
  if (value === undefined) {
    badArgument(state, argument.start, argument.end, "a number");
    return;
  }
  const bits = BigInt(state.header.instructionSize * 8);
  if (value < 0n || value >> bits !== 0n) {
    const message = `an instruction of this chunk is 0 to 0x${((1n << bits) - 1n).toString(16)}`;
    reportError(state.reporter, "operand-range", argument.start, argument.end, message);
    return;
  }
  const word = Number(value & 0xffffffffn);
  appendWord(fn, word);
  setHighWord(fn.code, Number(value >> 32n));
  fn.need = Math.max(fn.need, wantedFrame(word));
});

const parseStripped = inFunction((state, fn, _start, nameEnd) => {
  fn.stripped = true;
  ignoreRest(state, nameEnd);
});

const parseScope = inFunction((state, _fn, _start, nameEnd) => {
  openScope(state.registers);
  ignoreRest(state, nameEnd);
});

const parseEndScope = inFunction((state, _fn, start, nameEnd) => {
  if (!closeScope(state.registers)) {
    reportWarning(state.reporter, "endscope-unmatched", start, nameEnd, ".endscope without an open scope");
  }
  ignoreRest(state, nameEnd);
});

/** Whether neither line info nor upvalue names are there, as in a function that was stripped. */
function isStripped({ lineInfo, upvalueNames, code, upvalues }: FunctionParts): boolean {
  return lineInfo.length === 0 && upvalueNames.length === 0 && code.length + upvalues.length > 0;
}

function printStripped(printer: Printer, prototype: FunctionParts): void {
  if (!isStripped(prototype)) return;
  startLine(printer, 0);
  put(printer.writer, ".stripped");
  endLine(printer.writer);
}

/** All directives. */
export const DIRECTIVES: readonly Directive[] = [
  { name: ".chunk", summary: "layout of the chunk, before the first .fn", parse: parseChunk },
  { name: ".fn", summary: "opens a function, with its source name", parse: openFunction },
  {
    name: ".stripped",
    summary: "no line numbers and no upvalue names unless given",
    parse: parseStripped,
    print: printStripped,
  },
  { name: ".header", summary: "properties of the function", parse: parseHeader, print: printHeader },
  { name: ".const", summary: "constants", parse: openSection(constSection), print: printConstants },
  {
    name: ".upvalue",
    summary: "upvalues",
    parse: openSection(upvalueSection),
    print: (printer, prototype) => printUpvalues(printer, prototype, isStripped(prototype)),
  },
  {
    name: ".locals",
    summary: "local variables, for the debugger",
    parse: openSection(localsSection),
    print: printLocals,
  },
  {
    name: ".lineinfo",
    summary: "line numbers as an array",
    parse: parseLineInfo,
    print: (printer, prototype) => {
      if (!hasLinePerInstruction(prototype) && !isStripped(prototype)) printLineInfo(printer, prototype);
    },
  },
  {
    name: ".instruction",
    summary: "labels and instructions",
    parse: openSection(instructionSection),
    print: printCode,
  },
  { name: ".line", summary: "line number of the instructions that follow", parse: parseLine },
  { name: ".word", summary: "an instruction as a number", parse: parseWord },
  { name: ".scope", summary: "opens a scope of $names", parse: parseScope },
  { name: ".endscope", summary: "closes a scope of $names", parse: parseEndScope },
  { name: ".endfn", summary: "ends the innermost open function", parse: closeFunction },
];
