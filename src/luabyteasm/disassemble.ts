import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Chunk } from "./chunk.js";
import { type ChunkSource, sourceOfChunk } from "./function-source.js";
import { openChunk, type ReadOptions } from "./read-chunk.js";
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

function printText(source: ChunkSource, options: PrintOptions): string {
  const decoder = new TextDecoder();
  let text = "";
  printChunk(source, options, (segment) => {
    text += decoder.decode(segment);
  });
  return text;
}

/** Prints a chunk as text that {@link parse} turns into the same chunk. */
export function print(chunk: Chunk, options: PrintOptions = {}): string {
  return printText(sourceOfChunk(chunk), options);
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
  const opened = openChunk(bytes, options);
  if (!opened.ok) return opened;
  printChunk(opened.source, options, write);
  return { ok: true, diagnostics: opened.diagnostics };
}

/**
 * Turns a Lua 5.2 chunk into text of the assembler language that {@link assemble} turns into the
 * same bytes. Never throws for bad input: a damaged chunk gives a diagnostic with its byte offset.
 * @param bytes the whole file
 */
export function disassemble(bytes: Uint8Array, options: DisassembleOptions = {}): DisassembleResult {
  const opened = openChunk(bytes, options);
  if (!opened.ok) return opened;
  return { ok: true, text: printText(opened.source, options), diagnostics: opened.diagnostics };
}
