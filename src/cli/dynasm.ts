// bundle entry
import { runTranslate } from "./translate-command.js";

/** Subcommands other than `translate`; their code is loaded when one of them is called. */
export const otherCommands: ReadonlySet<string> = new Set([
  "help",
  "ops",
  "explain",
  "dump",
  "listing",
  "runtime",
  "run",
  "build",
  "completion",
  "man",
  "luabyteasm",
]);

/**
 * Runs the `dynasm` command. Without a subcommand it translates, as the original does.
 *
 * @param argv The arguments behind the command's name.
 * @returns the exit code: 0 fine, 1 the input has errors, 2 wrong usage.
 */
export function main(argv: readonly string[]): number | Promise<number> {
  const [first = ""] = argv;
  if (first === "translate") return runTranslate(argv.slice(1));
  if (!otherCommands.has(first)) return runTranslate(argv);
  if (first === "run") return import("./run-command.js").then(({ runRun }) => runRun(argv.slice(1)));
  if (first === "build") return import("./build-command.js").then(({ runBuild }) => runBuild(argv.slice(1)));
  if (first === "listing")
    return import("./listing-command.js").then(({ runListing }) => runListing(argv.slice(1)));
  if (first === "luabyteasm")
    return import("./luabyteasm.js").then((luabyteasm) => luabyteasm.main(argv.slice(1)));
  return import("./commands.js").then(({ runCommand }) => runCommand(argv));
}
