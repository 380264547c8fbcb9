import type { Readable, Writable } from "node:stream";
import { type TranslateOptions, type TranslationResult, translate } from "../translator/index.js";
import { toByteText } from "./byte-text.js";
import { createIncludeReader } from "./node-includes.js";
import { writeFileAtomically } from "./output-file.js";
import { readInputText } from "./read-input.js";

export { createIncludeReader } from "./node-includes.js";

/** Options with includes read from the file system, unless the caller reads them. */
function withIncludes(options: TranslateOptions): TranslateOptions {
  return options.readInclude === undefined ? { ...options, readInclude: createIncludeReader() } : options;
}

/** The language that a file name asks for: Lua for `.dasl`, else C. */
export function languageOfFile(name: string): "c" | "lua" {
  return name.endsWith(".dasl") ? "lua" : "c";
}

/**
 * Translates a file. The language follows from the extension unless given.
 *
 * @param input Path of the source.
 * @param output Path of the result, written whole and only if there are no errors; none if omitted.
 * @throws FileError (`message` is one line) for files that can't be read or written.
 */
export function translateFile(
  input: string,
  output?: string,
  options: TranslateOptions = {},
): TranslationResult {
  const result = translate(readInputText(input), {
    fileName: toByteText(input),
    language: languageOfFile(input),
    ...withIncludes(options),
  });
  if (result.ok && output !== undefined) writeFileAtomically(output, result.output);
  return result;
}

/** A piece of a stream as byte text. Strings are what the stream made of bytes with its encoding. */
function pieceText(piece: unknown, encoding: BufferEncoding): string {
  const bytes = typeof piece === "string" ? Buffer.from(piece, encoding) : Buffer.from(piece as Uint8Array);
  return bytes.toString("latin1");
}

/** Waits until a stream takes more; fails when it is broken or closed before that. */
function drained(output: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error | null): void => {
      output.off("drain", settle).off("error", settle).off("close", fail);
      if (error) reject(error);
      else resolve();
    };
    const fail = (): void => settle(output.errored ?? new Error("the output was closed"));
    output.on("drain", settle).on("error", settle).on("close", fail);
    if (output.destroyed) fail();
  });
}

/**
 * Translates what a stream delivers and writes the result to another stream, which is left open.
 * With errors in the input nothing is written.
 *
 * @param input Bytes, or strings: as the stream's encoding has decoded them, UTF-8 if it has none.
 * @throws the error of a stream that fails.
 */
export async function translateStream(
  input: Readable,
  output: Writable,
  options: TranslateOptions = {},
): Promise<TranslationResult> {
  const pieces: string[] = [];
  for await (const piece of input) {
    pieces.push(pieceText(piece, input.readableEncoding ?? "utf8"));
  }
  const result = translate(pieces, { fileName: "(stream)", ...withIncludes(options) });
  if (!result.ok) return result;
  for (const piece of result.pieces()) {
    if (!output.write(piece, "latin1")) await drained(output);
  }
  return result;
}
