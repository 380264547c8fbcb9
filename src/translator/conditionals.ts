import { skipBlanks } from "./characters.js";
import { evaluateCondition } from "./lua-condition.js";
import { ConditionError } from "./lua-value.js";
import { fatalError, wholeStatement } from "./problems.js";
import { currentPlace } from "./report.js";
import type { ConditionLevel, StatementAction, TranslationState } from "./state.js";

function evaluate(state: TranslationState, condition: string): boolean {
  try {
    return evaluateCondition(condition, state.loadLuaParser);
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    const message = `bad condition: expr:1: ${error.message}`;
    throw fatalError("bad-condition", message, undefined, hintFor(condition));
  }
}

/** What users of C write by habit, and what Lua has instead. */
const habits: readonly (readonly [pattern: RegExp, hint: string])[] = [
  [/&&|\|\||!/, "conditions are Lua expressions: write `and' for &&, `or' for ||, `not' for !, `~=' for !="],
  [/\bdefined\b/, "a name that is not defined is nil, which does not hold: write `.if NAME'"],
  [/(?:^|[^=~<>])=(?!=)/, "`==' compares"],
];

function hintFor(condition: string): string | undefined {
  return habits.find(([pattern]) => pattern.test(condition))?.[1];
}

function currentLevel(state: TranslationState, directive: string): ConditionLevel {
  const level = state.conditions.at(-1);
  if (level === undefined) {
    throw fatalError("conditional-without-if", `${directive} without .if`, wholeStatement);
  }
  return level;
}

function beginSkipping(state: TranslationState): void {
  state.skipping = true;
  state.skippedLevels = 0;
}

export const runIf: StatementAction = (state, [condition = ""]) => {
  const taken = evaluate(state, condition);
  state.conditions.push({ taken, afterElse: false, at: currentPlace(state) });
  if (!taken) beginSkipping(state);
};

export const runElif: StatementAction = (state, [condition = ""]) => {
  const level = currentLevel(state, ".elif");
  if (level.afterElse) throw fatalError("elif-after-else", ".elif after .else", wholeStatement);
  if (level.taken) {
    beginSkipping(state);
    return;
  }
  level.taken = evaluate(state, condition);
  if (!level.taken) beginSkipping(state);
};

export const runElse: StatementAction = (state) => {
  const level = currentLevel(state, ".else");
  if (level.afterElse) throw fatalError("else-after-else", ".else after .else", wholeStatement);
  level.afterElse = true;
  if (level.taken) beginSkipping(state);
};

export const runEndif: StatementAction = (state) => {
  currentLevel(state, ".endif");
  state.conditions.pop();
};

/** The first run of characters that are no blanks. */
function firstWord(statement: string): string {
  const start = skipBlanks(statement, 0);
  let end = start;
  while (end < statement.length && skipBlanks(statement, end) === end) end++;
  return statement.slice(start, end);
}

/**
 * Looks at a statement of a skipped branch.
 * Returns whether it ends or changes the branch, so that it has to be executed normally.
 */
export function endsSkipping(state: TranslationState, statement: string): boolean {
  if (statement.charCodeAt(skipBlanks(statement, 0)) !== 46) return false;
  const word = firstWord(statement);
  if (word === ".if") {
    state.skippedLevels++;
    return false;
  }
  if (state.skippedLevels > 0) {
    if (word === ".endif") state.skippedLevels--;
    return false;
  }
  if (word !== ".elif" && word !== ".else" && word !== ".endif") return false;
  state.skipping = false;
  return true;
}
