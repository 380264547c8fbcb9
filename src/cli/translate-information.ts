// bundle entry
import type { EngineVersion } from "../translator/architecture.js";
import { describeArchitecture } from "../translator/describe-architecture.js";
import type { CliIo } from "./io.js";
import { createProgram } from "./program.js";
import type { TranslateRequest } from "./translate-request.js";
import { UsageError } from "./usage-error.js";
import { packageVersion } from "./version.js";

/** The version whose architecture is described: that of the language, unless one is asked for. */
function engineOf({ dasmVersion, language }: TranslateRequest): EngineVersion {
  return dasmVersion ?? (language?.toLowerCase() === "lua" ? "1.4" : "1.5");
}

/** Answers `--help`, `--version` and `--dumparch`. */
export function printInformation(request: TranslateRequest, io: CliIo): number {
  const { action } = request;
  switch (action.kind) {
    case "help":
      io.stdout(createProgram().translateHelp());
      return 0;
    case "version":
      io.stdout(`dynasm ${packageVersion()}, compatible with DynASM 1.5.0 (C) and 1.4.0 (Lua mode)\n`);
      return 0;
    case "describe": {
      const text = describeArchitecture(action.architecture, engineOf(request));
      if (text === undefined) {
        const bad = /^\w+$/.test(action.architecture);
        const classic = bad ? `cannot load module: unknown architecture` : "bad arch name";
        throw new UsageError(`unknown architecture \`${action.architecture}': it is x86 or x64`, classic);
      }
      io.stdout(text);
      return 0;
    }
    case "translate":
      return 0;
  }
}
