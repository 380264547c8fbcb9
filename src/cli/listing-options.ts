import { readArguments } from "./read-arguments.js";
import { type CommandOption, translateOptions } from "./translate-options.js";
import { createTranslateRequest, type TranslateRequest } from "./translate-request.js";
import { UsageError } from "./usage-error.js";

const shared = [
  ...["help", "outfile", "if-changed", "include", "lang", "target", "dasm-version", "flushline"],
  ...["D", "U", "diagnostics-format", "max-errors", "color"],
];

/** The options of `dynasm listing`: those of `translate` that matter to it. */
export const listingOptions: readonly CommandOption<TranslateRequest>[] = translateOptions.filter(
  ({ short, long }) => shared.includes(long ?? short ?? ""),
);

/** Reads options and one file in any order. Throws a UsageError. */
export function parseListingArguments(argv: readonly string[]): TranslateRequest {
  const request: TranslateRequest = { ...createTranslateRequest(), comments: "none", lineDirectives: false };
  readArguments(listingOptions, request, argv);
  const count = request.files.length;
  if (request.action.kind === "translate" && count !== 1) {
    throw new UsageError(count === 0 ? "no input file" : `one input file is needed, not ${count}`, "");
  }
  return request;
}
