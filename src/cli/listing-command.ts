// bundle entry
import { createListingRecorder } from "../translator/listing/listing-recorder.js";
import { renderListing } from "../translator/listing/render-listing.js";
import { type CliIo, createNodeIo } from "./io.js";
import { parseListingArguments } from "./listing-options.js";
import { exitCodes, reportFailure, translateForUse } from "./translate-command.js";
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
export async function runListing(argv: readonly string[], io: CliIo = createNodeIo()): Promise<number> {
  try {
    const request = parseListingArguments(argv);
    if (request.action.kind === "translate") return await runRequest(request, io);
    const { runCommand } = await import("./commands.js");
    return await runCommand(["help", "listing"]);
  } catch (error) {
    return reportFailure(error, argv, io, "listing");
  }
}
