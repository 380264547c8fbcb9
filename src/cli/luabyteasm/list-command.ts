import { listChunk } from "../../luabyteasm/list.js";
import type { CommandArguments, CommandSpec, Outcome } from "./command.js";
import { forEachFile } from "./each-file.js";
import { loadChunk } from "./load-chunk.js";
import { messageOptions, outputOption } from "./options.js";
import { writeText } from "./write-result.js";

function run(args: CommandArguments): Outcome {
  const parts: string[] = [];
  const tables = !args.options.has("code-only");
  const outcome = forEachFile(args.files, (file) => {
    const loaded = loadChunk(file);
    if (!loaded.ok) return loaded;
    if (args.files.length > 1) parts.push(`${file}:\n`);
    parts.push(listChunk(loaded.chunk, { tables }));
    return loaded;
  });
  if (parts.length > 0) writeText(args, parts.join(""));
  return outcome;
}

export const listCommand: CommandSpec = {
  name: "list",
  summary: "list bytecode as luac -l -l does, for chunks of any layout",
  operands: "<file...>",
  count: [1, Number.POSITIVE_INFINITY],
  options: [
    { long: "code-only", help: "leave out the tables of constants, locals and upvalues (luac -l)" },
    outputOption,
    ...messageOptions,
  ],
  details: "Takes chunks and assembler text.",
  run,
};
