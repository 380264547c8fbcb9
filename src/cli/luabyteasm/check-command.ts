import { verifySource } from "../../luabyteasm/verify.js";
import { aliasesOf } from "./aliases.js";
import { andThen } from "./and-then.js";
import type { CommandArguments, CommandSpec, Outcome, ReportMessage } from "./command.js";
import { type FileOutcome, forEachFile } from "./each-file.js";
import { type LoadedChunk, loadChunk } from "./load-chunk.js";
import { type Message, messageOfFinding } from "./messages.js";
import { messageOptions } from "./options.js";

function checkLoaded(
  args: CommandArguments,
  report: ReportMessage,
  file: string,
  loaded: LoadedChunk,
): FileOutcome {
  if (!loaded.ok) return loaded;
  const strict = args.options.has("strict");
  let ok = true;
  const tell = (message: Message): void => {
    if (strict || message.diagnostic.severity === "error") ok = false;
    report(message);
  };
  loaded.messages.forEach(tell);
  verifySource(loaded.source, (finding) => tell(messageOfFinding(file, finding)));
  return { ok, messages: [] };
}

function run(args: CommandArguments, report: ReportMessage): Outcome | Promise<Outcome> {
  const checkFile = (file: string) =>
    andThen(loadChunk(file), (loaded) => checkLoaded(args, report, file, loaded));
  return forEachFile(args.files, checkFile, report);
}

export const checkCommand: CommandSpec = {
  name: "check",
  aliases: aliasesOf("check"),
  summary: "verify that bytecode cannot make stock Lua 5.2 touch what it does not own",
  operands: "<file...>",
  count: [1, Number.POSITIVE_INFINITY],
  options: [{ long: "strict", help: "exit with 1 for warnings as well" }, ...messageOptions],
  details: "Takes chunks and assembler text. Says nothing and exits with 0 when there is nothing to say.",
  run,
};
