import { disassembleToBytes } from "../../luabyteasm/disassemble.js";
import { writeFileAtomically } from "../output-file.js";
import { readInput } from "../read-input.js";
import { type CommandArguments, type CommandSpec, type Outcome, UsageError } from "./command.js";
import { chooseOutput, type FileOutcome, writeEachFile } from "./each-file.js";
import { messagesAbout } from "./messages.js";
import { depfileOption, folderOption, messageOptions, outputOption } from "./options.js";

function outputOf(args: CommandArguments, file: string): string {
  return chooseOutput(args, file, { from: /\.(?:luac|out|lua)$/, to: ".lasm" }, () => {
    if (args.files.length > 1) throw new UsageError("several files need --output-dir");
    return "-";
  });
}

function disassembleFile(args: CommandArguments, file: string, output: string): FileOutcome {
  const result = disassembleToBytes(readInput(file), {
    comments: !args.options.has("no-comments"),
    refuseTrailing: args.options.has("strict"),
  });
  const messages = messagesAbout(file, result.diagnostics);
  if (!result.ok) return { ok: false, messages };
  writeFileAtomically(output, result.segments);
  return { ok: true, messages };
}

function run(args: CommandArguments): Outcome {
  return writeEachFile(
    args,
    (file) => outputOf(args, file),
    (file, output) => disassembleFile(args, file, output),
  );
}

export const disassembleCommand: CommandSpec = {
  name: "disassemble",
  aliases: ["dis"],
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
