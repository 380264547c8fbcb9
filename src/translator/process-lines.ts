import { blankTable } from "./characters.js";
import { noteHostText } from "./lint.js";
import { flush } from "./pending-code.js";
import { reportProblem } from "./report.js";
import { runStatement } from "./run-statement.js";
import { lineEndAfter } from "./source-text.js";
import type { SourceFrame, TranslationState } from "./state.js";
import { StatementError } from "./statement-error.js";
import { echo, echoLine, syncLine, writeText, writingPosition } from "./write-output.js";

const bar = 124;
const semicolon = 59;
const newline = 10;

/** Processes all lines of a text. Sets `stopped` if it stopped early because of a fatal error. */
export function processFrame(state: TranslationState, frame: SourceFrame): void {
  const { text } = frame;
  const { length } = text;
  let start = 0;
  let barAt = nextBar(text, 0);
  let assemblerStart = lineStartOf(text, barAt);
  while (start < length) {
    const end = lineEndAfter(text, start);
    frame.line++;
    frame.classicLine++;
    frame.lineStart = start;
    frame.lineEnd = end;
    if (state.options.flushLines) flush(state);
    if (start < assemblerStart) {
      start = processHostLines(state, frame, assemblerStart);
      continue;
    }
    processAssemblerLine(state, frame, barAt);
    if (state.stopped) return;
    start = end + 1;
    barAt = nextBar(text, start);
    assemblerStart = lineStartOf(text, barAt);
  }
}

/**
 * The bar of the first assembler line at or behind the start of a line, or the length of the text.
 * Looking for bars first leaves host lines to the engine's own search, which is many times faster than
 * a loop here.
 */
function nextBar(text: string, lineStart: number): number {
  let barAt = text.charCodeAt(lineStart) === bar ? lineStart : text.indexOf("|", lineStart);
  while (barAt >= 0) {
    let at = barAt;
    let before = newline;
    while (at > lineStart) {
      before = text.charCodeAt(at - 1);
      if (before === newline || blankTable[before] !== 1) break;
      at--;
    }
    if (at === lineStart || before === newline) return barAt;
    barAt = text.indexOf("|", barAt + 1);
  }
  return text.length;
}

/** Start of the line with a bar, or the length of the text if that is what stands for the bar. */
function lineStartOf(text: string, barAt: number): number {
  if (barAt === 0 || barAt === text.length) return barAt;
  return text.lastIndexOf("\n", barAt - 1) + 1;
}

/** Copies host lines up to the next assembler line. Returns where that begins. */
function processHostLines(state: TranslationState, frame: SourceFrame, assemblerStart: number): number {
  const { text } = frame;
  const start = frame.lineStart;
  let end = frame.lineEnd;
  let count = 1;
  flush(state);
  syncLine(state);
  while (end + 1 < assemblerStart) {
    // Not by lineEndAfter: a call for each line of the source is dear.
    end = text.indexOf("\n", end + 1);
    if (end < 0) end = text.length;
    count++;
  }
  const run = text.slice(start, end);
  const position = writingPosition(state);
  writeText(state, end < text.length ? text.slice(start, end + 1) : `${run}\n`, count);
  frame.line += count - 1;
  frame.classicLine += count - 1;
  frame.lineStart = text.lastIndexOf("\n", end - 1) + 1;
  frame.lineEnd = end;
  noteHostText(state, run, position, start);
  return end + 1;
}

/** Processes one line with a bar; a failure abandons the rest of the line only. */
function processAssemblerLine(state: TranslationState, frame: SourceFrame, barAt: number): void {
  try {
    runLine(state, frame, barAt);
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    state.macroStack.length = 0;
    reportProblem(state, error, false);
    if (state.fatal) state.stopped = true;
  }
}

function runLine(state: TranslationState, frame: SourceFrame, barAt: number): void {
  const { text, lineStart, lineEnd } = frame;
  const indentationLength = barAt - lineStart;
  if (frame.indentation.length !== indentationLength || !text.startsWith(frame.indentation, lineStart)) {
    frame.indentation = text.slice(lineStart, barAt);
  }
  frame.statementStart = indentationLength + 1;
  if (text.charCodeAt(barAt + 1) === bar) {
    runHostStatement(state, frame, text.slice(barAt + 1, lineEnd));
    return;
  }
  if (state.echoForm !== undefined) {
    syncLine(state);
    echoLine(state, frame, barAt);
  }
  const statements = stripComments(state, text.slice(barAt + 1, lineEnd));
  if (statements.includes(";")) {
    runStatements(state, frame, indentationLength + 1, statements);
    return;
  }
  frame.statementEnd = indentationLength + 1 + statements.length;
  runStatement(state, statements);
}

/** A line that begins with two bars. */
function runHostStatement(state: TranslationState, frame: SourceFrame, rest: string): void {
  if (state.recording === undefined || state.echoForm !== undefined) syncLine(state);
  if (state.recording !== undefined) echo(state, rest);
  frame.statementEnd = frame.lineEnd - frame.lineStart;
  runStatement(state, rest);
}

/** Removes the comment at the end; strings are not respected. */
function stripComments(state: TranslationState, text: string): string {
  const slashes = text.indexOf("//");
  const stripped = slashes < 0 ? text : text.slice(0, slashes);
  if (!state.isLua) return stripped;
  const dashes = stripped.indexOf("--");
  return dashes < 0 ? stripped : stripped.slice(0, dashes);
}

/** Executes the statements between semicolons. */
function runStatements(state: TranslationState, frame: SourceFrame, offset: number, text: string): void {
  let start = 0;
  while (start < text.length) {
    while (text.charCodeAt(start) === semicolon) start++;
    let end = text.indexOf(";", start);
    if (end < 0) end = text.length;
    if (end > start) {
      frame.statementStart = offset + start;
      frame.statementEnd = offset + end;
      runStatement(state, text.slice(start, end));
    }
    start = end;
  }
}
