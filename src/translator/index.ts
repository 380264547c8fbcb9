import * as luaparse from "luaparse";
import type { TranslateOptions } from "./options.js";
import type { SourceText } from "./source-text.js";
import { type TranslationResult, translateWith } from "./translate.js";

export type { EngineVersion } from "./architecture.js";
export type { ListedPut, ListedStatement, ListingRecorder } from "./listing/listing-recorder.js";
export { createListingRecorder } from "./listing/listing-recorder.js";
export { renderListing } from "./listing/render-listing.js";
export type { IncludeResult, Target, TargetOs, TranslateOptions, WarningOptions } from "./options.js";
export type { SourceText } from "./source-text.js";
export type { RecordedStatement, StatementRecorder } from "./statement-recorder.js";
export type { TranslationFailure, TranslationResult, TranslationSuccess } from "./translate.js";

/**
 * Translates a DynASM source (C or Lua with assembler lines) to C or Lua.
 *
 * @param source The text, one character per byte (latin-1), or pieces of it.
 * @param options Language, names, includes, output details; all optional.
 * @returns the output with the map from action-list offsets to lines, or the errors. Bad input
 * never throws; `readInclude` may, and its exception is passed on.
 */
export function translate(source: SourceText, options: TranslateOptions = {}): TranslationResult {
  return translateWith({ loadLuaParser: () => luaparse }, source, options);
}

/**
 * Translates and hands the output to a function piece by piece, in complete lines.
 * With errors in the input the function is not called.
 */
export function translateTo(
  source: SourceText,
  write: (piece: string) => void,
  options: TranslateOptions = {},
): TranslationResult {
  const result = translate(source, options);
  if (result.ok) for (const piece of result.pieces()) write(piece);
  return result;
}

/**
 * Translates and returns the output as an iterator of pieces, in complete lines.
 * @throws TranslationError, which carries the diagnostics, for errors in the input.
 */
export function translateToIterator(
  source: SourceText,
  options: TranslateOptions = {},
): IterableIterator<string> {
  const result = translate(source, options);
  if (!result.ok) throw new TranslationError(result);
  return result.pieces().values();
}

/** Thrown by functions that have no other way to say that a translation failed. */
export class TranslationError extends Error {
  override readonly name = "TranslationError";
  readonly diagnostics: TranslationResult["diagnostics"];

  constructor(result: TranslationResult) {
    const first = result.diagnostics.find(({ severity }) => severity === "error");
    super(first === undefined ? "translation failed" : describe(first));
    this.diagnostics = result.diagnostics;
  }
}

function describe(diagnostic: TranslationResult["diagnostics"][number]): string {
  const { span, message } = diagnostic;
  return span === undefined ? message : `${span.file}:${span.line}:${span.column}: ${message}`;
}
