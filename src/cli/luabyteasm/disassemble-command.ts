import { openChunk } from "../../luabyteasm/read-chunk.js";
import { printChunk } from "../../luabyteasm/text/print.js";
import { produceFileAtomically } from "../output-file.js";
import { readInput } from "../read-input.js";
import { aliasesOf } from "./aliases.js";
import { type CommandArguments, type CommandSpec, type Outcome, UsageError } from "./command.js";
import { chooseOutput, type FileOutcome, writeEachFile } from "./each-file.js";
import { messagesAbout } from "./messages.js";
import { depfileOption, folderOption, messageOptions, outputOption } from "./options.js";
import { createOutputFolder } from "./write-result.js";

function outputOf(args: CommandArguments, file: string): string {
  return chooseOutput(args, file, { from: /\.(?:luac|out|lua)$/, to: ".lasm" }, () => {
    if (args.files.length > 1) throw new UsageError("several files need --output-dir");
    return "-";
  });
}

function disassembleFile(args: CommandArguments, file: string, output: string): FileOutcome {
  const { options } = args;
  const opened = openChunk(readInput(file), { refuseTrailing: options.has("strict") });
  const messages = messagesAbout(file, opened.diagnostics);
  if (!opened.ok) return { ok: false, messages };
  const { source } = opened;
  const comments = !options.has("no-comments");
  createOutputFolder(args, output);
  produceFileAtomically(output, (write) => printChunk(source, { comments }, write));
  return { ok: true, messages };
}

function run(args: CommandArguments): Outcome | Promise<Outcome> {
  return writeEachFile(
    args,
    (file) => outputOf(args, file),
    (file, output) => disassembleFile(args, file, output),
  );
}

export const disassembleCommand: CommandSpec = {
  name: "disassemble",
  aliases: aliasesOf("disassemble"),
  summary: "turn Lua 5.2 bytecode into text that assembles to the same bytes",
  operands: "<file...>",
  count: [1, Number.POSITIVE_INFINITY],
  options: [
    outputOption,
    folderOption,
    { long: "no-comments", help: "leave out the comments that explain operands" },
    { long: "strict", help: "refuse bytes behind the chunk instead of dropping them with a warning" },
    depfileOption,
    ...messageOptions,
  ],
  details: "Without --output the text goes to standard output.",
  run,
};
