import { basename, dirname, join, resolve } from "node:path";
import { makeRule } from "../depfile.js";
import { FileError } from "../file-error.js";
import { writeFileAtomically } from "../output-file.js";
import { andThen } from "./and-then.js";
import { type CommandArguments, type Outcome, type ReportMessage, UsageError } from "./command.js";
import { type Message, messageOfFileError } from "./messages.js";

/** Result of one file of several. */
export interface FileOutcome {
  readonly ok: boolean;
  readonly messages: readonly Message[];
}

/** What is done with a file; with a text it may have to wait for the assembler. */
type RunFile = (file: string) => FileOutcome | Promise<FileOutcome>;

/**
 * Runs something for every file; one that fails does not stop the others, but makes the exit code 1.
 * @param report takes the messages; without it they are part of the outcome
 */
export function forEachFile(
  files: readonly string[],
  run: RunFile,
  report?: ReportMessage,
): Outcome | Promise<Outcome> {
  const messages: Message[] = [];
  let exitCode = 0;
  const settle = (outcome: FileOutcome): void => {
    for (const message of outcome.messages) {
      if (report === undefined) messages.push(message);
      else report(message);
    }
    if (!outcome.ok) exitCode = 1;
  };
  const runFrom = (first: number): Outcome | Promise<Outcome> => {
    for (let index = first; index < files.length; index++) {
      const outcome = runOne(files[index] ?? "-", run);
      if (outcome instanceof Promise) {
        return outcome.then(settle).then(() => runFrom(index + 1));
      }
      settle(outcome);
    }
    return { exitCode, messages };
  };
  return runFrom(0);
}

function runOne(file: string, run: RunFile): FileOutcome | Promise<FileOutcome> {
  const fail = (error: unknown): FileOutcome => {
    if (!(error instanceof FileError)) throw error;
    return { ok: false, messages: [messageOfFileError(file, error)] };
  };
  try {
    const outcome = run(file);
    return outcome instanceof Promise ? outcome.catch(fail) : outcome;
  } catch (error) {
    return fail(error);
  }
}

function replaceExtension(path: string, from: RegExp, to: string): string {
  const name = basename(path).replace(from, "");
  return join(dirname(path), `${name}${to}`);
}

/**
 * Where the result for an input goes: as `--output` or `--output-dir` say, otherwise what the command
 * does by itself.
 * @param extension of outputs in a folder, and what it replaces
 * @throws UsageError when the options contradict each other
 */
export function chooseOutput(
  args: CommandArguments,
  file: string,
  extension: { readonly from: RegExp; readonly to: string },
  otherwise: (besideInput: string) => string,
): string {
  const output = args.options.get("output");
  const folder = args.options.get("output-dir");
  if (output !== undefined && folder !== undefined) {
    throw new UsageError("--output and --output-dir exclude each other");
  }
  if (output !== undefined && args.files.length > 1) {
    throw new UsageError("--output takes one input file: use --output-dir for several");
  }
  if (output !== undefined) return output;
  if (file === "-") return "-";
  const beside = replaceExtension(file, extension.from, extension.to);
  return folder === undefined ? otherwise(beside) : join(folder, basename(beside));
}

/** The output of each input; they must all be different, and none may be an input. */
function planOutputs(
  files: readonly string[],
  outputOf: (file: string) => string,
): ReadonlyMap<string, string> {
  const outputs = new Map(files.map((file) => [file, outputOf(file)]));
  if (new Set(outputs.values()).size < outputs.size) {
    throw new UsageError("two input files would be written to the same output file");
  }
  const inputs = new Set(files.filter((file) => file !== "-").map((file) => resolve(file)));
  for (const output of outputs.values()) {
    if (output !== "-" && inputs.has(resolve(output))) {
      throw new UsageError(`the output would replace the input file ${output}`);
    }
  }
  return outputs;
}

/**
 * Runs something that writes one output per input, and the make rules if they are wanted.
 * @param report as for {@link forEachFile}
 */
export function writeEachFile(
  args: CommandArguments,
  outputOf: (file: string) => string,
  run: (file: string, output: string) => FileOutcome | Promise<FileOutcome>,
  report?: ReportMessage,
): Outcome | Promise<Outcome> {
  const outputs = planOutputs(args.files, outputOf);
  const finished = forEachFile(args.files, (file) => run(file, outputs.get(file) ?? "-"), report);
  return andThen(finished, (outcome) => {
    const depfile = args.options.get("depfile");
    if (depfile === undefined || outcome.exitCode !== 0) return outcome;
    const rules = [...outputs]
      .filter(([file]) => file !== "-")
      .map(([file, output]) => makeRule(output, [file]));
    writeFileAtomically(depfile, Buffer.from(rules.join(""), "utf8"));
    return outcome;
  });
}
