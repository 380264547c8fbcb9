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
  type SplitTemplate,
  type StatementTemplate,
} from "./macro-template.js";
import { fatalError, wholeStatement } from "./problems.js";
import { reportProblem } from "./report.js";
import { compileSplit, executeCompiled, runExpandedStatement, runHostLine } from "./run-statement.js";
import type {
  CompiledStatement,
  ExpandedStatement,
  Macro,
  MacroStatement,
  TranslationState,
} from "./state.js";
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
  const budget = state.expansionBudget - length - 16;
  state.expansionBudget = budget;
  if (budget >= 0 && length <= maximumStatementLength) return;
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
function prepareTemplate(
  state: TranslationState,
  macro: Macro,
  statement: MacroStatement,
): StatementTemplate {
  const template = createTemplate(cutOf(macro, statement), state.defines);
  statement.template = template;
  return template;
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
function usesTemplates(state: TranslationState, macro: Macro, args: readonly string[]): boolean {
  const { calls } = macro;
  if (calls.epoch !== state.epoch) {
    calls.epoch = state.epoch;
    calls.count = 0;
    for (const statement of macro.statements) statement.template = undefined;
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
  const { macro, args, depth } = invocation;
  const { statements } = macro;
  const { length } = statements;
  let next = first;
  try {
    let byTemplates = mayUseTemplates(state, invocation);
    while (next < length) {
      const statement = statements[next++] as MacroStatement;
      if (byTemplates) {
        const template = statement.template ?? prepareTemplate(state, macro, statement);
        const { host, split } = template;
        if (host !== undefined) {
          runHostTemplate(state, host, template.mayOpenControl, args);
          continue;
        }
        const executed = split === undefined ? undefined : runSplit(state, invocation, statement, split);
        if (executed === "assembled") continue;
        if (executed === undefined) runWholeText(state, invocation, statement, template);
      } else runWholeText(state, invocation, statement, undefined);
      byTemplates = mayUseTemplates(state, invocation);
    }
  } catch (error) {
    // A failure while expanding leaves the macro, one while executing does not.
    const executing = macroStack[depth]?.statement === statements[next - 1];
    macroStack.length = executing ? depth + 1 : depth;
    if (!executing || !(error instanceof StatementError) || state.aborted) throw error;
    reportProblem(state, error, true);
  }
  return next;
}

/** Whether the next statements can be expanded by templates, which what was executed may have changed. */
function mayUseTemplates(state: TranslationState, invocation: Invocation): boolean {
  if (!invocation.byTemplates || state.skipping || state.recording !== undefined) return false;
  // A definition inside the macro may be about words of the arguments, too.
  return invocation.epoch === state.epoch;
}

/** Notes which statement of a macro is being executed. */
function enterStatement(
  { macroStack }: TranslationState,
  { macro, depth }: Invocation,
  statement: MacroStatement,
): void {
  const call = macroStack[depth];
  if (call === undefined) macroStack.push({ macro, statement });
  else call.statement = statement;
}

function expandStatement(
  state: TranslationState,
  { macro, args }: Invocation,
  statement: MacroStatement,
  template: StatementTemplate | undefined,
): ExpandedStatement {
  if (template?.whole !== undefined) {
    charge(state, statement.text.length);
    return template.whole;
  }
  const expanded = expandText(state, macro, statement, args);
  if (template !== undefined && cutOf(macro, statement).slots.length === 0) template.whole = expanded;
  return expanded;
}

/** Executes a statement, expanded as a whole text; `template` is that of the current definitions, if there is one. */
function runWholeText(
  state: TranslationState,
  invocation: Invocation,
  statement: MacroStatement,
  template: StatementTemplate | undefined,
): void {
  const expanded = expandStatement(state, invocation, statement, template);
  if (invocation.shows && expanded.text.charCodeAt(0) !== bar) echo(state, expanded.text);
  enterStatement(state, invocation, statement);
  runExpandedStatement(state, expanded);
}

/**
 * Executes a statement that was split before its arguments are known. Returns the kind of what was
 * executed, or undefined if the statement has to be expanded as a whole text.
 */
function runSplit(
  state: TranslationState,
  invocation: Invocation,
  statement: MacroStatement,
  split: SplitTemplate,
): CompiledStatement["kind"] | undefined {
  const { args } = invocation;
  const key = argumentKey(split, args);
  charge(state, statement.text.length + key.length);
  let compiled = split.compiled.get(key);
  if (compiled === undefined) {
    const filled = fillInSplit(split, args, state.defines);
    if (filled === undefined) return undefined;
    enterStatement(state, invocation, statement);
    compiled = compileSplit(state, filled);
    if (compiled === undefined) return undefined;
    split.compiled.set(key, compiled);
  } else enterStatement(state, invocation, statement);
  executeCompiled(state, compiled);
  return compiled.kind;
}
