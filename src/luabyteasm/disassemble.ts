import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Chunk } from "./chunk.js";
import { type ReadOptions, readChunk } from "./read-chunk.js";
import { type PrintOptions, printChunk } from "./text/print.js";

export interface DisassembleOptions extends ReadOptions, PrintOptions {}

export type DisassembleResult =
  | { readonly ok: true; readonly text: string; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** As {@link DisassembleResult}, with the text as ASCII bytes in segments. */
export type DisassembleBytesResult =
  | {
      readonly ok: true;
      readonly segments: readonly Uint8Array[];
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Prints a chunk as text that {@link parse} turns into the same chunk. */
export function print(chunk: Chunk, options: PrintOptions = {}): string {
  const decoder = new TextDecoder();
  const segments = printChunk(chunk, options);
  return segments.map((segment) => decoder.decode(segment)).join("");
}

/** As {@link disassemble}, for callers that write the text to a file: no string of its size is built. */
export function disassembleToBytes(
  bytes: Uint8Array,
  options: DisassembleOptions = {},
): DisassembleBytesResult {
  const read = readChunk(bytes, options);
  if (!read.ok) return read;
  return { ok: true, segments: printChunk(read.chunk, options), diagnostics: read.diagnostics };
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
