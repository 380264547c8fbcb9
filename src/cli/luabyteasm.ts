// bundle entry
import { assembleCommand } from "./luabyteasm/assemble-command.js";
import { checkCommand } from "./luabyteasm/check-command.js";
import { type CommandSpec, findCommand, parseQuickly } from "./luabyteasm/command.js";
import { disassembleCommand } from "./luabyteasm/disassemble-command.js";
import { execute } from "./luabyteasm/execute.js";

/** Commands whose code is always loaded, since it is what most runs need. */
const quickCommands: readonly CommandSpec[] = [assembleCommand, disassembleCommand, checkCommand];

/**
 * Runs the `luabyteasm` command. The usual calls of `assemble`, `disassemble` and `check` are understood right
 * here; everything else, help and mistakes included, loads the complete command line.
 *
 * @param argv the arguments behind the command's name
 * @returns the exit code: 0 fine, 1 the input has errors, 2 wrong usage
 */
export function main(argv: readonly string[]): number | Promise<number> {
  const command = findCommand(quickCommands, argv[0]);
  const args = command && parseQuickly(command, argv.slice(1));
  if (command !== undefined && args !== undefined) return execute(command, args);
  return import("./luabyteasm-commands.js").then(({ runCommandLine }) => runCommandLine(argv));
}
