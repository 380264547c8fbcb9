import type { Argument, Command, Option } from "commander";

/** An option as help, completions and manual pages need it. */
export interface OptionModel {
  /** Its spellings with dashes, the letter first. */
  readonly names: readonly string[];
  /** Placeholder of its value; undefined for a switch. */
  readonly value: string | undefined;
  readonly choices: readonly string[];
  readonly description: string;
}

/** An operand of a command. */
export interface OperandModel {
  readonly name: string;
  readonly choices: readonly string[];
  readonly description: string;
}

/** A command with everything below it. */
export interface CommandModel {
  readonly name: string;
  readonly description: string;
  /** What follows the name in the usage line. */
  readonly usage: string;
  readonly operands: readonly OperandModel[];
  readonly options: readonly OptionModel[];
  readonly commands: readonly CommandModel[];
}

function describeOption(option: Option): OptionModel {
  const names = [option.short, option.long].filter((name) => name !== undefined);
  const value = /[<[](.*)[>\]]$/.exec(option.flags)?.[1];
  return { names, value, choices: option.argChoices ?? [], description: option.description };
}

function describeOperand(argument: Argument): OperandModel {
  return {
    name: argument.name(),
    choices: argument.argChoices ?? [],
    description: argument.description,
  };
}

/** Reads a command with its subcommands out of commander. */
export function describeCommand(command: Command): CommandModel {
  const help = command.createHelp();
  return {
    name: command.name(),
    description: command.description(),
    usage: command.usage(),
    operands: command.registeredArguments.map(describeOperand),
    options: help.visibleOptions(command).map(describeOption),
    commands: help.visibleCommands(command).map((child) => describeChild(child, command)),
  };
}

/** A subcommand; `help` takes the names of the others. */
function describeChild(child: Command, parent: Command): CommandModel {
  const model = describeCommand(child);
  if (child.name() !== "help") return model;
  const choices = parent.commands.map((command) => command.name());
  return { ...model, operands: model.operands.map((operand) => ({ ...operand, choices })) };
}

/**
 * The complete model of `dynasm`: without a subcommand its options are those of `translate`, and its
 * subcommand `luabyteasm` is that command.
 */
export function describeDynasm(program: Command, luabyteasm: Command): CommandModel {
  const model = describeCommand(program);
  const translate = model.commands.find(({ name }) => name === "translate");
  return {
    ...model,
    options: translate?.options ?? [],
    commands: model.commands.map((command) =>
      command.name === "luabyteasm" ? describeCommand(luabyteasm) : command,
    ),
  };
}
