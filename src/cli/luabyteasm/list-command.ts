import type { ChunkSource } from "../../luabyteasm/function-source.js";
import { listSourceTo } from "../../luabyteasm/list.js";
import { produceFileAtomically } from "../output-file.js";
import type { CommandArguments, CommandSpec, Outcome } from "./command.js";
import { forEachFile } from "./each-file.js";
import { loadChunk } from "./load-chunk.js";
import { messageOptions, outputOption } from "./options.js";
import { createTextOutput } from "./write-result.js";

function run(args: CommandArguments): Outcome {
  const chunks: { readonly file: string; readonly source: ChunkSource }[] = [];
  const tables = !args.options.has("code-only");
  const outcome = forEachFile(args.files, (file) => {
    const loaded = loadChunk(file);
    if (loaded.ok) chunks.push({ file, source: loaded.source });
    return loaded;
  });
  if (chunks.length === 0) return outcome;
  produceFileAtomically(args.options.get("output") ?? "-", (write) => {
    const { put, flush } = createTextOutput(write);
    for (const { file, source } of chunks) {
      if (args.files.length > 1) put(`${file}:\n`);
      listSourceTo(source, put, { tables });
    }
    flush();
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
