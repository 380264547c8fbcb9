import type { CliIo } from "./io.js";
import type { Program } from "./luajit.js";
import type { RunRequest } from "./run-options.js";
import { translateForUse } from "./translate-command.js";

/** Translates the program to run; undefined if it has errors. Plain Lua without assembler lines is taken as it is. */
export async function prepareProgram(request: RunRequest, io: CliIo): Promise<Program | undefined> {
  const source = io.readInput(request.files[0] ?? "");
  if (!/^[ \t]*\|/m.test(source))
    return { output: source, actions: new Uint8Array(), globals: [], externs: [] };
  return translateForUse(request, { ...io, readInput: () => source });
}
