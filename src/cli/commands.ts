// bundle entry
import { createProgram } from "./program.js";

/** Runs a subcommand other than `translate`. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  return createProgram().run(argv);
}
