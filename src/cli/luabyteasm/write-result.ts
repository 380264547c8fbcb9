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
