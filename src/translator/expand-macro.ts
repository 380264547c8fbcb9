import { maximumStatementLength, substituteDefines } from "./defines.js";
import {
  arePlain,
  argumentKey,
  type CutStatement,
  createTemplate,
  cutAtParameters,
  fillIn,
  fillInSplit,
  paste,
  type StatementTemplate,
} from "./macro-template.js";
import { fatalError, wholeStatement } from "./problems.js";
import { reportProblem } from "./report.js";
import { compileSplit, executeCompiled, runExpandedStatement, runHostLine } from "./run-statement.js";
import type { ExpandedStatement, Macro, MacroCall, MacroStatement, TranslationState } from "./state.js";
import { StatementError } from "./statement-error.js";
import { echo } from "./write-output.js";

const maximumMacroDepth = 200;
const bar = 124;

/** A call of a macro. */
interface Invocation {
  readonly macro: Macro;
  readonly args: readonly string[];
  /** The definitions that the defines in the arguments were replaced by. */
  readonly epoch: number;
  /** Statements are expanded by templates, not as whole texts. */
  readonly byTemplates: boolean;
  /** Every expanded statement is shown as a comment. */
  readonly shows: boolean;
  /** Number of macro calls around this one. */
  readonly depth: number;
}

/** Takes an expanded text off what expansions may still make. */
function charge(state: TranslationState, length: number): void {
  state.expansionBudget -= length + 16;
  if (state.expansionBudget >= 0 && length <= maximumStatementLength) return;
  state.aborted = true;
  throw fatalError("expansion-too-large", "macro expansion is too large", wholeStatement);
}

function cutOf(macro: Macro, statement: MacroStatement): CutStatement {
  statement.cut ??= cutAtParameters(statement.text, macro.parameters);
  return statement.cut;
}

/** Expands a statement by its whole text, which is right for whatever arguments. */
function expandText(
  state: TranslationState,
  macro: Macro,
  statement: MacroStatement,
  args: readonly string[],
): ExpandedStatement {
  const filled = fillIn(cutOf(macro, statement), args);
  charge(state, filled.length);
  const known = state.expansionCache.get(filled);
  if (known !== undefined) return known;
  const substituted = substituteDefines(state.defines, filled);
  const text = paste(substituted);
  const expanded = { text, pasted: text !== substituted, compiled: undefined };
  state.expansionCache.set(filled, expanded);
  return expanded;
}

/** The template of a statement for the current definitions. */
function templateOf(state: TranslationState, macro: Macro, statement: MacroStatement): StatementTemplate {
  const { template } = statement;
  if (template !== undefined && template.epoch === state.epoch) return template;
  const created = createTemplate(cutOf(macro, statement), state.defines, state.epoch);
  statement.template = created;
  return created;
}

/** Writes a host line of a macro. */
function runHostTemplate(
  state: TranslationState,
  host: CutStatement,
  mayOpenControl: boolean,
  args: readonly string[],
): void {
  const text = fillIn(host, args);
  charge(state, text.length);
  runHostLine(state, text, mayOpenControl);
}

/** So many calls of a macro under the same definitions are not worth making templates. */
const fewCalls = 4;

/** Whether a call is one of many and has arguments that can be filled into templates. */
function usesTemplates(state: TranslationState, { calls }: Macro, args: readonly string[]): boolean {
  if (calls.epoch !== state.epoch) {
    calls.epoch = state.epoch;
    calls.count = 0;
  }
  if (++calls.count <= fewCalls || args.length === 0) return false;
  return state.recorder === undefined && arePlain(args);
}

/** Executes the statements of a macro. A failing statement is reported and the macro goes on. */
export function expandMacro(state: TranslationState, macro: Macro, args: readonly string[]): void {
  if (macro.active) {
    throw fatalError("recursive-macro", "recursive macro invocation", wholeStatement);
  }
  const { macroStack, epoch } = state;
  const depth = macroStack.length;
  if (depth >= maximumMacroDepth) {
    throw fatalError("macro-nesting", "macros are nested too deeply", wholeStatement);
  }
  const shows = state.echoForm !== undefined && state.options.macroComments;
  const byTemplates = !shows && usesTemplates(state, macro, args);
  const invocation = { macro, args, epoch, byTemplates, shows, depth };
  if (shows) echo(state, `{ MACRO ${macro.name} (${macro.parameters.length})`);
  macro.active = true;
  try {
    for (let next = 0; next < macro.statements.length; ) next = runStatements(state, invocation, next);
  } finally {
    macro.active = false;
    macroStack.length = depth;
  }
  if (shows) echo(state, `} MACRO ${macro.name} (${macro.parameters.length})`);
}

/** Executes statements from an index on, up to one that fails. Returns the index behind the last one. */
function runStatements(state: TranslationState, invocation: Invocation, first: number): number {
  const { macroStack } = state;
  const { depth } = invocation;
  const { statements } = invocation.macro;
  let next = first;
  try {
    while (next < statements.length) runMacroStatement(state, invocation, next++);
  } catch (error) {
    // A failure while expanding leaves the macro, one while executing does not.
    const executing = macroStack[depth]?.statement === statements[next - 1];
    macroStack.length = executing ? depth + 1 : depth;
    if (!executing || !(error instanceof StatementError) || state.aborted) throw error;
    reportProblem(state, error, true);
  }
  return next;
}

/** Notes which statement of a macro is being executed. */
function enterStatement(
  { macroStack }: TranslationState,
  { macro, depth }: Invocation,
  statement: MacroStatement,
): void {
  if (macroStack.length === depth) macroStack.push({ macro, statement });
  else (macroStack[depth] as MacroCall).statement = statement;
}

function runMacroStatement(state: TranslationState, invocation: Invocation, index: number): void {
  const { shows, args, macro } = invocation;
  const statement = macro.statements[index] as MacroStatement;
  if (invocation.byTemplates && !state.skipping && state.recording === undefined) {
    // A definition inside the macro may be about words of the arguments, too.
    if (invocation.epoch === state.epoch && runByTemplate(state, invocation, statement)) return;
  }
  const expanded = expandText(state, macro, statement, args);
  if (shows && expanded.text.charCodeAt(0) !== bar) echo(state, expanded.text);
  enterStatement(state, invocation, statement);
  runExpandedStatement(state, expanded);
}

/** Executes a statement by its template. Returns false if it has to be expanded as a whole text. */
function runByTemplate(state: TranslationState, invocation: Invocation, statement: MacroStatement): boolean {
  const { args } = invocation;
  const { host, split, mayOpenControl } = templateOf(state, invocation.macro, statement);
  if (host !== undefined) {
    runHostTemplate(state, host, mayOpenControl, args);
    return true;
  }
  if (split === undefined) return false;
  const key = argumentKey(split, args);
  charge(state, statement.text.length + key.length);
  const known = split.compiled.get(key);
  if (known !== undefined) {
    enterStatement(state, invocation, statement);
    executeCompiled(state, known);
    return true;
  }
  const filled = fillInSplit(split, args, state.defines);
  if (filled === undefined) return false;
  enterStatement(state, invocation, statement);
  const compiled = compileSplit(state, filled);
  if (compiled === undefined) return false;
  split.compiled.set(key, compiled);
  executeCompiled(state, compiled);
  return true;
}
