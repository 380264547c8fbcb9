// bundle entry

import { assembleCommand } from "./luabyteasm/assemble-command.js";
import { checkCommand } from "./luabyteasm/check-command.js";
import { type CommandSpec, findCommand, parseQuickly } from "./luabyteasm/command.js";
import { convertCommand } from "./luabyteasm/convert-command.js";
import { diffCommand } from "./luabyteasm/diff-command.js";
import { disassembleCommand } from "./luabyteasm/disassemble-command.js";
import { execute } from "./luabyteasm/execute.js";
import { graphCommand } from "./luabyteasm/graph-command.js";
import { infoCommand } from "./luabyteasm/info-command.js";
import { listCommand } from "./luabyteasm/list-command.js";
import { runProgram } from "./luabyteasm/program.js";
import { runCommand } from "./luabyteasm/run-command.js";

/** All commands of `luabyteasm`, in the order of the help text. */
export const COMMANDS: readonly CommandSpec[] = [
  assembleCommand,
  disassembleCommand,
  checkCommand,
  listCommand,
  infoCommand,
  convertCommand,
  diffCommand,
  graphCommand,
  runCommand,
];

/** Runs any command line of `luabyteasm`. Returns the exit code. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const command = findCommand(COMMANDS, argv[0]);
  const args = command && parseQuickly(command, argv.slice(1));
  if (command !== undefined && args !== undefined) return execute(command, args);
  return runProgram(COMMANDS, argv);
}
