import { type CommandSpec, parseQuickly } from "./command.js";
import { execute } from "./execute.js";

/**
 * Runs a command that has a bundle of its own. Its usual calls are understood right here; everything else, help
 * and mistakes included, loads the complete command line.
 *
 * @param argv the name of the command and the arguments behind it
 * @returns the exit code: 0 fine, 1 the input has errors, 2 wrong usage
 */
export function runQuickly(command: CommandSpec, argv: readonly string[]): number | Promise<number> {
  const args = parseQuickly(command, argv.slice(1));
  if (args !== undefined) return execute(command, args);
  return import("../luabyteasm-commands.js").then(({ runCommandLine }) => runCommandLine(argv));
}
