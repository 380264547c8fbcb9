import { type Chunk, MAX_DEPTH } from "./chunk.js";
import { type ChunkSource, type FunctionSource, forEachNested, sourceOfChunk } from "./function-source.js";
import { verifyCode } from "./verify-code.js";
import { verifyFlow } from "./verify-flow.js";
import { type EnclosingFunction, verifyFunction } from "./verify-function.js";
import type { Finding, FindingList, FindingStore } from "./verify-rules.js";

export { type Finding, RULES, type RuleName } from "./verify-rules.js";

export interface VerifyOptions {
  /** Most errors and most warnings to return; later ones are dropped (default 10,000 each). */
  readonly limit?: number;
}

const DEFAULT_LIMIT = 10_000;

/** The rules about one function without those inside. Returns what the latter need to know of it. */
function verifyParts(
  store: FindingStore,
  source: FunctionSource,
  parent: EnclosingFunction | undefined,
  path: string,
  level: number,
): EnclosingFunction {
  const list: FindingList = { path, store, hasError: false };
  const parts = source.read();
  verifyFunction(list, parts, parent, level);
  verifyCode(list, parts, source.nestedCount);
  if (!list.hasError) verifyFlow(list, parts, source);
  const { maxStackSize, upvalues } = parts;
  return { maxStackSize, upvalues };
}

function verifyTree(
  store: FindingStore,
  source: FunctionSource,
  parent: EnclosingFunction | undefined,
  path: string,
  level: number,
): void {
  const enclosing = verifyParts(store, source, parent, path, level);
  if (level > MAX_DEPTH) return; // Reported; those inside would only be reported again.
  forEachNested(source, (nested, index) => {
    verifyTree(store, nested, enclosing, `${path}/${index}`, level + 1);
  });
}

/** As {@link verify}, for a chunk whose functions are read one at a time: hands over each finding at once. */
export function verifySource(
  { main }: ChunkSource,
  report: (finding: Finding) => void,
  options: VerifyOptions = {},
): void {
  const limit = options.limit ?? DEFAULT_LIMIT;
  verifyTree({ report, room: { error: limit, warning: limit } }, main, undefined, "main", 1);
}

/**
 * Checks that a chunk cannot make stock Lua 5.2 read or write outside the objects it owns. Rules about a
 * function as a whole, then about its instructions, then, if there was no error, about the flow of values
 * through it (which stops at its first error).
 * @returns findings, functions in depth-first order; none for anything luac 5.2 writes
 */
export function verify(chunk: Chunk, options: VerifyOptions = {}): readonly Finding[] {
  const findings: Finding[] = [];
  verifySource(sourceOfChunk(chunk), (finding) => findings.push(finding), options);
  return findings;
}
