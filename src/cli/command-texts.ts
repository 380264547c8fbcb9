// bundle entry
import * as commander from "commander";
import { warningDescriptions } from "../translator/warnings.js";
import { bashCompletion } from "./completion/bash.js";
import { type CommandModel, describeCommand, describeDynasm } from "./completion/command-model.js";
import { fishCompletion } from "./completion/fish.js";
import { type ManualPageText, manualPage } from "./completion/manual-page.js";
import type { Shell } from "./completion/shells.js";
import { zshCompletion } from "./completion/zsh.js";
import { createProgram as createLuabyteasm } from "./luabyteasm/program.js";
import { COMMANDS } from "./luabyteasm-commands.js";
import { createProgram } from "./program.js";
import { writeStandardOutput } from "./terminal.js";
import { packageVersion } from "./version.js";

/** The commands of this package, `dynasm` first. */
export function describeCommands(): readonly [dynasm: CommandModel, luabyteasm: CommandModel] {
  const luabyteasm = createLuabyteasm(commander, COMMANDS, () => undefined);
  return [describeDynasm(createProgram().commander, luabyteasm), describeCommand(luabyteasm)];
}

const makers = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** Prints the completion script for a shell; gives the exit code. */
export function printCompletion(shell: Shell): number {
  writeStandardOutput(makers[shell](describeCommands()));
  return 0;
}

const exitStatus = {
  title: "EXIT STATUS",
  entries: [
    ["0", "Everything is fine."],
    ["1", "The input has errors, or a file cannot be read or written."],
    ["2", "Wrong usage."],
  ],
} as const;

function dynasmText(): ManualPageText {
  return {
    version: packageVersion(),
    description: [
      "Without a command, dynasm translates, as the original DynASM does: assembler lines in C or Lua sources become calls of the encoder.",
      "Short options of translate can be bundled (-LN); their parameters are always arguments of their own.",
    ],
    sections: [
      {
        title: "WARNINGS",
        entries: [
          ["-Wno-NAME, -Wno-all", "Turn a warning or all warnings off."],
          ["-Werror, -Werror=NAME", "Make all warnings or one of them errors."],
          ...Object.entries(warningDescriptions),
        ],
      },
      {
        ...exitStatus,
        entries: [
          ...exitStatus.entries,
          ["run", "Exits as the program does; with 128 + N when signal N ended it."],
        ],
      },
      {
        title: "ENVIRONMENT",
        entries: [
          ["LUAJIT", "The LuaJIT that run and build use, unless --luajit is given."],
          ["NO_COLOR, FORCE_COLOR", "Switch colours of messages off and on, unless --color is given."],
        ],
      },
    ],
    seeAlso: "luabyteasm(1), luajit(1)",
  };
}

function luabyteasmText(): ManualPageText {
  return {
    version: packageVersion(),
    description: ["Works on chunks of Lua 5.2 bytecode and on their text form."],
    sections: [exitStatus],
    seeAlso: "dynasm(1), luac(1)",
  };
}

/** Prints the manual page of a command; gives the exit code. */
export function printManualPage(name: "dynasm" | "luabyteasm"): number {
  const [dynasm, luabyteasm] = describeCommands();
  const page =
    name === "dynasm" ? manualPage(dynasm, dynasmText()) : manualPage(luabyteasm, luabyteasmText());
  writeStandardOutput(Buffer.from(page, "utf8"));
  return 0;
}
