import { type Chunk, MAX_DEPTH, type Prototype } from "./chunk.js";
import { verifyCode } from "./verify-code.js";
import { verifyFlow } from "./verify-flow.js";
import { verifyFunction } from "./verify-function.js";
import type { Finding, FindingList, FindingStore } from "./verify-rules.js";

export { type Finding, RULES, type RuleName } from "./verify-rules.js";

export interface VerifyOptions {
  /** Most errors and most warnings to return; later ones are dropped (default 10,000 each). */
  readonly limit?: number;
}

const DEFAULT_LIMIT = 10_000;

function verifyPrototype(
  store: FindingStore,
  prototype: Prototype,
  parent: Prototype | undefined,
  path: string,
  level: number,
): void {
  const list: FindingList = { path, store, hasError: false };
  verifyFunction(list, prototype, parent, level);
  verifyCode(list, prototype);
  if (!list.hasError) verifyFlow(list, prototype);
  if (level > MAX_DEPTH) return; // Reported; those inside would only be reported again.
  prototype.prototypes.forEach((nested, index) => {
    verifyPrototype(store, nested, prototype, `${path}/${index}`, level + 1);
  });
}

/**
 * Checks that a chunk cannot make stock Lua 5.2 read or write outside the objects it owns. Rules about a
 * function as a whole, then about its instructions, then, if there was no error, about the flow of values
 * through it (which stops at its first error).
 * @returns findings, functions in depth-first order; none for anything luac 5.2 writes
 */
export function verify(chunk: Chunk, options: VerifyOptions = {}): readonly Finding[] {
  const limit = options.limit ?? DEFAULT_LIMIT;
  const store: FindingStore = { findings: [], room: { error: limit, warning: limit } };
  verifyPrototype(store, chunk.main, undefined, "main", 1);
  return store.findings;
}
