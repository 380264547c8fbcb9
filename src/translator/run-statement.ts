import { skipBlanks } from "./characters.js";
import { endsSkipping } from "./conditionals.js";
import { substituteDefines } from "./defines.js";
import { noteHostText, noteLabels } from "./lint.js";
import { appendStatement, flush } from "./pending-code.js";
import { reportStatementWarning } from "./report.js";
import { splitStatement } from "./split-statement.js";
import type { CompiledStatement, TranslationState } from "./state.js";
import { findAction, unknownStatement } from "./statement-table.js";
import { echo, writeItem } from "./write-output.js";

/** Finds out what a statement text stands for. */
function compileStatement(state: TranslationState, statement: string): CompiledStatement {
  const text = substituteDefines(state.defines, statement);
  if (text.charCodeAt(0) === 124) return { kind: "host", tail: text.slice(1) };
  const { opcode, parameters } = splitStatement(text);
  const action = findAction(state, opcode, parameters.length);
  if (action !== undefined) return { kind: "action", action, opcode, parameters };
  const { architecture } = state;
  if (architecture?.lookup(opcode, parameters.length) !== "exact") throw unknownStatement(state, opcode);
  return { kind: "assembled", assembled: architecture.assemble(opcode, parameters) };
}

/** Writes the text behind the second bar of a host line given as `||`. */
function runHostText(state: TranslationState, tail: string): void {
  flush(state);
  if (tail.startsWith("//")) {
    echo(state, tail);
    return;
  }
  noteHostText(state, tail);
  writeItem(state, state.frame.indentation + tail);
}

/** Executes a statement that is neither skipped nor recorded. Throws a StatementError. */
export function runStatement(state: TranslationState, statement: string): void {
  if (state.skipping && !endsSkipping(state, statement)) return;
  if (state.recording !== undefined) {
    if (skipBlanks(statement, 0) < statement.length) state.recordStatement(state, statement);
    return;
  }
  let compiled = state.statementCache.get(statement);
  if (compiled === undefined) {
    if (skipBlanks(statement, 0) === statement.length) return;
    compiled = compileStatement(state, statement);
    state.statementCache.set(statement, compiled);
  }
  switch (compiled.kind) {
    case "assembled": {
      const { assembled } = compiled;
      if (assembled.warnings.length > 0) {
        for (const warning of assembled.warnings) reportStatementWarning(state, warning);
      }
      if (assembled.labels.length > 0) noteLabels(state, assembled.labels);
      appendStatement(state, assembled);
      return;
    }
    case "host":
      runHostText(state, compiled.tail);
      return;
    case "action":
      compiled.action(state, compiled.parameters, compiled.opcode);
      return;
  }
}
