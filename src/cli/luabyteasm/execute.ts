import { FileError } from "../file-error.js";
import { type ColorChoice, loadPalette, wantsColorHere, writeStandardError } from "../terminal.js";
import { type CommandArguments, type CommandSpec, type Outcome, UsageError } from "./command.js";
import { messageOfFileError, renderMessages } from "./messages.js";

function writeText(text: string): void {
  writeStandardError(Buffer.from(text, "utf8"));
}

function outcomeOfError(error: unknown): Outcome {
  if (error instanceof FileError) return { exitCode: 1, messages: [messageOfFileError("-", error)] };
  if (!(error instanceof UsageError)) throw error;
  const diagnostic = { code: "usage", severity: "error", message: error.message } as const;
  return { exitCode: 2, messages: [{ diagnostic, file: "luabyteasm" }] };
}

function runSafely(command: CommandSpec, args: CommandArguments): Outcome | Promise<Outcome> {
  try {
    const outcome = command.run(args);
    return outcome instanceof Promise ? outcome.catch(outcomeOfError) : outcome;
  } catch (error) {
    return outcomeOfError(error);
  }
}

/** Prints the messages of a run; the colour library is loaded only if it is needed. */
function finish(args: CommandArguments, { exitCode, messages }: Outcome): number | Promise<number> {
  if (messages.length === 0) return exitCode;
  const format = args.options.get("diagnostics-format") ?? "gnu";
  const color = (args.options.get("color") ?? "auto") as ColorChoice;
  if (format === "json" || !wantsColorHere(color)) {
    writeText(renderMessages(messages, format));
    return exitCode;
  }
  return loadPalette(true).then((palette) => {
    writeText(renderMessages(messages, format, palette));
    return exitCode;
  });
}

/** Runs one command with its arguments parsed and prints what it has to say. */
export function execute(command: CommandSpec, args: CommandArguments): number | Promise<number> {
  const outcome = runSafely(command, args);
  return outcome instanceof Promise
    ? outcome.then((settled) => finish(args, settled))
    : finish(args, outcome);
}
