import { mkdirSync } from "node:fs";
import { describeFileError } from "../file-error.js";
import { writeFileAtomically } from "../output-file.js";
import { type CommandArguments, UsageError } from "./command.js";

/** Writes text for people, which is UTF-8, to `--output` or standard output. */
export function writeText(args: CommandArguments, text: string): void {
  writeFileAtomically(args.options.get("output") ?? "-", Buffer.from(text, "utf8"));
}

/** Keeps binary output off terminals. */
export function refuseTerminal(output: string): void {
  if (output !== "-" || !process.stdout.isTTY) return;
  throw new UsageError("a chunk is binary and not written to a terminal: name a file with --output");
}

/**
 * Creates the folder that `--output-dir` names, with those around it, unless it is there. To be called when the
 * output is complete: a run that fails leaves no folder behind.
 *
 * @throws FileError when that is impossible
 */
export function createOutputFolder(args: CommandArguments, output: string): void {
  const folder = args.options.get("output-dir");
  if (folder === undefined || output === "-") return;
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw describeFileError("create", folder, error);
  }
}
