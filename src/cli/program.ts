import { Command, CommanderError } from "commander";
import { warningDescriptions } from "../translator/warnings.js";
import type { CommandDefinition } from "./command-definition.js";
import { configureOutput } from "./command-output.js";
import { toCommanderOption } from "./commander-option.js";
import { completionCommand } from "./commands/completion.js";
import { dumpCommand } from "./commands/dump.js";
import { explainCommand } from "./commands/explain.js";
import { listingCommand } from "./commands/listing.js";
import { manCommand } from "./commands/man.js";
import { opsCommand } from "./commands/ops.js";
import { buildCommand, runCommand } from "./commands/run.js";
import { runtimeCommand } from "./commands/runtime.js";
import { isFileError } from "./file-error.js";
import { writeStandardError, writeStandardOutput } from "./terminal.js";
import { translateOptions } from "./translate-options.js";
import { isUsageError } from "./usage-error.js";
import { packageVersion } from "./version.js";

const definitions: readonly CommandDefinition[] = [
  runCommand,
  buildCommand,
  runtimeCommand,
  listingCommand,
  dumpCommand,
  explainCommand,
  opsCommand,
  completionCommand,
  manCommand,
];

/** All commands of `dynasm` as commander knows them: the source of help texts, completions and the manual page. */
export interface Program {
  readonly commander: Command;
  /** Runs a subcommand other than `translate` and gives its exit code. */
  run(argv: readonly string[]): Promise<number>;
  translateHelp(): string;
}

function warningHelp(): string {
  const entries = Object.entries(warningDescriptions).map(([name, text]) => `  ${name}\n      ${text}`);
  return `
Warnings (-Wno-NAME and -Wno-all turn them off, -Werror and -Werror=NAME make them errors):
${entries.join("\n")}
`;
}

const optionNote = `
Short options can be bundled (-LN); parameters are always arguments of their own.
Exit status: 0 fine, 1 the input has errors, 2 wrong usage.
`;

function defineTranslate(program: Command): Command {
  const command = program
    .command("translate", { isDefault: true })
    .description("translate assembler lines in C or Lua sources (.dasc, .dasl); - is standard input")
    .usage("[options] <infile>")
    .argument("<infile>", "source file, or - for standard input")
    .helpOption(false)
    .configureHelp({ showGlobalOptions: false });
  for (const option of translateOptions) {
    const converted = toCommanderOption(option);
    if (converted !== undefined) command.addOption(converted);
  }
  return command.addHelpText("after", warningHelp() + optionNote);
}

async function runProgram(
  program: Command,
  argv: readonly string[],
  result: () => number | Promise<number>,
): Promise<number> {
  try {
    await program.parseAsync(argv, { from: "user" });
    return await result();
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (isUsageError(error)) {
      writeStandardError(Buffer.from(`dynasm: error: ${error.message}\n`, "utf8"));
      return 2;
    }
    if (!isFileError(error)) throw error;
    writeStandardError(Buffer.from(`dynasm: error: ${error.message}\n`, "utf8"));
    return 1;
  }
}

/** The help of `dynasm` itself: all commands, then how to translate, which is what it does without one. */
function overview(program: Command, translate: Command): string {
  const text = translate.helpInformation();
  const details = text.slice(text.indexOf("Arguments:"));
  return `${program.helpInformation()}\ntranslate, which may be left out:\n\n${details}${warningHelp()}${optionNote}`;
}

function printOverview(program: Command, translate: Command): number {
  writeStandardOutput(Buffer.from(overview(program, translate), "utf8"));
  return 0;
}

/** Builds the commands. */
export function createProgram(): Program {
  let exitCode: number | Promise<number> = 0;
  const program = new Command("dynasm")
    .description("DynASM translator, encoder tools and Lua 5.2 bytecode assembler")
    .version(packageVersion())
    .usage("[translate] [options] <infile>\n       dynasm <command> [arguments]")
    .addHelpCommand("help [command]", "describe a command");
  const translate = defineTranslate(program);
  for (const { define } of definitions) {
    define(program, (code) => {
      exitCode = code;
    });
  }
  program
    .command("luabyteasm")
    .description("assemble, disassemble and check Lua 5.2 bytecode (see dynasm luabyteasm --help)")
    .helpOption(false)
    .allowUnknownOption()
    .argument("[arguments...]");
  configureOutput(program);
  // They are among those of translate.
  program.configureHelp({ visibleOptions: () => [], subcommandTerm: (command) => command.name() });
  return {
    commander: program,
    run: (argv) => {
      if (argv[0] === "help" && argv.length === 1) return Promise.resolve(printOverview(program, translate));
      return runProgram(program, argv, () => exitCode);
    },
    translateHelp: () => overview(program, translate),
  };
}
