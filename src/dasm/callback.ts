import { DasmError, usageError } from "./dasm-error.js";
import { type ForeignFunction, findPrototype, requireForeign } from "./foreign.js";

/** An exception that waits for machine code to return. */
interface Problem {
  readonly error: unknown;
}

/** What runs at the moment. Machine code and callbacks call each other like any functions, on one thread. */
const activity: { calls: number; callbacks: number; problem: Problem | undefined } = {
  /** Calls of machine code that have not returned. */
  calls: 0,
  /** Callbacks that have not returned. */
  callbacks: 0,
  /** Thrown by a callback of the innermost call. */
  problem: undefined,
};

/** Whether a callback from machine code is running. */
export function isInCallback(): boolean {
  return activity.callbacks > 0;
}

/** Makes a function that calls machine code, and throws what a callback of it threw. */
export function guardCalls(
  call: ForeignFunction,
  requireAlive: () => void,
): (...args: readonly unknown[]) => unknown {
  // One closure without calls of its own: a call of machine code takes a few dozen nanoseconds.
  return (...args) => {
    requireAlive();
    activity.calls += 1;
    let result: unknown;
    try {
      result = call(...args);
    } catch (error) {
      activity.calls -= 1;
      throw takeProblem(error);
    }
    activity.calls -= 1;
    if (activity.problem !== undefined) throw takeProblem(undefined);
    return result;
  };
}

/** Forgets the exception of a callback, which is thrown instead of `error`. */
function takeProblem(error: unknown): unknown {
  const { problem } = activity;
  activity.problem = undefined;
  return problem === undefined ? error : problem.error;
}

/** A JavaScript function that machine code can call. */
export interface MachineCallback {
  /** Address to call, with the C calling convention of the system. */
  readonly address: bigint;
  /** Takes the address out of use. Code must not call it any more. A second call does nothing. */
  free(): void;
  [Symbol.dispose](): void;
}

/** How results of a callback are checked, and what machine code gets when there is none. */
interface ResultKind {
  readonly nothing: unknown;
  readonly check: (value: unknown) => boolean;
  readonly needed: string;
}

const VOID: ResultKind = { nothing: undefined, check: () => true, needed: "nothing" };
const POINTER: ResultKind = {
  nothing: null,
  check: (value) => value !== undefined,
  needed: "a pointer, null or a string",
};
const NUMBER: ResultKind = {
  nothing: 0,
  check: (value) => typeof value === "number" || typeof value === "bigint",
  needed: "a number or bigint",
};
const BOOLEAN: ResultKind = {
  nothing: false,
  check: (value) => typeof value === "boolean",
  needed: "a boolean",
};

/** The kind of result that a prototype has, by the words in front of its parameters. */
function findResultKind(prototype: string): ResultKind {
  const [result = ""] = prototype.split("(");
  if (/\*|\bstr(ing)?(16|32)?\b/.test(result)) return POINTER;
  if (/\bvoid\b/.test(result)) return VOID;
  return /\bbool\b/.test(result) ? BOOLEAN : NUMBER;
}

/** Runs a callback. Its exceptions wait until the machine code has returned, which needs some result. */
function runCallback(prototype: string, kind: ResultKind, run: () => unknown): unknown {
  // Machine code called past `code.fn` has nobody to throw it later.
  if (activity.calls > 0 && activity.problem !== undefined) return kind.nothing;
  activity.callbacks += 1;
  try {
    const result = run();
    if (kind === VOID) return undefined;
    if (kind.check(result)) return result;
    throw usageError(
      `callback ${prototype}: the result is of type ${typeof result}, ${kind.needed} is needed`,
    );
  } catch (error) {
    if (activity.calls === 0) throw error;
    activity.problem = { error };
    return kind.nothing;
  } finally {
    activity.callbacks -= 1;
  }
}

/**
 * Makes a JavaScript function callable from machine code. It may only be called while a function
 * made by `code.fn` runs, on the same thread. An exception of the function does not interrupt the
 * machine code: it gets 0, null or false as the result, further callbacks give the same without
 * being run, and the exception is thrown when the machine code has returned.
 * @param prototype C prototype in koffi's notation, for example `int32_t (int32_t)`
 * @param callback the function; it gets its arguments and its result is converted as the prototype says
 * @throws DasmError if koffi is missing or does not understand the prototype
 */
export function createCallback(prototype: string, callback: (...args: never[]) => unknown): MachineCallback {
  if (typeof callback !== "function") throw usageError(`callback ${prototype}: a function is needed`);
  const foreign = requireForeign();
  const kind = findResultKind(String(prototype));
  const guarded = (...args: never[]): unknown => runCallback(prototype, kind, () => callback(...args));
  let address: bigint | undefined;
  try {
    address = foreign.register(guarded, foreign.pointer(findPrototype(foreign, prototype)));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DasmError("usage", `callback ${prototype}: ${reason}`);
  }
  const registered = address;
  const free = (): void => {
    if (address === undefined) return;
    foreign.unregister(address);
    address = undefined;
  };
  return { address: registered, free, [Symbol.dispose]: free };
}
