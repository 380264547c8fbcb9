// bundle entry
import { describeArchitecture } from "../translator/describe-architecture.js";
import type { CliIo } from "./io.js";
import { createProgram } from "./program.js";
import type { TranslateRequest } from "./translate-options.js";
import { UsageError } from "./translate-options.js";
import { packageVersion } from "./version.js";

/** Answers `--help`, `--version` and `--dumparch`. */
export function printInformation(action: TranslateRequest["action"], io: CliIo): number {
  switch (action.kind) {
    case "help":
      io.stdout(createProgram().translateHelp());
      return 0;
    case "version":
      io.stdout(`dynasm ${packageVersion()}, compatible with DynASM 1.5.0 (C) and 1.4.0 (Lua mode)\n`);
      return 0;
    case "describe": {
      const text = describeArchitecture(action.architecture);
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
