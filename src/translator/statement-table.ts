import { suggest } from "../diagnostics/suggest.js";
import type { Architecture } from "./architecture.js";
import { showsNextError } from "./report.js";
import type { StatementAction, TranslationState } from "./state.js";
import { StatementError } from "./statement-error.js";

/** Adds a statement with a fixed number of parameters. */
export function defineStatement(
  state: TranslationState,
  opcode: string,
  count: number,
  action: StatementAction,
): void {
  const actions = state.definedStatements.get(opcode) ?? [];
  actions[count] = action;
  state.definedStatements.set(opcode, actions);
}

/** What a directive, section switch or macro does; undefined if there is none with this number of parameters. */
export function findAction(
  state: TranslationState,
  opcode: string,
  count: number,
): StatementAction | undefined {
  const directive = state.directives.get(opcode);
  if (directive !== undefined && count >= directive.minimum && count <= directive.maximum) {
    if (state.architecture !== undefined || directive.beforeArch) return directive.run;
  }
  return state.definedStatements.get(opcode)?.[count];
}

/** Whether a statement with exactly this number of parameters exists, or one that takes any number. */
export function hasStatement(state: TranslationState, opcode: string, count: number): boolean {
  if (findAction(state, opcode, count) !== undefined) return true;
  const { architecture } = state;
  // A macro may take the name of an instruction that the reference does not have.
  return architecture?.lookup(opcode, count) === "exact" && !architecture.isExtension(opcode, count);
}

/** Largest parameter count that the reference tries when it looks for the opcode with another count. */
const largestTriedCount = 9;

function existsWithOtherCount(state: TranslationState, opcode: string): boolean {
  if (state.directives.has(opcode)) return true;
  const defined = state.definedStatements.get(opcode)?.slice(0, largestTriedCount + 1);
  if (defined?.some((action) => action !== undefined)) return true;
  return state.architecture?.lookup(opcode, 0) !== "unknown";
}

function countText(minimum: number, maximum: number): string {
  if (minimum === maximum) return minimum === 1 ? "1 parameter" : `${minimum} parameters`;
  return `${minimum} to ${maximum} parameters`;
}

/** How many parameters a directive or the macros of a name take; undefined if there is no such directive or macro. */
function describeCounts(state: TranslationState, opcode: string): string | undefined {
  const directive = state.directives.get(opcode);
  if (directive !== undefined) return `\`${opcode}' takes ${countText(directive.minimum, directive.maximum)}`;
  const counts = state.macros.filter(({ name }) => name === opcode).map((macro) => macro.parameters.length);
  if (counts.length === 0) return undefined;
  const texts = counts.sort((a, b) => a - b).map((count) => countText(count, count));
  return `the macro \`${opcode}' takes ${texts.join(" or ")}`;
}

function* knownOpcodes(state: TranslationState): Iterable<string> {
  yield* state.directives.keys();
  yield* state.definedStatements.keys();
  if (state.architecture !== undefined) yield* state.architecture.opcodes();
}

function hintForUnknown(
  state: TranslationState,
  architecture: Architecture,
  opcode: string,
): string | undefined {
  const otherMode = architecture.describeOtherMode?.(opcode);
  if (otherMode !== undefined) return otherMode;
  const suggestion = suggest(opcode, knownOpcodes(state));
  return suggestion === undefined ? undefined : `did you mean \`${suggestion}'?`;
}

/** The error for a statement that does not exist. */
export function unknownStatement(state: TranslationState, opcode: string): StatementError {
  const part = { kind: "opcode" } as const;
  if (state.architecture === undefined) {
    const classic = "first statement must be .arch";
    const hint = "begin with `|.arch x64' or `|.arch x86'";
    return new StatementError({ code: "missing-arch", classic, part, hint }, true);
  }
  if (existsWithOtherCount(state, opcode)) {
    const hint = describeCounts(state, opcode) ?? state.architecture.describeForms?.(opcode);
    return new StatementError({
      code: "wrong-parameter-count",
      classic: `wrong number of parameters for \`${opcode}'`,
      part,
      ...(hint === undefined ? {} : { hint }),
    });
  }
  const hint = showsNextError(state) ? hintForUnknown(state, state.architecture, opcode) : undefined;
  return new StatementError({
    code: "unknown-statement",
    classic: `unknown statement \`${opcode}'`,
    part,
    ...(hint === undefined ? {} : { hint }),
  });
}
