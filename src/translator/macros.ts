import { isIdentifier, skipBlanks, trimmedEnd } from "./characters.js";
import { expandMacro } from "./expand-macro.js";
import { fatalError, statementError, wholeStatement } from "./problems.js";
import { currentPlace } from "./report.js";
import type { StatementAction, TranslationState } from "./state.js";
import { defineStatement, hasStatement } from "./statement-table.js";

const plainMacroName = /^[A-Za-z_][A-Za-z0-9_.]*$/;
const dottedMacroName = /^\.[A-Za-z0-9_.]*$/;

function checkParameters(parameters: readonly string[]): void {
  const seen = new Set<string>();
  parameters.forEach((parameter, index) => {
    const part = { kind: "parameter", index: index + 1 } as const;
    if (!isIdentifier(parameter)) {
      throw fatalError("bad-macro-parameter", `bad macro parameter name \`${parameter}'`, part);
    }
    if (seen.has(parameter)) {
      throw fatalError("duplicate-macro-parameter", `duplicate macro parameter name \`${parameter}'`, part);
    }
    seen.add(parameter);
  });
}

export const runMacroDirective: StatementAction = (state, [name, ...parameters]) => {
  if (name === undefined) throw statementError("missing-macro-name", "missing macro name", wholeStatement);
  if (!plainMacroName.test(name) && !dottedMacroName.test(name)) {
    throw fatalError("bad-macro-name", `bad macro name \`${name}'`);
  }
  checkParameters(parameters);
  const count = parameters.length;
  if (hasStatement(state, name, count)) {
    throw fatalError("duplicate-macro", `duplicate macro \`${name}' (${count} parameters)`);
  }
  state.recording = {
    name,
    parameters,
    statements: [],
    definedAt: currentPlace(state),
    classicLine: state.frame.classicLine,
    active: false,
    calls: { epoch: state.epoch, count: 0 },
  };
};

export const runEndmacro: StatementAction = () => {
  throw fatalError("endmacro-without-macro", ".endmacro without .macro", wholeStatement);
};

const endmacro = "endmacro";

/** Whether the statement ends a macro: apart from blanks, any one character followed by `endmacro`. */
function isEndOfMacro(statement: string): boolean {
  const end = trimmedEnd(statement, 0);
  const start = end - endmacro.length;
  return start > 0 && statement.startsWith(endmacro, start) && skipBlanks(statement, 0) >= start - 1;
}

/** Adds a statement to the macro being defined, or ends the definition. */
export function recordStatement(state: TranslationState, statement: string): void {
  const macro = state.recording;
  if (macro === undefined) return;
  if (isEndOfMacro(statement)) {
    state.recording = undefined;
    state.macros.push(macro);
    defineStatement(state, macro.name, macro.parameters.length, (_, args) => {
      expandMacro(state, macro, args);
    });
    return;
  }
  macro.statements.push({ text: statement, at: currentPlace(state), cut: undefined, template: undefined });
}
