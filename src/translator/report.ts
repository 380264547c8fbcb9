import type { Diagnostic, DiagnosticNote, Span } from "../diagnostics/diagnostic.js";
import type { StatementWarning } from "./assembled-statement.js";
import { skipBlanks, trimBlanks } from "./characters.js";
import { locateParts, type TextRange } from "./split-statement.js";
import type { MacroStatement, SourceFrame, SourcePlace, TranslationState } from "./state.js";
import type { StatementError, StatementPart, StatementProblem } from "./statement-error.js";

/** The line being processed, without its line end. */
export function currentLine(frame: SourceFrame): string {
  return frame.text.slice(frame.lineStart, frame.lineEnd);
}

function trimEnd(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

/** The statement being processed, kept for a message that may never be needed. */
export function currentPlace(state: TranslationState): SourcePlace {
  const { frame } = state;
  return {
    frame,
    line: frame.line,
    lineStart: frame.lineStart,
    lineEnd: frame.lineEnd,
    start: frame.statementStart,
    end: frame.statementEnd,
  };
}

/** Span and source line of a kept place. */
export function describePlace(
  at: SourcePlace,
  part?: StatementPart,
): { readonly span: Span; readonly sourceLine: string } {
  const line = at.frame.text.slice(at.lineStart, at.lineEnd);
  return {
    span: spanOf(at.frame.name, at.line, locatePart(line, at.start, at.end, part)),
    sourceLine: trimEnd(line),
  };
}

/** Range of a statement's part in a line in which the statement stands from `start` to `end`. */
function locatePart(line: string, start: number, end: number, part: StatementPart | undefined): TextRange {
  const text = line.slice(start, end);
  const from = Math.min(skipBlanks(text, 0), text.length);
  const length = trimBlanks(text).length;
  const whole = { start: start + from, end: start + from + Math.max(length, 1) };
  if (part === undefined || part.kind === "statement") return whole;
  const parts = locateParts(text);
  const range = part.kind === "opcode" ? parts?.opcode : parts?.parameters[part.index];
  if (range === undefined || range.end <= range.start) return whole;
  const inner =
    part.kind === "parameter" && part.text ? text.slice(range.start, range.end).indexOf(part.text) : -1;
  if (inner >= 0 && part.kind === "parameter" && part.text) {
    const innerStart = start + range.start + inner;
    return { start: innerStart, end: innerStart + part.text.length };
  }
  return { start: start + range.start, end: start + range.end };
}

function spanOf(file: string, line: number, range: TextRange): Span {
  return { file, line, column: range.start + 1, endColumn: range.end + 1 };
}

/** The place of the current statement; inside a macro, that of the statement that called the outermost one. */
function currentSpan(state: TranslationState, part: StatementPart | undefined): Span {
  const { frame } = state;
  const inMacro = state.macroStack.length > 0;
  const range = locatePart(
    currentLine(frame),
    frame.statementStart,
    frame.statementEnd,
    inMacro ? undefined : part,
  );
  return spanOf(frame.name, frame.line, range);
}

function macroNote(
  macro: string,
  statement: MacroStatement,
  part: StatementPart | undefined,
): DiagnosticNote {
  const { span, sourceLine } = describePlace(statement.at, part);
  return { message: `in expansion of macro \`${macro}'`, span, sourceLine };
}

/** Of a long chain only the ends help: the first notes and the last ones. */
const shownFirst = 8;
const shownLast = 4;

function shorten(notes: readonly DiagnosticNote[]): readonly DiagnosticNote[] {
  const hidden = notes.length - shownFirst - shownLast;
  if (hidden <= 1) return notes;
  const gap = { message: `... ${hidden} more` };
  return [...notes.slice(0, shownFirst), gap, ...notes.slice(-shownLast)];
}

/** How the current statement was reached: macro calls, innermost first, then includes. */
function contextNotes(state: TranslationState, part: StatementPart | undefined): readonly DiagnosticNote[] {
  const notes: DiagnosticNote[] = [];
  for (let depth = state.macroStack.length - 1; depth >= 0; depth--) {
    const call = state.macroStack[depth];
    if (call === undefined) continue;
    const innermost = depth === state.macroStack.length - 1;
    notes.push(macroNote(call.macro.name, call.statement, innermost ? part : undefined));
  }
  for (let frame = state.frame.includedFrom; frame !== undefined; frame = frame.includedFrom) {
    notes.push({
      message: "included from here",
      span: spanOf(
        frame.name,
        frame.line,
        locatePart(currentLine(frame), frame.statementStart, frame.statementEnd, undefined),
      ),
    });
  }
  return shorten(notes);
}

/** The reference's lines for a message on the current line. */
function classicLines(state: TranslationState, severity: string, text: string): string {
  const { frame } = state;
  return `${frame.name}:${frame.classicLine}: ${severity}: ${text}:\n${currentLine(frame)}\n`;
}

/** The line that the reference adds for a failing macro statement. */
function classicMacroLine(state: TranslationState): string {
  const call = state.macroStack.at(-1);
  if (call === undefined) return "";
  const { macro, statement } = call;
  return `${state.frame.indentation}|  ${statement.text}\t[MACRO ${macro.name} (${macro.parameters.length})]\n`;
}

const longestMessage = 300;

/** A message quotes the source, which may be a line of any length. */
function clip(message: string): string {
  return message.length > longestMessage ? `${message.slice(0, longestMessage)}...` : message;
}

/** Register names as the user writes them in place of the internal tokens. */
function showRegisters(state: TranslationState, text: string): string {
  return text.includes("@") ? (state.architecture?.showRegisters(text) ?? text) : text;
}

function describeProblem(state: TranslationState, problem: StatementProblem): Diagnostic {
  const notes = contextNotes(state, problem.part);
  return {
    code: problem.code,
    severity: "error",
    message: clip(showRegisters(state, problem.message ?? problem.classic)),
    span: currentSpan(state, problem.part),
    sourceLine: trimEnd(currentLine(state.frame)),
    ...(notes.length > 0 ? { notes } : {}),
    ...(problem.hint === undefined ? {} : { hint: problem.hint }),
  };
}

/** What a failure in a macro takes from the budget, in characters: messages are larger than statements. */
const failureCost = 4000;

/** Reports a failed statement. `inMacro`: it failed inside the innermost macro, which goes on. */
export function reportProblem(state: TranslationState, error: StatementError, inMacro: boolean): void {
  for (const warning of error.warnings) reportStatementWarning(state, warning);
  if (error.fatal) state.fatal = true;
  if (inMacro) state.expansionBudget -= failureCost;
  addError(state, () => ({
    ...describeProblem(state, error.problem),
    classic: classicLines(state, "error", error.problem.classic) + (inMacro ? classicMacroLine(state) : ""),
    ...(error.problem.follows ? { repeated: true } : {}),
  }));
}

/** An error that shows at the end of the file. */
export interface FileProblem {
  readonly code: string;
  readonly message: string;
  /** What it is about; without it the beginning of the file. */
  readonly at?: SourcePlace | undefined;
  /** The line that the reference names, if it names one. */
  readonly classicLine?: number;
  /** Whether it follows from an error that was reported before, so that only the reference mentions it. */
  readonly follows?: boolean;
  readonly hint?: string;
}

/** Reports an error about a file as a whole, or about a statement that is not being processed. */
export function reportFileProblem(state: TranslationState, problem: FileProblem): void {
  const file = state.mainFrame.name;
  addError(state, () => ({
    code: problem.code,
    severity: "error",
    message: clip(problem.message),
    ...(problem.at === undefined
      ? { span: { file, line: 1, column: 1, endColumn: 1 } }
      : describePlace(problem.at)),
    ...(problem.hint === undefined ? {} : { hint: problem.hint }),
    classic: `${file}:${problem.classicLine ?? "*"}: error: ${problem.message}\n`,
    ...(problem.follows ? { repeated: true } : {}),
  }));
}

/** Whether an error that is reported now is shown, and not only counted. */
export function showsNextError(state: TranslationState): boolean {
  const { maxErrors } = state.options;
  return state.fatal || maxErrors === 0 || state.errorCount < maxErrors;
}

/** Counts an error and keeps its message unless there are too many. */
function addError(state: TranslationState, describe: () => Diagnostic): void {
  const { maxErrors } = state.options;
  if (showsNextError(state)) state.diagnostics.push(describe());
  if (state.fatal) return;
  state.errorCount++;
  if (maxErrors > 0 && state.errorCount === maxErrors + 1) {
    const file = state.frame.name;
    const message = "too many errors (suppressed further messages)";
    state.diagnostics.push({
      code: "too-many-errors",
      severity: "note",
      message,
      classic: `${file}:*: warning: ${message}.\n`,
    });
  }
}

/** Adds a warning unless it is turned off; each one is reported once per place. */
export function addWarning(state: TranslationState, diagnostic: Diagnostic): void {
  const { disabledWarnings, warningsAsErrors } = state.options;
  const { code, span } = diagnostic;
  // The reference prints its own warnings every time, so these are only dropped by name.
  if (disabledWarnings.has("all") || disabledWarnings.has(code)) return;
  const key = `${code}\n${span?.file}\n${span?.line}\n${span?.column}\n${diagnostic.message}`;
  const repeated = state.reportedWarnings.has(key);
  if (repeated && diagnostic.classic === undefined) return;
  state.reportedWarnings.add(key);
  const asError = warningsAsErrors.has("all") || warningsAsErrors.has(code);
  if (asError) state.warningErrorCount++;
  state.diagnostics.push(asError ? { ...diagnostic, severity: "error" } : { ...diagnostic, repeated });
}

/** Reports a warning about the current statement. */
export function reportStatementWarning(state: TranslationState, warning: StatementWarning): void {
  const notes = contextNotes(state, warning.part);
  addWarning(state, {
    code: warning.code,
    severity: "warning",
    message: warning.message,
    span: currentSpan(state, warning.part),
    sourceLine: trimEnd(currentLine(state.frame)),
    ...(notes.length > 0 ? { notes } : {}),
    ...(warning.hint === undefined ? {} : { hint: warning.hint }),
    ...(warning.classic === undefined ? {} : { classic: classicLines(state, "warning", warning.classic) }),
  });
}
