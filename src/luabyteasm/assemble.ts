import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Chunk } from "./chunk.js";
import { type ParseOptions, type ParseResult, parseText } from "./text/parse.js";
import { type DescribeField, writeChunk } from "./write-chunk.js";

export interface AssembleOptions extends ParseOptions {
  /** Told about every field written: its byte offset, its size and what it means. */
  readonly describe?: DescribeField;
}

export type AssembleResult =
  | {
      readonly ok: true;
      readonly bytes: Uint8Array;
      readonly chunk: Chunk;
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * Parses a text of the assembler language into a chunk. All errors of the text are reported, with
 * line and column, sorted by position.
 * @param source the text, or its bytes: strings in it may then hold any bytes
 */
export function parse(source: string | Uint8Array, options: ParseOptions = {}): ParseResult {
  return parseText(source, options);
}

/**
 * Assembles a text into the bytes of a Lua 5.2 chunk. Never throws for bad input.
 * @param source the text, or its bytes: strings in it may then hold any bytes
 * @returns the bytes, the chunk they hold, and warnings; or, if anything is wrong, all diagnostics
 */
export function assemble(source: string | Uint8Array, options: AssembleOptions = {}): AssembleResult {
  const parsed = parseText(source, options);
  if (!parsed.ok) return parsed;
  const { chunk, diagnostics } = parsed;
  const written = writeChunk(chunk, options.describe === undefined ? {} : { describe: options.describe });
  if (!written.ok) return { ok: false, diagnostics: [...diagnostics, ...written.diagnostics] };
  return { ok: true, bytes: written.bytes, chunk, diagnostics };
}
