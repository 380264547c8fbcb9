import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Chunk } from "./chunk.js";
import type { ChunkSource } from "./function-source.js";
import { type AcceptedScan, scanChunk } from "./scan-chunk.js";
import { openFunctions } from "./stored-functions.js";

export interface ReadOptions {
  /** True makes bytes after the main function an error instead of a warning (default false). */
  readonly refuseTrailing?: boolean;
}

interface Refused {
  readonly ok: false;
  readonly diagnostics: readonly Diagnostic[];
}

export type ReadResult =
  | { readonly ok: true; readonly chunk: Chunk; readonly diagnostics: readonly Diagnostic[] }
  | Refused;

/** As {@link ReadResult}, for a chunk whose functions are read when they are asked for. */
export type OpenResult =
  | { readonly ok: true; readonly source: ChunkSource; readonly diagnostics: readonly Diagnostic[] }
  | Refused;

function checkBytes(bytes: Uint8Array, options: ReadOptions): AcceptedScan | Refused {
  const scan = scanChunk(bytes);
  if (!scan.ok) return { ok: false, diagnostics: [scan.diagnostic] };
  if (options.refuseTrailing !== true || scan.end === bytes.length) return scan;
  const refuse = (warning: Diagnostic): Diagnostic =>
    warning.code === "trailing" ? { ...warning, severity: "error" } : warning;
  return { ok: false, diagnostics: scan.warnings.map(refuse) };
}

/**
 * As {@link readChunk}, but the functions stay in the bytes until they are asked for. The bytes must not change
 * meanwhile.
 */
export function openChunk(bytes: Uint8Array, options: ReadOptions = {}): OpenResult {
  const checked = checkBytes(bytes, options);
  if (!checked.ok) return checked;
  const { header, functions, warnings } = checked;
  const main = openFunctions(bytes, header, functions).source;
  return { ok: true, source: { header, main }, diagnostics: warnings };
}

/**
 * Reads a Lua 5.2 binary chunk of any layout.
 * @param bytes the whole file
 * @returns the chunk, with warnings (`format`, `trailing`), or the first fault with its byte `offset` (codes
 *   not-a-chunk, version, header-layout, header-tail, truncated, negative, count, constant-type,
 *   constant-null, string-end, upvalue-names, depth)
 */
export function readChunk(bytes: Uint8Array, options: ReadOptions = {}): ReadResult {
  const checked = checkBytes(bytes, options);
  if (!checked.ok) return checked;
  const { header, functions, warnings } = checked;
  const main = openFunctions(bytes, header, functions).readAll();
  return { ok: true, chunk: { header, main }, diagnostics: warnings };
}
