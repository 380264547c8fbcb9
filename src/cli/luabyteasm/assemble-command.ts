import { type AnnotatedField, listAnnotatedHex } from "../../bytes/annotated-hex.js";
import { assemble } from "../../luabyteasm/assemble.js";
import { sourceOfChunk } from "../../luabyteasm/function-source.js";
import { writeFileAtomically } from "../output-file.js";
import { readInput } from "../read-input.js";
import { writeStandardError } from "../terminal.js";
import { aliasesOf } from "./aliases.js";
import { checkSource } from "./check-source.js";
import type { CommandArguments, CommandSpec, Outcome, ReportMessage } from "./command.js";
import { chooseOutput, type FileOutcome, writeEachFile } from "./each-file.js";
import { displayName, type Message, messagesAbout } from "./messages.js";
import {
  checkOption,
  depfileOption,
  folderOption,
  messageOptions,
  outputOption,
  strictOption,
} from "./options.js";
import { createOutputFolder, refuseTerminal } from "./write-result.js";

const linesPerWrite = 1000;

/** Writes every byte with its offset and meaning to standard error. */
function showBytes(bytes: Uint8Array, fields: readonly AnnotatedField[]): void {
  let lines: string[] = [];
  const flush = (): void => {
    if (lines.length > 0) writeStandardError(`${lines.join("\n")}\n`);
    lines = [];
  };
  for (const line of listAnnotatedHex(bytes, fields)) {
    lines.push(line);
    if (lines.length >= linesPerWrite) flush();
  }
  flush();
}

function outputOf(args: CommandArguments, file: string): string {
  const extension = { from: /\.(?:lasm|asm|txt)$/, to: ".luac" };
  const output = chooseOutput(args, file, extension, (beside) => beside);
  refuseTerminal(output);
  return output;
}

function assembleFile(
  args: CommandArguments,
  report: ReportMessage,
  file: string,
  output: string,
): FileOutcome {
  const { options } = args;
  const fields: AnnotatedField[] = [];
  const describe = (offset: number, size: number, meaning: string): void => {
    fields.push({ offset, size, meaning });
  };
  const result = assemble(readInput(file), {
    fileName: displayName(file),
    strict: options.has("strict"),
    ...(options.has("debug") ? { describe } : {}),
  });
  const messages: Message[] = [];
  // The list of bytes comes before the messages.
  const tell = options.has("debug") ? (message: Message) => messages.push(message) : report;
  messagesAbout(file, result.diagnostics).forEach(tell);
  if (!result.ok) return { ok: false, messages };
  if (options.has("check") && !checkSource(file, sourceOfChunk(result.chunk), tell))
    return { ok: false, messages };
  if (options.has("debug")) showBytes(result.bytes, fields);
  createOutputFolder(args, output);
  writeFileAtomically(output, result.bytes);
  return { ok: true, messages };
}

function run(args: CommandArguments, report: ReportMessage): Outcome | Promise<Outcome> {
  return writeEachFile(
    args,
    (file) => outputOf(args, file),
    (file, output) => assembleFile(args, report, file, output),
    report,
  );
}

export const assembleCommand: CommandSpec = {
  name: "assemble",
  aliases: aliasesOf("assemble"),
  summary: "assemble text (.lasm) into Lua 5.2 bytecode",
  operands: "<file...>",
  count: [1, Number.POSITIVE_INFINITY],
  options: [
    outputOption,
    folderOption,
    checkOption,
    strictOption,
    { long: "debug", help: "list every byte written, with offset and meaning, on standard error" },
    depfileOption,
    ...messageOptions,
  ],
  details:
    "Without --output each FILE.lasm gives FILE.luac beside it; standard input (-) goes to standard output.",
  run,
};
