import type { ChunkSource } from "../../luabyteasm/function-source.js";
import { listSourceTo } from "../../luabyteasm/list.js";
import { produceFileAtomically } from "../output-file.js";
import { andThen } from "./and-then.js";
import type { CommandArguments, CommandSpec, Outcome } from "./command.js";
import { forEachFile } from "./each-file.js";
import { loadChunk } from "./load-chunk.js";
import { messageOptions, outputOption } from "./options.js";

interface LoadedFile {
  readonly file: string;
  readonly source: ChunkSource;
}

function writeListings(args: CommandArguments, loadedFiles: readonly LoadedFile[]): void {
  const tables = !args.options.has("code-only");
  produceFileAtomically(args.options.get("output") ?? "-", (write) => {
    for (const { file, source } of loadedFiles) {
      if (args.files.length > 1) write(Buffer.from(`${file}:\n`, "utf8"));
      listSourceTo(source, write, { tables });
    }
  });
}

function run(args: CommandArguments): Outcome | Promise<Outcome> {
  const loadedFiles: LoadedFile[] = [];
  const loadFile = (file: string) =>
    andThen(loadChunk(file), (loaded) => {
      if (loaded.ok) loadedFiles.push({ file, source: loaded.source });
      return loaded;
    });
  return andThen(forEachFile(args.files, loadFile), (outcome) => {
    if (loadedFiles.length > 0) writeListings(args, loadedFiles);
    return outcome;
  });
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
