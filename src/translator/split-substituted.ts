import { blankTable } from "./characters.js";
import { substituteDefines } from "./defines.js";
import { type SplitStatement, splitStatement } from "./split-statement.js";
import type { TranslationState } from "./state.js";
import { StatementError } from "./statement-error.js";

const otherThanStructure = /[^,()[\]{}]+/g;
const plainOpcode = /^[\w.@]+$/;
const colon = 58;

/** Whether a statement is split at the same places with the substituted part in the place of the part. */
function keepsStructure(part: string, text: string): boolean {
  if (text === "" || blankTable[text.charCodeAt(0)] === 1) return false;
  const last = text.charCodeAt(text.length - 1);
  if (last === colon || blankTable[last] === 1) return false;
  return part.replace(otherThanStructure, "") === text.replace(otherThanStructure, "");
}

function substituteNewPart({ defines }: TranslationState, part: string): string | undefined {
  try {
    const text = substituteDefines(defines, part);
    return text === part || keepsStructure(part, text) ? text : undefined;
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    return undefined;
  }
}

/** The opcode or a parameter with its defines replaced; undefined if the statement has to be split afterwards. */
function substitutePart(state: TranslationState, part: string): string | undefined {
  const { partCache } = state;
  const known = partCache.get(part);
  if (known !== undefined) return known;
  const text = substituteNewPart(state, part);
  if (text !== undefined) partCache.set(part, text);
  return text;
}

/**
 * Splits a statement and replaces the defined words in its parts, which is the same as replacing first
 * and faster: opcodes and parameters occur again and again, statements do not. Undefined if it is not the
 * same for this statement.
 */
export function splitThenSubstitute(state: TranslationState, statement: string): SplitStatement | undefined {
  const split = trySplit(statement);
  if (split === undefined) return undefined;
  const { parameters } = split;
  const opcode = substitutePart(state, split.opcode);
  if (opcode === undefined || (opcode !== split.opcode && !plainOpcode.test(opcode))) return undefined;
  for (let index = 0; index < parameters.length; index++) {
    const text = substitutePart(state, parameters[index] as string);
    if (text === undefined) return undefined;
    parameters[index] = text;
  }
  return { opcode, parameters };
}

function trySplit(statement: string): ReturnType<typeof splitStatement> | undefined {
  try {
    return splitStatement(statement);
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    // What is wrong may be right, or wrong in another way, once the defines are replaced.
    return undefined;
  }
}
