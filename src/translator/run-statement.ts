import type { AssembledStatement } from "./assembled-statement.js";
import { skipBlanks } from "./characters.js";
import { endsSkipping } from "./conditionals.js";
import { substituteDefines } from "./defines.js";
import { noteHostText, noteLabels, notePlainHostText } from "./lint.js";
import { appendStatement, flush } from "./pending-code.js";
import { reportStatementWarning } from "./report.js";
import { type SplitStatement, splitStatement } from "./split-statement.js";
import { splitThenSubstitute } from "./split-substituted.js";
import type { CompiledStatement, ExpandedStatement, TranslationState } from "./state.js";
import { recordExecution } from "./statement-recorder.js";
import { findAction, unknownStatement } from "./statement-table.js";
import { echo, writeLine, writingPosition } from "./write-output.js";

const bar = 124;

/** Finds out what a statement text stands for, after substitution. */
function compileSubstituted(state: TranslationState, text: string): CompiledStatement {
  if (text.charCodeAt(0) === bar) return { kind: "host", tail: text.slice(1) };
  return compileExisting(state, splitStatement(text));
}

function compileExisting(state: TranslationState, split: SplitStatement): CompiledStatement {
  const compiled = compileSplit(state, split);
  if (compiled === undefined) throw unknownStatement(state, split.opcode);
  return compiled;
}

/** Finds out what a statement text stands for. Throws a StatementError. */
function compileStatement(state: TranslationState, statement: string): CompiledStatement {
  const split = statement.charCodeAt(0) === bar ? undefined : splitThenSubstitute(state, statement);
  if (split !== undefined) return compileExisting(state, split);
  return compileSubstituted(state, substituteDefines(state.defines, statement));
}

/** Writes the text behind the second bar of a host line given as `||`. */
function runHostText(state: TranslationState, tail: string): void {
  if (tail.startsWith("//")) {
    flush(state);
    echo(state, tail);
    return;
  }
  runHostLine(state, tail, true);
}

/** Writes a host line that assembler lines contain; `mayOpenControl` if it can end in an open control statement. */
export function runHostLine(state: TranslationState, text: string, mayOpenControl: boolean): void {
  flush(state);
  const { indentation } = state.frame;
  const position = writingPosition(state) + indentation.length;
  if (mayOpenControl) noteHostText(state, text, position);
  else notePlainHostText(state, position, text.length);
  writeLine(state, indentation + text);
}

function isBlankText(text: string): boolean {
  return skipBlanks(text, 0) === text.length;
}

/** Whether a statement is dropped by a condition or kept for a macro, so that it is not executed. */
function isDiverted(state: TranslationState, statement: string): boolean {
  if (state.skipping && !endsSkipping(state, statement)) return true;
  if (state.recording === undefined) return false;
  if (!isBlankText(statement)) state.recordStatement(state, statement);
  return true;
}

/** Executes a statement of a source line. Throws a StatementError. */
export function runStatement(state: TranslationState, statement: string): void {
  if ((state.skipping || state.recording !== undefined) && isDiverted(state, statement)) return;
  const known = state.statementCache.get(statement);
  if (known !== undefined) {
    execute(state, known, statement);
    return;
  }
  if (isBlankText(statement)) return;
  const compiled = compileStatement(state, statement);
  state.statementCache.set(statement, compiled);
  execute(state, compiled, statement);
}

/** Executes a statement of a macro body. Throws a StatementError. */
export function runExpandedStatement(state: TranslationState, expanded: ExpandedStatement): void {
  if (expanded.pasted) {
    runStatement(state, expanded.text);
    return;
  }
  if ((state.skipping || state.recording !== undefined) && isDiverted(state, expanded.text)) return;
  if (expanded.compiled === undefined) {
    if (isBlankText(expanded.text)) return;
    expanded.compiled = compileSubstituted(state, expanded.text);
  }
  execute(state, expanded.compiled, expanded.text);
}

/** Finds out what a split statement stands for; undefined if there is no such statement. Throws a StatementError. */
export function compileSplit(
  state: TranslationState,
  { opcode, parameters }: SplitStatement,
): CompiledStatement | undefined {
  const action = findAction(state, opcode, parameters.length);
  if (action !== undefined) return { kind: "action", action, opcode, parameters };
  return state.architecture?.assemble(opcode, parameters);
}

function appendAssembled(state: TranslationState, assembled: AssembledStatement): void {
  if (assembled.warnings.length > 0) {
    for (const warning of assembled.warnings) reportStatementWarning(state, warning);
  }
  if (assembled.labels.length > 0) noteLabels(state, assembled.labels);
  appendStatement(state, assembled);
}

function execute(state: TranslationState, compiled: CompiledStatement, text: string): void {
  if (state.recorder !== undefined) recordExecution(state, state.recorder, compiled, text);
  executeCompiled(state, compiled);
}

/** Executes what a statement stands for. Throws a StatementError. */
export function executeCompiled(state: TranslationState, compiled: CompiledStatement): void {
  switch (compiled.kind) {
    case "assembled":
      appendAssembled(state, compiled);
      return;
    case "host":
      runHostText(state, compiled.tail);
      return;
    case "action":
      compiled.action(state, compiled.parameters, compiled.opcode);
      return;
  }
}
