import type { Chunk } from "../../luabyteasm/chunk.js";
import { listChunkTo } from "../../luabyteasm/list.js";
import { produceFileAtomically } from "../output-file.js";
import type { CommandArguments, CommandSpec, Outcome } from "./command.js";
import { forEachFile } from "./each-file.js";
import { loadChunk } from "./load-chunk.js";
import { messageOptions, outputOption } from "./options.js";

function run(args: CommandArguments): Outcome {
  const chunks: { readonly file: string; readonly chunk: Chunk }[] = [];
  const tables = !args.options.has("code-only");
  const outcome = forEachFile(args.files, (file) => {
    const loaded = loadChunk(file);
    if (loaded.ok) chunks.push({ file, chunk: loaded.chunk });
    return loaded;
  });
  if (chunks.length === 0) return outcome;
  produceFileAtomically(args.options.get("output") ?? "-", (write) => {
    const writeLines = (text: string): void => write(Buffer.from(text, "utf8"));
    for (const { file, chunk } of chunks) {
      if (args.files.length > 1) writeLines(`${file}:\n`);
      listChunkTo(chunk, writeLines, { tables });
    }
  });
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
