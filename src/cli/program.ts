import { Command, CommanderError, Option } from "commander";
import { warningDescriptions } from "../translator/warnings.js";
import type { CommandDefinition } from "./command-definition.js";
import { opsCommand } from "./commands/ops.js";
import { isFileError } from "./file-error.js";
import { writeStandardError, writeStandardOutput } from "./terminal.js";
import { translateOptions } from "./translate-options.js";
import { packageVersion } from "./version.js";

const definitions: readonly CommandDefinition[] = [opsCommand];

/** All commands of `dynasm` as commander knows them: the source of help texts, completions and the manual page. */
export interface Program {
  readonly commander: Command;
  /** Runs a subcommand other than `translate` and gives its exit code. */
  run(argv: readonly string[]): Promise<number>;
  translateHelp(): string;
}

/** commander's form of an option; one that has only an odd letter such as `-?` is left out. */
function toCommanderOption(option: (typeof translateOptions)[number]): Option | undefined {
  const { short, long, parameter, choices, help } = option;
  if (short !== undefined && !/^[A-Za-z]$/.test(short)) return undefined;
  const flags = [short && `-${short}`, long && `--${long}`].filter(Boolean).join(", ");
  const result = new Option(parameter === undefined ? flags : `${flags} <${parameter}>`, help);
  return choices === undefined ? result : result.choices([...choices]);
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

function configureOutput(command: Command): void {
  command
    .exitOverride()
    .configureOutput({ writeOut: writeStandardOutput, writeErr: writeStandardError })
    .showHelpAfterError("(add --help for the usage)");
  for (const child of command.commands) configureOutput(child);
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
    if (!isFileError(error)) throw error;
    writeStandardError(Buffer.from(`dynasm: error: ${error.message}\n`, "utf8"));
    return 1;
  }
}

/** Builds the commands. */
export function createProgram(): Program {
  let exitCode: number | Promise<number> = 0;
  const program = new Command("dynasm")
    .description("DynASM translator, encoder tools and Lua 5.2 bytecode assembler")
    .version(packageVersion());
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
  return {
    commander: program,
    run: (argv) => runProgram(program, argv, () => exitCode),
    translateHelp: () => `${translate.helpInformation()}${warningHelp()}${optionNote}`,
  };
}
