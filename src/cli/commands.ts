// bundle entry
import { createProgram } from "./program.js";

/** Runs a subcommand other than `translate`. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  if (argv[0] === "help" && argv[1] === "luabyteasm") {
    const { main } = await import("./luabyteasm.js");
    return main(["help", ...argv.slice(2)]);
  }
  return createProgram().run(argv);
}
