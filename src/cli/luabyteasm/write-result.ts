import { writeFileAtomically } from "../output-file.js";
import { type CommandArguments, UsageError } from "./command.js";

/** Where text for people goes: `--output`, or standard output. */
export function writeText(args: CommandArguments, text: string): void {
  writeFileAtomically(args.options.get("output") ?? "-", text);
}

/** A file name as it stands in text with one character per byte. */
export function nameAsBytes(path: string): string {
  return Buffer.from(path, "utf8").toString("latin1");
}

/** Keeps binary output off terminals. */
export function refuseTerminal(output: string): void {
  if (output !== "-" || !process.stdout.isTTY) return;
  throw new UsageError("a chunk is binary and not written to a terminal: name a file with --output");
}
