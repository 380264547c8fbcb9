import type { Command } from "commander";
import type { CommandDefinition } from "../command-definition.js";
import { toCommanderOption } from "../commander-option.js";
import { buildOptions, runOptions } from "../run-options.js";
import type { CommandOption } from "../translate-options.js";

function addOptions<Request>(command: Command, options: readonly CommandOption<Request>[]): Command {
  command.helpOption(false);
  for (const option of options) {
    const converted = toCommanderOption(option);
    if (converted !== undefined) command.addOption(converted);
  }
  return command;
}

const runNote = `
FILE is translated with its lines kept and run as luajit runs a script: the modules dasm and dynasm are there,
require finds .dasl files, too. Exit status: that of the program; 128 + N when signal N ended it; 1 for errors in
FILE or without LuaJIT; 2 for wrong usage.
`;

const buildNote = `
FILE is run under LuaJIT; the code of its build call is written as it has to be at the address --base. If it makes
none, but returns a generator (a function that emits into the state it is given) or a table of them, these are
called and their code is written. Addresses that the program itself puts into the code stay as they are. Arguments of the program follow --.
Exit status: 0 fine, 1 errors in FILE or no code built, 2 wrong usage.
`;

/** `dynasm run FILE.dasl [args]`. Its arguments are parsed by `run-command.ts`; this is for the help. */
export const runCommand: CommandDefinition = {
  name: "run",
  define: (program) => {
    const command = program
      .command("run")
      .description("translate a Lua-mode file and run it under LuaJIT")
      .usage("[options] <file.dasl> [arguments...]")
      .argument("<file.dasl>", "the program, or - for standard input")
      .argument("[arguments...]", "arguments of the program");
    addOptions(command, runOptions).addHelpText("after", runNote);
  },
};

/** `dynasm build FILE.dasl -o code.bin`. Its arguments are parsed by `build-command.ts`; this is for the help. */
export const buildCommand: CommandDefinition = {
  name: "build",
  define: (program) => {
    const command = program
      .command("build")
      .description("write the machine code that a Lua-mode file builds, and the offsets of its labels")
      .usage("[options] -o <FILE> <file.dasl> [-- arguments...]")
      .argument("<file.dasl>", "the program, or - for standard input")
      .argument("[arguments...]", "arguments of the program, behind --");
    addOptions(command, buildOptions).addHelpText("after", buildNote);
  },
};
