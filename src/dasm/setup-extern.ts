import { usageError } from "./dasm-error.js";
import { type AssemblerState, type ExternCallback, STAGE, setupExtern as setCallback } from "./state.js";

/** What a callback must return: a bigint or an integer, of which the low 32 bits count. */
function requireValue(value: unknown, index: number): number | bigint {
  if (typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value))) return value;
  const shown = typeof value === "number" ? String(value) : `of type ${typeof value}`;
  throw usageError(`encode: the value of extern symbol ${index} is ${shown}: an integer is needed`);
}

/**
 * Sets the function that knows the addresses of extern symbols. Without one they count as 0. The
 * function must not use the state, which is being encoded while it runs.
 * @param callback the function, or undefined
 * @throws DasmError if it is no function or the state was freed
 */
export function setupExtern(state: AssemblerState, callback: ExternCallback | undefined): void {
  if (callback === undefined) {
    setCallback(state, undefined);
    return;
  }
  if (typeof callback !== "function") throw usageError("setupExtern: the callback must be a function");
  setCallback(state, (index, type, address) => {
    const { stage } = state;
    state.stage = STAGE.ENCODING;
    try {
      return requireValue(callback(index, type, address), index);
    } finally {
      state.stage = stage;
    }
  });
}
