import { FileError } from "../file-error.js";
import { type ColorChoice, loadPalette, wantsColorHere, writeStandardError } from "../terminal.js";
import {
  type CommandArguments,
  type CommandSpec,
  type Outcome,
  type ReportMessage,
  UsageError,
} from "./command.js";
import { type Message, messageOfFileError, renderMessages } from "./messages.js";

function writeText(text: string): void {
  writeStandardError(Buffer.from(text, "utf8"));
}

function outcomeOfError(error: unknown): Outcome {
  if (error instanceof FileError) return { exitCode: 1, messages: [messageOfFileError("-", error)] };
  if (!(error instanceof UsageError)) throw error;
  const diagnostic = { code: "usage", severity: "error", message: error.message } as const;
  return { exitCode: 2, messages: [{ diagnostic, file: "luabyteasm" }] };
}

function runSafely(
  command: CommandSpec,
  args: CommandArguments,
  report: ReportMessage,
): Outcome | Promise<Outcome> {
  try {
    const outcome = command.run(args, report);
    return outcome instanceof Promise ? outcome.catch(outcomeOfError) : outcome;
  } catch (error) {
    return outcomeOfError(error);
  }
}

/** Characters of messages written at a time. */
const sizePerWrite = 1 << 13;

/** Messages on their way to standard error. */
interface MessageLog {
  readonly report: ReportMessage;
  /** Writes what has not been written; the colour library is loaded only if it is needed. */
  readonly finish: () => void | Promise<void>;
}

/** Messages that are written as they come. */
function createPlainLog(format: string): MessageLog {
  let text = "";
  const finish = (): void => {
    if (text !== "") writeText(text);
    text = "";
  };
  const report = (message: Message): void => {
    text += renderMessages([message], format);
    if (text.length >= sizePerWrite) finish();
  };
  return { report, finish };
}

/** Messages in colour: they wait until the library is there. */
function createColorLog(format: string): MessageLog {
  const messages: Message[] = [];
  const finish = (): void | Promise<void> => {
    if (messages.length === 0) return;
    return loadPalette(true).then((palette) => writeText(renderMessages(messages, format, palette)));
  };
  return { report: (message) => messages.push(message), finish };
}

function createLog({ options }: CommandArguments): MessageLog {
  const format = options.get("diagnostics-format") ?? "gnu";
  const color = (options.get("color") ?? "auto") as ColorChoice;
  return format === "json" || !wantsColorHere(color) ? createPlainLog(format) : createColorLog(format);
}

function finishRun(log: MessageLog, { exitCode, messages }: Outcome): number | Promise<number> {
  for (const message of messages) log.report(message);
  const finished = log.finish();
  return finished instanceof Promise ? finished.then(() => exitCode) : exitCode;
}

/** Runs one command with its arguments parsed and prints what it has to say. */
export function execute(command: CommandSpec, args: CommandArguments): number | Promise<number> {
  const log = createLog(args);
  const outcome = runSafely(command, args, log.report);
  return outcome instanceof Promise
    ? outcome.then((settled) => finishRun(log, settled))
    : finishRun(log, outcome);
}
