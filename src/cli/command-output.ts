import type { Command } from "commander";
import { writeStandardError, writeStandardOutput } from "./terminal.js";

/** Lets a command and its subcommands write to this process's streams and throw instead of ending the process. */
export function configureOutput(command: Command): void {
  const write = (to: typeof writeStandardOutput) => (text: string) => to(Buffer.from(text, "utf8"));
  command
    .exitOverride()
    .configureOutput({ writeOut: write(writeStandardOutput), writeErr: write(writeStandardError) })
    .showHelpAfterError("(add --help for the usage)");
  for (const child of command.commands) configureOutput(child);
}
