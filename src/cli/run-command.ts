// bundle entry
import { translateWith } from "../translator/translate.js";
import { type CliIo, createNodeIo } from "./io.js";
import {
  describeEnd,
  exitCodeOf,
  neededArchitecture,
  runDriver,
  withScratchFolder,
  writeProgram,
  writeRecorder,
} from "./luajit.js";
import { packagePath } from "./package-path.js";
import { prepareProgram } from "./prepare-program.js";
import { parseRunArguments, type RunRequest } from "./run-options.js";
import { runSubcommand } from "./run-subcommand.js";
import { exitCodes } from "./translate-command.js";

/** The translation of runtime/driver/crash.dasl, where it works. */
function translateRecorder(io: CliIo): string | undefined {
  if (process.platform !== "linux" || io.target.arch !== "x64") return undefined;
  const parts = {
    loadLuaParser: () => {
      throw new Error("runtime/driver/crash.dasl has no conditions");
    },
  };
  const result = translateWith(parts, io.readInput(packagePath("runtime/driver/crash.dasl")), {
    language: "lua",
    comments: "none",
    keepLines: true,
  });
  return result.ok ? result.output : undefined;
}

async function runRequest(request: RunRequest, io: CliIo): Promise<number> {
  const [file = ""] = request.files;
  const program = await prepareProgram(request, io);
  if (program === undefined) return exitCodes.badInput;
  return withScratchFolder(async (folder) => {
    writeProgram(folder, program);
    const recorder = translateRecorder(io);
    if (recorder !== undefined) writeRecorder(folder, recorder);
    const needed = neededArchitecture(request, io.target.arch);
    const end = await runDriver(request, "run.lua", [folder, file, needed, ...request.programArguments]);
    io.stderr(Buffer.from(describeEnd(end, file, folder), "utf8"));
    return exitCodeOf(end);
  });
}

/** Runs `dynasm run` with its arguments: translates a Lua-mode file and runs it under LuaJIT. */
export function runRun(argv: readonly string[], io: CliIo = createNodeIo()): Promise<number> {
  return runSubcommand({ name: "run", parse: parseRunArguments, run: runRequest }, argv, io);
}
