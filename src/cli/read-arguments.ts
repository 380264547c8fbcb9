import { suggest } from "../diagnostics/suggest.js";
import { isWarningName, warningDescriptions } from "../translator/warnings.js";
import { type CommandOption, translateOptions } from "./translate-options.js";
import { createTranslateRequest, type TranslateRequest } from "./translate-request.js";
import { UsageError } from "./usage-error.js";

function findOption<Request>(
  options: readonly CommandOption<Request>[],
  name: string,
): CommandOption<Request> {
  const option =
    name.length === 1
      ? options.find(({ short }) => short === name)
      : options.find(({ long }) => long === name);
  if (option !== undefined) return option;
  const shown = name.length === 1 ? `-${name}` : `--${name}`;
  const similar = suggest(name, options.map(({ long }) => long ?? "").filter(Boolean));
  throw new UsageError(
    `unrecognized option \`${shown}'${similar === undefined ? "" : `: did you mean \`--${similar}'?`}`,
    `unrecognized option \`${shown}'. Try \`--help'.\n`,
  );
}

/** `-Wno-NAME`, `-WNAME`, `-Wall`, `-Wno-all`, `-Werror`, `-Werror=NAME`, `-Wno-error[=NAME]`. */
function applyWarning(request: TranslateRequest, text: string): void {
  const error = /^(no-)?error(?:=(.*))?$/.exec(text);
  const negated = error === null ? text.startsWith("no-") : error[1] !== undefined;
  const name = error === null ? text.replace(/^no-/, "") : (error[2] ?? "all");
  if (name !== "all" && !isWarningName(name)) {
    const message = `unknown warning \`${name}': see the list in the help`;
    throw new UsageError(message, message);
  }
  const set = error === null ? request.disabledWarnings : request.warningsAsErrors;
  const adds = error === null ? negated : !negated;
  // Spelled out, so that a later option can take a single name back.
  for (const each of name === "all" ? Object.keys(warningDescriptions) : [name]) {
    if (adds) set.add(each);
    else set.delete(each);
  }
}

/**
 * Reads the arguments the way DynASM does: `-` and letters is a group of short options, whose
 * parameters are the following arguments in order; the parameter is never part of the group.
 * Options may also stand behind the input file, and long ones may be written `--name=value`.
 * Throws a UsageError.
 */
export function parseTranslateArguments(argv: readonly string[]): TranslateRequest {
  const request = createTranslateRequest();
  readArguments(translateOptions, request, argv);
  return request;
}

/** Where the options of a command line end. */
interface OptionsEnd {
  /** At the first file: all behind it belongs to somebody else. */
  readonly atFile?: boolean;
  /** At an argument `--`, which is dropped. */
  readonly atDashes?: boolean;
}

/**
 * Reads arguments as described at {@link parseTranslateArguments} into a request.
 *
 * @returns the arguments behind the end of the options.
 */
export function readArguments<Request extends TranslateRequest>(
  options: readonly CommandOption<Request>[],
  request: Request,
  argv: readonly string[],
  end: OptionsEnd = {},
): readonly string[] {
  let at = 0;
  const run = (name: string, given?: string): void => {
    const option = findOption(options, name);
    if (option.parameter === undefined) {
      if (given !== undefined) {
        const message = `option \`--${name}' takes no value`;
        throw new UsageError(message, message);
      }
      option.apply(request, "");
      return;
    }
    const value = given ?? argv[at++];
    if (value === undefined) {
      const shown = name.length === 1 ? `-${name}` : `--${name}`;
      throw new UsageError(
        `missing parameter for option \`${shown}'`,
        `missing parameter for option \`${shown}'.`,
      );
    }
    option.apply(request, value);
  };
  while (at < argv.length && request.action.kind === "translate") {
    const argument = argv[at++] ?? "";
    if (argument.length < 2 || argument[0] !== "-") {
      request.files.push(argument);
      if (end.atFile) break;
    } else if (argument === "--" && end.atDashes) {
      break;
    } else if (argument.startsWith("-W")) {
      applyWarning(request, argument.slice(2));
    } else if (argument.startsWith("--") && argument.length > 2) {
      const equals = argument.indexOf("=");
      if (equals < 0) run(argument.slice(2));
      else run(argument.slice(2, equals), argument.slice(equals + 1));
    } else {
      for (const letter of argument.slice(1)) {
        run(letter);
        if (request.action.kind !== "translate") break;
      }
    }
  }
  return argv.slice(at);
}
