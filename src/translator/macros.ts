import { isBlank, isIdentifier, skipBlanks } from "./characters.js";
import { maximumStatementLength, substituteDefines } from "./defines.js";
import {
  arePlain,
  createTemplate,
  cutAtParameters,
  fillIn,
  type StatementTemplate,
} from "./macro-template.js";
import { fatalError, statementError, wholeStatement } from "./problems.js";
import { currentPlace, reportProblem } from "./report.js";
import { runExpandedStatement, runHostLine } from "./run-statement.js";
import type {
  ExpandedStatement,
  Macro,
  MacroCall,
  MacroStatement,
  StatementAction,
  TranslationState,
} from "./state.js";
import { StatementError } from "./statement-error.js";
import { defineStatement, hasStatement } from "./statement-table.js";
import { echo } from "./write-output.js";

const maximumMacroDepth = 200;

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
  };
};

export const runEndmacro: StatementAction = () => {
  throw fatalError("endmacro-without-macro", ".endmacro without .macro", wholeStatement);
};

const endmacro = "endmacro";

/** Whether the statement ends a macro: apart from blanks, any one character followed by `endmacro`. */
function isEndOfMacro(statement: string): boolean {
  let end = statement.length;
  while (end > 0 && isBlank(statement.charCodeAt(end - 1))) end--;
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

/** Deletes every `..` together with the blanks around it. */
function paste(text: string): string {
  let dots = text.indexOf("..");
  if (dots < 0) return text;
  let output = "";
  let copied = 0;
  while (dots >= 0) {
    let end = dots;
    while (end > copied && isBlank(text.charCodeAt(end - 1))) end--;
    output += text.slice(copied, end);
    copied = skipBlanks(text, dots + 2);
    dots = text.indexOf("..", copied);
  }
  return output + text.slice(copied);
}

/** Takes an expanded text off what expansions may still make. */
function charge(state: TranslationState, length: number): void {
  state.expansionBudget -= length + 16;
  if (state.expansionBudget >= 0 && length <= maximumStatementLength) return;
  state.aborted = true;
  throw fatalError("expansion-too-large", "macro expansion is too large", wholeStatement);
}

function expandText(state: TranslationState, filled: string): ExpandedStatement {
  const substituted = substituteDefines(state.defines, filled);
  const text = paste(substituted);
  return { text, pasted: text !== substituted, compiled: undefined };
}

/** Fills the arguments in. `ready`: the pieces of the template need nothing else. */
function expandStatement(
  state: TranslationState,
  template: StatementTemplate,
  args: readonly string[],
  ready: boolean,
): ExpandedStatement {
  const filled = fillIn(ready ? template : template.cut, args);
  charge(state, filled.length);
  const known = state.expansionCache.get(filled);
  if (known !== undefined) return known;
  const expanded = ready ? { text: filled, pasted: false, compiled: undefined } : expandText(state, filled);
  state.expansionCache.set(filled, expanded);
  return expanded;
}

/** Executes the statements of a macro. A failing statement is reported and the macro goes on. */
function expandMacro(state: TranslationState, macro: Macro, args: readonly string[]): void {
  if (macro.active) {
    throw fatalError("recursive-macro", "recursive macro invocation", wholeStatement);
  }
  const { macroStack } = state;
  const depth = macroStack.length;
  if (depth >= maximumMacroDepth) {
    throw fatalError("macro-nesting", "macros are nested too deeply", wholeStatement);
  }
  if (showsExpansions(state)) echo(state, `{ MACRO ${macro.name} (${macro.parameters.length})`);
  macro.active = true;
  try {
    for (let next = 0; next < macro.statements.length; ) {
      next = runMacroStatements(state, macro, args, next, depth);
    }
  } finally {
    macro.active = false;
    macroStack.length = depth;
  }
  if (showsExpansions(state)) echo(state, `} MACRO ${macro.name} (${macro.parameters.length})`);
}

/** The template of a statement for the current definitions. */
function templateOf(state: TranslationState, macro: Macro, statement: MacroStatement): StatementTemplate {
  const { template } = statement;
  if (template !== undefined && template.epoch === state.epoch) return template;
  statement.cut ??= cutAtParameters(statement.text, macro.parameters);
  const created = createTemplate(statement.cut, state.defines, state.epoch);
  statement.template = created;
  return created;
}

/** Writes a host line of a macro. */
function runHostTemplate(
  state: TranslationState,
  template: StatementTemplate,
  args: readonly string[],
): void {
  const text = fillIn(template, args);
  charge(state, text.length);
  runHostLine(state, text, template.mayOpenControl);
}

function showsExpansions(state: TranslationState): boolean {
  return state.echoForm !== undefined && state.options.macroComments;
}

/** Executes statements from an index on, up to one that fails. Returns the index behind the last one. */
function runMacroStatements(
  state: TranslationState,
  macro: Macro,
  args: readonly string[],
  first: number,
  depth: number,
): number {
  const { macroStack } = state;
  const { statements } = macro;
  const shows = showsExpansions(state);
  let next = first;
  // The arguments have had their defines replaced, but only by the definitions of the call.
  const { epoch } = state;
  const plain = state.recorder === undefined && arePlain(args);
  // A failure while expanding leaves the macro, one while executing does not.
  let expanding = true;
  try {
    while (next < statements.length) {
      const statement = statements[next++] as MacroStatement;
      expanding = true;
      const template = templateOf(state, macro, statement);
      const ready = plain && template.joins && state.epoch === epoch;
      if (ready && template.isHost && state.recording === undefined) {
        if (!state.skipping) runHostTemplate(state, template, args);
        continue;
      }
      const expanded = expandStatement(state, template, args, ready);
      if (shows && expanded.text.charCodeAt(0) !== 124) echo(state, expanded.text);
      expanding = false;
      if (macroStack.length === depth) macroStack.push({ macro, statement });
      else (macroStack[depth] as MacroCall).statement = statement;
      runExpandedStatement(state, expanded);
    }
  } catch (error) {
    if (expanding) macroStack.length = depth;
    if (expanding || !(error instanceof StatementError) || state.aborted) throw error;
    macroStack.length = depth + 1;
    reportProblem(state, error, true);
  }
  return next;
}
