// bundle entry
import { createListingRecorder } from "../translator/listing/listing-recorder.js";
import { renderListing } from "../translator/listing/render-listing.js";
import { type CliIo, createNodeIo } from "./io.js";
import { parseListingArguments } from "./listing-options.js";
import { runSubcommand } from "./run-subcommand.js";
import { exitCodes, translateForUse } from "./translate-command.js";
import type { TranslateRequest } from "./translate-request.js";

async function runRequest(request: TranslateRequest, io: CliIo): Promise<number> {
  const recorder = createListingRecorder();
  const result = await translateForUse(request, io, { recorder });
  if (result === undefined) return exitCodes.badInput;
  const { output, ifChanged } = request;
  io.writeFile(output, renderListing(recorder, result), { ifChanged });
  return exitCodes.fine;
}

/** Runs `dynasm listing` with its arguments: shows what each statement of a source becomes. */
export function runListing(argv: readonly string[], io: CliIo = createNodeIo()): Promise<number> {
  return runSubcommand({ name: "listing", parse: parseListingArguments, run: runRequest }, argv, io);
}
