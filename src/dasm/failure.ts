import { usageError } from "./dasm-error.js";
import { type AssemblerState, STAGE } from "./state.js";

/** Result of an action whose check failed. */
export const FAILED = -1;

/** Remembers a failed check; the last one wins. Returns FAILED. */
export function fail(state: AssemblerState, code: number, offset: number, value: number): number {
  state.status = code | offset;
  state.failure = { status: state.status, value };
  return FAILED;
}

/** Throws what is wrong with a put while no unit is open. */
export function failPut(state: AssemblerState): never {
  switch (state.stage) {
    case STAGE.CREATED:
      throw usageError("put before setup");
    case STAGE.FREED:
      throw usageError("put: the state was freed");
    default:
      throw usageError("put after link: call setup to begin a new unit");
  }
}

export function failArgumentCount(start: number, given: number, needed: number): never {
  const problem = given < needed ? "too few" : "too many";
  throw usageError(
    `put: ${problem} arguments for the chunk at offset ${start}: ${given} given, ${needed} needed`,
  );
}
