import { diffSources, renderDiff } from "../../luabyteasm/diff.js";
import { FileError } from "../file-error.js";
import { andThen } from "./and-then.js";
import { type CommandArguments, type CommandSpec, type Outcome, UsageError } from "./command.js";
import { type LoadedChunk, loadChunk } from "./load-chunk.js";
import { messageOfFileError } from "./messages.js";
import { messageOptions, outputOption } from "./options.js";
import { writeText } from "./write-result.js";

function loadQuietly(file: string): LoadedChunk | Promise<LoadedChunk> {
  try {
    return loadChunk(file);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { ok: false, messages: [messageOfFileError(file, error)] };
  }
}

function compare(args: CommandArguments, one: LoadedChunk, other: LoadedChunk): Outcome {
  const messages = [...one.messages, ...other.messages];
  if (!one.ok || !other.ok) return { exitCode: 2, messages };
  const { options } = args;
  const result = diffSources(one.source, other.source, {
    ignoreDebug: options.has("ignore-debug"),
    ignoreConstantOrder: options.has("ignore-constant-order"),
    ignoreLayout: options.has("ignore-layout"),
  });
  if (options.has("json")) writeText(args, `${JSON.stringify(result)}\n`);
  else if (!options.has("quiet")) writeText(args, renderDiff(result));
  return { exitCode: result.same ? 0 : 1, messages };
}

function run(args: CommandArguments): Outcome | Promise<Outcome> {
  const [oldFile = "-", newFile = "-"] = args.files;
  if (oldFile === "-" && newFile === "-") throw new UsageError("only one of the two can be standard input");
  return andThen(loadQuietly(oldFile), (one) =>
    andThen(loadQuietly(newFile), (other) => compare(args, one, other)),
  );
}

export const diffCommand: CommandSpec = {
  name: "diff",
  summary: "compare two chunks function by function",
  operands: "<old> <new>",
  count: [2, 2],
  options: [
    { long: "ignore-debug", help: "ignore what stripping removes, and the lines of definition" },
    { long: "ignore-constant-order", help: "compare constants by value, not by number" },
    { long: "ignore-layout", help: "ignore byte order and sizes" },
    { long: "quiet", short: "q", help: "say nothing, only set the exit code" },
    { long: "json", help: "the differences as one JSON object" },
    outputOption,
    ...messageOptions,
  ],
  details: "Exit status: 0 the same, 1 different, 2 trouble.",
  run,
};
