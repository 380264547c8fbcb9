// bundle entry

/**
 * Runs any command line of `luabyteasm`. The installed command gets here only when it finds no bundle made for
 * the command that is asked for.
 *
 * @param argv the arguments behind the command's name
 * @returns the exit code: 0 fine, 1 the input has errors, 2 wrong usage
 */
export function main(argv: readonly string[]): Promise<number> {
  return import("./luabyteasm-commands.js").then(({ runCommandLine }) => runCommandLine(argv));
}
