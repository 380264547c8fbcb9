import { verify } from "../../luabyteasm/verify.js";
import type { CommandArguments, CommandSpec, Outcome } from "./command.js";
import { type FileOutcome, forEachFile } from "./each-file.js";
import { loadChunk } from "./load-chunk.js";
import { type Message, messageOfFinding } from "./messages.js";
import { messageOptions } from "./options.js";

function checkFile(args: CommandArguments, file: string): FileOutcome {
  const loaded = loadChunk(file);
  if (!loaded.ok) return loaded;
  const findings = verify(loaded.chunk);
  const messages: Message[] = [
    ...loaded.messages,
    ...findings.map((finding) => messageOfFinding(file, finding)),
  ];
  const strict = args.options.has("strict");
  const bad = messages.some(({ diagnostic }) => strict || diagnostic.severity === "error");
  return { ok: !bad, messages };
}

function run(args: CommandArguments): Outcome {
  return forEachFile(args.files, (file) => checkFile(args, file));
}

export const checkCommand: CommandSpec = {
  name: "check",
  aliases: ["verify"],
  summary: "verify that bytecode cannot make stock Lua 5.2 touch what it does not own",
  operands: "<file...>",
  count: [1, Number.POSITIVE_INFINITY],
  options: [{ long: "strict", help: "exit with 1 for warnings as well" }, ...messageOptions],
  details: "Takes chunks and assembler text. Says nothing and exits with 0 when there is nothing to say.",
  run,
};
