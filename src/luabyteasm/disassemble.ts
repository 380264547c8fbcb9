import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Chunk } from "./chunk.js";
import { type ReadOptions, readChunk } from "./read-chunk.js";
import { type PrintOptions, printChunk } from "./text/print.js";
import type { TextSink } from "./text/text-writer.js";

export interface DisassembleOptions extends ReadOptions, PrintOptions {}

export type DisassembleResult =
  | { readonly ok: true; readonly text: string; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** What a disassembly that handed its text on says. */
export interface DisassembleToResult {
  readonly ok: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** Prints a chunk as text that {@link parse} turns into the same chunk. */
export function print(chunk: Chunk, options: PrintOptions = {}): string {
  const decoder = new TextDecoder();
  let text = "";
  printChunk(chunk, options, (segment) => {
    text += decoder.decode(segment);
  });
  return text;
}

/**
 * As {@link disassemble}, for callers that write the text to a file: it is handed over piece by piece,
 * and never held as a whole.
 *
 * @param bytes the whole file
 * @param write is given the text as ASCII bytes, which are valid during the call only; not called if
 *   the chunk is damaged
 */
export function disassembleTo(
  bytes: Uint8Array,
  write: TextSink,
  options: DisassembleOptions = {},
): DisassembleToResult {
  const read = readChunk(bytes, options);
  if (!read.ok) return read;
  printChunk(read.chunk, options, write);
  return { ok: true, diagnostics: read.diagnostics };
}

/**
 * Turns a Lua 5.2 chunk into text of the assembler language that {@link assemble} turns into the
 * same bytes. Never throws for bad input: a damaged chunk gives a diagnostic with its byte offset.
 * @param bytes the whole file
 */
export function disassemble(bytes: Uint8Array, options: DisassembleOptions = {}): DisassembleResult {
  const read = readChunk(bytes, options);
  if (!read.ok) return read;
  return { ok: true, text: print(read.chunk, options), diagnostics: read.diagnostics };
}
