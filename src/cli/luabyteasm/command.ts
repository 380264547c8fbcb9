import type { Message } from "./messages.js";

/** One option of a command; the same description serves the quick parser and the help text. */
export interface OptionSpec {
  /** Long name without dashes. */
  readonly long: string;
  /** Letter without dash. */
  readonly short?: string;
  /** Name of its value in help texts; absent for a switch. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly help: string;
}

/** What the user asked of a command. */
export interface CommandArguments {
  readonly files: readonly string[];
  /** Values of options by long name; a switch that is set has an empty value. */
  readonly options: ReadonlyMap<string, string>;
}

/** How a command ended; messages go to standard error. */
export interface Outcome {
  readonly exitCode: number;
  /** What there is to say besides what has been reported during the run. */
  readonly messages: readonly Message[];
}

/** Takes a message during the run, for commands that may have very many. */
export type ReportMessage = (message: Message) => void;

export interface CommandSpec {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
  /** Operands as help shows them, for example `<file...>`. */
  readonly operands: string;
  /** Least and largest number of operands. */
  readonly count: readonly [least: number, most: number];
  /** Whether options stop at the first operand: what follows belongs to somebody else. */
  readonly passThrough?: boolean;
  readonly options: readonly OptionSpec[];
  /** Text for the end of the help. */
  readonly details?: string;
  readonly run: (args: CommandArguments, report: ReportMessage) => Outcome | Promise<Outcome>;
}

/** Wrong use of the command: one line for the user, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

function findOption(command: CommandSpec, word: string): OptionSpec | undefined {
  if (word.startsWith("--")) return command.options.find(({ long }) => `--${long}` === word);
  return command.options.find(({ short }) => short !== undefined && `-${short}` === word);
}

/**
 * Parses the usual forms: `-o OUT`, `--output OUT`, `--output=OUT`, switches and operands. Undefined
 * for anything else, help and mistakes included, which the complete parser then deals with.
 */
export function parseQuickly(command: CommandSpec, words: readonly string[]): CommandArguments | undefined {
  const files: string[] = [];
  const options = new Map<string, string>();
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    if (word === "-" || !word.startsWith("-")) {
      files.push(word);
      if (!command.passThrough) continue;
      files.push(...words.slice(index + 1));
      break;
    }
    const equals = word.startsWith("--") ? word.indexOf("=") : -1;
    const option = findOption(command, equals < 0 ? word : word.slice(0, equals));
    if (option === undefined || (option.value === undefined && equals >= 0)) return undefined;
    const value = option.value === undefined ? "" : equals < 0 ? words[++index] : word.slice(equals + 1);
    if (value === undefined || (option.choices !== undefined && !option.choices.includes(value)))
      return undefined;
    options.set(option.long, value);
  }
  const [least, most] = command.count;
  return files.length >= least && files.length <= most ? { files, options } : undefined;
}

/** The command with this name or alias. */
export function findCommand(
  commands: readonly CommandSpec[],
  name: string | undefined,
): CommandSpec | undefined {
  return commands.find((command) => command.name === name || command.aliases?.includes(name ?? ""));
}
