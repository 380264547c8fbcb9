import { basename, dirname, join } from "node:path";
import { FileError } from "../file-error.js";
import { type CommandArguments, type Outcome, UsageError } from "./command.js";
import { type Message, messageOfFileError } from "./messages.js";

/** Result of one file of several. */
export interface FileOutcome {
  readonly ok: boolean;
  readonly messages: readonly Message[];
}

/** Runs something for every file; one that fails does not stop the others, but makes the exit code 1. */
export function forEachFile(files: readonly string[], run: (file: string) => FileOutcome): Outcome {
  const messages: Message[] = [];
  let exitCode = 0;
  for (const file of files) {
    const outcome = runOne(file, run);
    messages.push(...outcome.messages);
    if (!outcome.ok) exitCode = 1;
  }
  return { exitCode, messages };
}

function runOne(file: string, run: (file: string) => FileOutcome): FileOutcome {
  try {
    return run(file);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { ok: false, messages: [messageOfFileError(file, error)] };
  }
}

function replaceExtension(path: string, from: RegExp, to: string): string {
  const name = basename(path).replace(from, "");
  return join(dirname(path), `${name}${to}`);
}

/**
 * Where the result for an input goes: as `--output` or `--output-dir` say, otherwise what the command
 * does by itself.
 * @param extension of outputs in a folder, and what it replaces
 * @throws UsageError when the options contradict each other
 */
export function chooseOutput(
  args: CommandArguments,
  file: string,
  extension: { readonly from: RegExp; readonly to: string },
  otherwise: (besideInput: string) => string,
): string {
  const output = args.options.get("output");
  const folder = args.options.get("output-dir");
  if (output !== undefined && folder !== undefined) {
    throw new UsageError("--output and --output-dir exclude each other");
  }
  if (output !== undefined && args.files.length > 1) {
    throw new UsageError("--output takes one input file: use --output-dir for several");
  }
  if (output !== undefined) return output;
  if (file === "-") return "-";
  const beside = replaceExtension(file, extension.from, extension.to);
  return folder === undefined ? otherwise(beside) : join(folder, basename(beside));
}
