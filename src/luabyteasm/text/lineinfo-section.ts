import { type ChunkInt, type FunctionParts, type LineInfo, NO_LINES } from "../chunk.js";
import { createLineBuffer, type FunctionBuilder, pushLines, takeLines } from "./builders.js";
import { CHAR, findTokenEnd, isContentEnd, skipBlanks } from "./characters.js";
import { parseInteger } from "./numerals.js";
import { MOST_REPEATS, type ParserState, type Section } from "./parser-state.js";
import { type Printer, startLine } from "./printer.js";
import { reportError, reportWarning } from "./reporter.js";
import { endLine, put } from "./text-writer.js";

/** A line number: a number when it fits 32 bits, else a bigint; undefined when no int can hold it. */
export function readLine(state: ParserState, word: string): ChunkInt | "range" | undefined {
  const value = parseInteger(word);
  if (value === undefined) return undefined;
  if (BigInt.asIntN(state.header.intSize * 8, value) !== value) return "range";
  return BigInt.asIntN(32, value) === value ? Number(value) : value;
}

function reportEntry(state: ParserState, start: number, end: number): void {
  const tokenEnd = Math.max(end, start + 1);
  const message = "expected line numbers, line*count, or none";
  reportError(state.reporter, "lineinfo-syntax", start, tokenEnd, message);
}

/** The count behind `*`; undefined after an error. */
function readCount(state: ParserState, word: string, start: number, end: number): number | undefined {
  const count = parseInteger(word);
  if (count === undefined || count < 0n) {
    reportEntry(state, start, end);
    return undefined;
  }
  if (count > BigInt(state.repeats)) {
    const message = `repeat counts may add up to ${MOST_REPEATS} entries`;
    reportError(state.reporter, "operand-range", start, end, message);
    return undefined;
  }
  state.repeats -= Number(count);
  return Number(count);
}

/** Adds one entry, `line` or `line*count`. Returns false after an error. */
function readEntry(state: ParserState, fn: FunctionBuilder, start: number, end: number): boolean {
  const { text } = state;
  const word = text.slice(start, end);
  const star = word.indexOf("*");
  const line = readLine(state, star < 0 ? word : word.slice(0, star));
  if (line === undefined) {
    reportEntry(state, start, end);
    return false;
  }
  if (line === "range") {
    const message = `a line number of this chunk has ${state.header.intSize * 8} bits`;
    reportError(state.reporter, "operand-range", start, end, message);
    return false;
  }
  const count = star < 0 ? 1 : readCount(state, word.slice(star + 1), start, end);
  fn.lineInfo ??= createLineBuffer();
  if (count !== undefined) pushLines(fn.lineInfo, line, count);
  return count !== undefined;
}

/** Parses entries, or `none`, from `state.position` to the end of the line. */
export function parseLineInfoLine(state: ParserState, fn: FunctionBuilder): void {
  const { text } = state;
  fn.lineInfo ??= createLineBuffer();
  let at = skipBlanks(text, state.position);
  const none = findTokenEnd(text, at);
  if (text.slice(at, none) === "none") at = skipBlanks(text, none);
  while (!isContentEnd(text.charCodeAt(at))) {
    const end = findTokenEnd(text, at);
    if (end === at) {
      reportEntry(state, at, at + 1);
      return;
    }
    if (!readEntry(state, fn, at, end)) return;
    const next = skipBlanks(text, end);
    at = text.charCodeAt(next) === CHAR.comma ? skipBlanks(text, next + 1) : next;
  }
}

export const lineInfoSection: Section = { name: ".lineinfo", parseLine: parseLineInfoLine };

/** The line info of a finished function. */
export function takeLineInfo(state: ParserState, fn: FunctionBuilder): LineInfo {
  const count = fn.code.length;
  if (fn.lineInfo !== undefined) {
    if (fn.lines !== undefined) {
      const message = "this function has both .line and .lineinfo";
      reportError(state.reporter, "lineinfo-conflict", fn.start, fn.end, message);
    }
    const given = fn.lineInfo.length;
    if (given !== 0 && given !== count) {
      const message = `.lineinfo has ${given} entries for ${count} instructions`;
      reportWarning(state.reporter, "lineinfo-count", fn.start, fn.end, message);
    }
    return state.reporter.errors > 0 ? NO_LINES : takeLines(fn.lineInfo);
  }
  if (fn.lines !== undefined) return takeLines(fn.lines);
  return fn.stripped || count === 0 ? NO_LINES : new Int32Array(count).fill(1);
}

/** Whether `.line` directives between the instructions can express the line info. */
export function hasLinePerInstruction({ lineInfo, code }: FunctionParts): boolean {
  return lineInfo.length === code.length;
}

const entriesPerLine = 16;
const leastRepeat = 3;

/** Number of entries from `from` that are the same. */
function findRun(lineInfo: LineInfo, from: number): number {
  let end = from + 1;
  while (end < lineInfo.length && lineInfo[end] === lineInfo[from]) end++;
  return end - from;
}

/** Prints `.lineinfo` with the whole array, for line info that `.line` cannot express. */
export function printLineInfo(printer: Printer, { lineInfo }: FunctionParts): void {
  const { writer } = printer;
  startLine(printer, 0);
  put(writer, lineInfo.length === 0 ? ".lineinfo none" : ".lineinfo");
  let column = 0;
  for (let index = 0; index < lineInfo.length; ) {
    if (column++ % entriesPerLine === 0) {
      endLine(writer);
      startLine(printer, 1);
    } else put(writer, " ");
    const run = Math.min(findRun(lineInfo, index), printer.repeats);
    const repeats = run >= leastRepeat ? run : 1;
    if (repeats > 1) printer.repeats -= repeats;
    put(writer, repeats > 1 ? `${lineInfo[index]}*${repeats}` : String(lineInfo[index]));
    index += repeats;
  }
  endLine(writer);
}
