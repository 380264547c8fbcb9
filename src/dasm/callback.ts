import { DasmError } from "./dasm-error.js";
import { findPrototype, requireForeign } from "./foreign.js";

/** Number of callbacks that have not returned. */
const activity = { callbacks: 0 };

/** Whether a callback from machine code is running. */
export function isInCallback(): boolean {
  return activity.callbacks > 0;
}

/** A JavaScript function that machine code can call. */
export interface MachineCallback {
  /** Address to call, with the C calling convention of the system. */
  readonly address: bigint;
  /** Takes the address out of use. Code must not call it any more. A second call does nothing. */
  free(): void;
  [Symbol.dispose](): void;
}

/**
 * Makes a JavaScript function callable from machine code. It may only be called while a function
 * made by `code.fn` runs, on the same thread.
 * @param prototype C prototype, for example `int32_t (int32_t)`
 * @throws DasmError if koffi is missing or does not understand the prototype
 */
export function createCallback(prototype: string, callback: (...args: never[]) => unknown): MachineCallback {
  const foreign = requireForeign();
  const counted = (...args: never[]): unknown => {
    activity.callbacks += 1;
    try {
      return callback(...args);
    } finally {
      activity.callbacks -= 1;
    }
  };
  let address: bigint | undefined;
  try {
    address = foreign.register(counted, foreign.pointer(findPrototype(foreign, prototype)));
  } catch (error) {
    throw new DasmError(
      "usage",
      `callback ${prototype}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const registered = address;
  const free = (): void => {
    if (address === undefined) return;
    foreign.unregister(address);
    address = undefined;
  };
  return { address: registered, free, [Symbol.dispose]: free };
}
