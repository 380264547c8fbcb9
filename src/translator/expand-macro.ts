import { maximumStatementLength, substituteDefines } from "./defines.js";
import {
  arePlain,
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
import { runExpandedStatement, runHostLine, runSplitStatement } from "./run-statement.js";
import type { SplitStatement } from "./split-statement.js";
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
  /** The arguments can be joined with the pieces of templates. */
  readonly plain: boolean;
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

/** Expands a statement by its whole text, which is right for whatever arguments. */
function expandText(
  state: TranslationState,
  template: StatementTemplate,
  args: readonly string[],
): ExpandedStatement {
  const filled = fillIn(template.cut, args);
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
  statement.cut ??= cutAtParameters(statement.text, macro.parameters);
  const created = createTemplate(statement.cut, state.defines, state.epoch);
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

/** Fills a split statement in, or gives undefined if it has to be split with the arguments filled in. */
function expandSplit(
  state: TranslationState,
  template: SplitTemplate,
  args: readonly string[],
): SplitStatement | undefined {
  const split = fillInSplit(template, args, state.defines);
  if (split === undefined) return undefined;
  let length = split.opcode.length;
  for (let index = 0; index < split.parameters.length; index++) {
    length += (split.parameters[index] as string).length;
  }
  charge(state, length);
  return split;
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
  const plain = state.recorder === undefined && arePlain(args);
  const invocation = { macro, args, epoch, plain, shows, depth };
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

/** Notes which statement of a macro is being executed. */
function enterStatement(
  state: TranslationState,
  { macro, depth }: Invocation,
  statement: MacroStatement,
): void {
  const { macroStack } = state;
  if (macroStack.length === depth) macroStack.push({ macro, statement });
  else (macroStack[depth] as MacroCall).statement = statement;
}

/** Executes statements from an index on, up to one that fails. Returns the index behind the last one. */
function runStatements(state: TranslationState, invocation: Invocation, first: number): number {
  const { macro, args, depth, shows } = invocation;
  const { macroStack } = state;
  const { statements } = macro;
  let next = first;
  // A failure while expanding leaves the macro, one while executing does not.
  let expanding = true;
  try {
    while (next < statements.length) {
      const statement = statements[next++] as MacroStatement;
      expanding = true;
      const template = templateOf(state, macro, statement);
      // A definition inside the macro may be about words of the arguments, too.
      const ready = invocation.plain && invocation.epoch === state.epoch && state.recording === undefined;
      if (ready && template.host !== undefined) {
        if (!state.skipping) runHostTemplate(state, template.host, template.mayOpenControl, args);
        continue;
      }
      if (ready && template.split !== undefined && !shows && !state.skipping) {
        const split = expandSplit(state, template.split, args);
        if (split !== undefined) {
          expanding = false;
          enterStatement(state, invocation, statement);
          if (runSplitStatement(state, split)) continue;
          expanding = true;
        }
      }
      const expanded = expandText(state, template, args);
      if (shows && expanded.text.charCodeAt(0) !== bar) echo(state, expanded.text);
      expanding = false;
      enterStatement(state, invocation, statement);
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
