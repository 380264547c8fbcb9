import type { Command, Option } from "commander";
import { configureOutput } from "../command-output.js";
import { packageVersion } from "../version.js";
import type { CommandArguments, CommandSpec, OptionSpec } from "./command.js";
import { execute } from "./execute.js";

/** The command line library, which is loaded only when it is needed. */
type Library = typeof import("commander");

function toCommanderOption(library: Library, { long, short, value, choices, help }: OptionSpec): Option {
  const flags = short === undefined ? `--${long}` : `-${short}, --${long}`;
  const option = new library.Option(value === undefined ? flags : `${flags} <${value}>`, help);
  return choices === undefined ? option : option.choices([...choices]);
}

function isStringArray(value: unknown): value is readonly string[] {
  return Array.isArray(value);
}

/** Options as commander parsed them, by long name. */
function collectOptions(command: CommandSpec, parsed: Command): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const { long } of command.options) {
    const key = long.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
    const negated = long.startsWith("no-") ? `${key.charAt(2).toLowerCase()}${key.slice(3)}` : undefined;
    const value: unknown = parsed.opts()[negated ?? key];
    if (negated !== undefined) {
      if (value === false) options.set(long, "");
    } else if (typeof value === "string") options.set(long, value);
    else if (value === true) options.set(long, "");
  }
  return options;
}

/** Operands in order: single ones, and the list of a variadic one. */
function collectFiles(parsed: Command): readonly string[] {
  return parsed.processedArgs.flatMap((value: unknown) =>
    isStringArray(value) ? value : typeof value === "string" ? [value] : [],
  );
}

type Finish = (command: CommandSpec, args: CommandArguments) => void;

function defineCommand(library: Library, program: Command, command: CommandSpec, finish: Finish): void {
  const defined = program
    .command(command.name)
    .aliases(command.aliases ?? [])
    .description(command.summary)
    .arguments(command.operands);
  for (const option of command.options) defined.addOption(toCommanderOption(library, option));
  if (command.passThrough) defined.passThroughOptions();
  if (command.details !== undefined) defined.addHelpText("after", `\n${command.details}`);
  defined.action(() => {
    finish(command, { files: collectFiles(defined), options: collectOptions(command, defined) });
  });
}

/** Builds the complete command line. */
export function createProgram(library: Library, commands: readonly CommandSpec[], finish: Finish): Command {
  const program = new library.Command("luabyteasm")
    .description("Assembler, disassembler and verifier for Lua 5.2 bytecode")
    .version(packageVersion())
    .enablePositionalOptions()
    .addHelpText("after", "\nExit status: 0 fine, 1 the input has errors, 2 wrong usage.");
  for (const command of commands) defineCommand(library, program, command, finish);
  configureOutput(program);
  return program;
}

/**
 * Runs any command line: the usual ones, and help, abbreviations and mistakes. Returns the exit code.
 */
export async function runProgram(commands: readonly CommandSpec[], argv: readonly string[]): Promise<number> {
  const library = await import("commander");
  let exitCode: number | Promise<number> = 0;
  const program = createProgram(library, commands, (command, args) => {
    exitCode = execute(command, args);
  });
  try {
    if (argv.length === 0) program.help({ error: true });
    await program.parseAsync(argv, { from: "user" });
    return await exitCode;
  } catch (error) {
    if (error instanceof library.CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}
