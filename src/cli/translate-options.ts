import { suggest } from "../diagnostics/suggest.js";
import { isIdentifier } from "../translator/characters.js";
import type { Target, TargetOs, TranslateOptions } from "../translator/options.js";
import { isWarningName, warningDescriptions } from "../translator/warnings.js";

export type DiagnosticsFormat = "gnu" | "json" | "classic";

/** What the command line of `dynasm translate` says. */
export interface TranslateRequest {
  files: string[];
  output: string;
  language: string | undefined;
  /** In search order: the folder named last comes first. */
  includeDirectories: string[];
  comments: "cpp" | "c" | "none";
  macroComments: boolean;
  lineDirectives: boolean;
  flushLines: boolean;
  keepLines: boolean;
  ifChanged: boolean;
  watch: boolean;
  defines: Map<string, string>;
  substitutions: Map<string, string>;
  dumpDefinitions: number;
  depfile: string | undefined;
  map: string | undefined;
  target: Target | undefined;
  dasmVersion: TranslateOptions["dasmVersion"];
  format: DiagnosticsFormat;
  maxErrors: number;
  color: "auto" | "always" | "never";
  disabledWarnings: Set<string>;
  warningsAsErrors: Set<string>;
  /** A request that ends the run at once. */
  action: { kind: "translate" | "help" | "version" } | { kind: "describe"; architecture: string };
}

/** Wrong usage. `classic` is what the reference prints behind its prefix. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly classic: string;

  constructor(message: string, classic: string) {
    super(message);
    this.classic = classic;
  }
}

/** Whether something caught is a UsageError. Not by class: each lazily loaded bundle has a class of its own. */
export function isUsageError(error: unknown): error is UsageError {
  return error instanceof Error && error.name === "UsageError";
}

/** One option of a command with such a request. Adding an option means adding a row. */
export interface CommandOption<Request> {
  readonly group: "Help" | "Output" | "Input" | "Comments and lines" | "Definitions" | "Messages";
  readonly short?: string;
  readonly long?: string;
  /** Placeholder of the parameter, if it takes one. */
  readonly parameter?: string;
  readonly choices?: readonly string[];
  readonly help: string;
  readonly apply: (request: Request, value: string) => void;
}

export type TranslateOption = CommandOption<TranslateRequest>;

function choose<T extends string>(option: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const message = `bad value \`${value}' for ${option}: it is one of ${choices.join(", ")}`;
  throw new UsageError(message, message);
}

function readDefine(option: string, text: string): readonly [name: string, value: string] {
  const equals = text.indexOf("=");
  const name = equals < 0 ? text : text.slice(0, equals);
  if (!isIdentifier(name))
    throw new UsageError(`bad define \`${text}': a name is needed, as in ${option} NAME=VALUE`, "bad define");
  return [name, equals < 0 ? "1" : text.slice(equals + 1)];
}

function addDefine(request: TranslateRequest, text: string): void {
  request.defines.set(...readDefine("-D", text));
}

function addSubstitution(request: TranslateRequest, text: string): void {
  request.substitutions.set(...readDefine("--subst", text));
}

function removeDefine(request: TranslateRequest, name: string): void {
  if (!isIdentifier(name))
    throw new UsageError(`bad define \`${name}': a name is needed, as in -U NAME`, "bad define");
  request.defines.delete(name);
}

const osNames: Readonly<Record<string, TargetOs>> = {
  windows: "Windows",
  win32: "Windows",
  linux: "Linux",
  osx: "OSX",
  macos: "OSX",
  darwin: "OSX",
  bsd: "BSD",
  freebsd: "BSD",
  openbsd: "BSD",
  netbsd: "BSD",
  posix: "POSIX",
  sunos: "POSIX",
  aix: "POSIX",
  other: "Other",
};

/** The operating system of a name such as `linux` or `win32`, in the reference's spelling. */
export function targetOs(name: string): TargetOs | undefined {
  const key = name.toLowerCase();
  return Object.hasOwn(osNames, key) ? osNames[key] : undefined;
}

function parseTarget(value: string): Target {
  const [osName = "", archName = "", ...rest] = value.split("-");
  const os = targetOs(osName);
  const arch = { x64: "x64", x86_64: "x64", amd64: "x64", x86: "x86", ia32: "x86", i386: "x86" }[archName];
  if (os !== undefined && (arch === "x64" || arch === "x86") && rest.length === 0) return { os, arch };
  const message = `bad target \`${value}': write OS-ARCH, such as linux-x64; OS is windows, linux, osx, bsd, posix or other, ARCH is x64 or x86`;
  throw new UsageError(message, message);
}

function parseCount(option: string, value: string): number {
  if (/^[0-9]{1,9}$/.test(value)) return Number(value);
  const message = `bad value \`${value}' for ${option}: a number is needed`;
  throw new UsageError(message, message);
}

/** The options of `dynasm translate` (and of `dynasm` without a subcommand). */
export const translateOptions: readonly TranslateOption[] = [
  {
    group: "Help",
    short: "h",
    long: "help",
    help: "print this help",
    apply: (r) => {
      r.action = { kind: "help" };
    },
  },
  {
    group: "Help",
    short: "?",
    help: "the same",
    apply: (r) => {
      r.action = { kind: "help" };
    },
  },
  {
    group: "Help",
    short: "V",
    long: "version",
    help: "print the version",
    apply: (r) => {
      r.action = { kind: "version" };
    },
  },
  {
    group: "Output",
    short: "o",
    long: "outfile",
    parameter: "FILE",
    help: "write to FILE instead of standard output",
    apply: (r, v) => {
      r.output = v;
    },
  },
  {
    group: "Output",
    long: "if-changed",
    help: "leave an output file alone that would get the same content",
    apply: (r) => {
      r.ifChanged = true;
    },
  },
  {
    group: "Output",
    long: "depfile",
    parameter: "FILE",
    help: "write a make rule: output, then input and includes",
    apply: (r, v) => {
      r.depfile = v;
    },
  },
  {
    group: "Output",
    long: "map",
    parameter: "FILE",
    help: "write the map from action-list offsets to source lines (JSON)",
    apply: (r, v) => {
      r.map = v;
    },
  },
  {
    group: "Output",
    long: "watch",
    help: "translate again whenever the input or an include changes",
    apply: (r) => {
      r.watch = true;
    },
  },
  {
    group: "Input",
    short: "I",
    long: "include",
    parameter: "DIR",
    help: "search DIR for include files, before those given so far",
    apply: (r, v) => {
      r.includeDirectories.unshift(v);
    },
  },
  {
    group: "Input",
    short: "l",
    long: "lang",
    parameter: "LANG",
    help: "language: C or Lua (default: by the extension .dasc or .dasl, else C)",
    apply: (r, v) => {
      r.language = v;
    },
  },
  {
    group: "Input",
    long: "target",
    parameter: "OS-ARCH",
    help: "what ARCH, OS, X64, LINUX ... mean in Lua mode (default: this machine)",
    apply: (r, v) => {
      r.target = parseTarget(v);
    },
  },
  {
    group: "Output",
    long: "dasm-version",
    parameter: "V",
    choices: ["1.3", "1.4", "1.5"],
    help: "version of the encoder that gets the output (default: 1.5, in Lua mode 1.4)",
    apply: (r, v) => {
      r.dasmVersion = choose("--dasm-version", v, ["1.3", "1.4", "1.5"] as const);
    },
  },
  {
    group: "Comments and lines",
    short: "c",
    long: "ccomment",
    help: "echo assembler lines as /* */ comments",
    apply: (r) => {
      r.comments = "c";
    },
  },
  {
    group: "Comments and lines",
    short: "C",
    long: "cppcomment",
    help: "echo assembler lines as // comments (default)",
    apply: (r) => {
      r.comments = "cpp";
    },
  },
  {
    group: "Comments and lines",
    short: "N",
    long: "nocomment",
    help: "do not echo assembler lines",
    apply: (r) => {
      r.comments = "none";
    },
  },
  {
    group: "Comments and lines",
    short: "M",
    long: "maccomment",
    help: "also echo macro expansions",
    apply: (r) => {
      r.macroComments = true;
    },
  },
  {
    group: "Comments and lines",
    short: "L",
    long: "nolineno",
    help: "write no #line directives",
    apply: (r) => {
      r.lineDirectives = false;
    },
  },
  {
    group: "Comments and lines",
    short: "F",
    long: "flushline",
    help: "write out the pending code at every line",
    apply: (r) => {
      r.flushLines = true;
    },
  },
  {
    group: "Comments and lines",
    long: "keep-lines",
    help: "Lua mode: every host line stays on its own line number",
    apply: (r) => {
      r.keepLines = true;
    },
  },
  {
    group: "Definitions",
    short: "D",
    parameter: "NAME[=TEXT]",
    help: "define a name (as 1 without a text)",
    apply: addDefine,
  },
  {
    group: "Definitions",
    short: "U",
    parameter: "NAME",
    help: "undefine a name given with -D before",
    apply: removeDefine,
  },
  {
    group: "Definitions",
    long: "subst",
    parameter: "NAME[=TEXT]",
    help: "like -D, but wins over the predefined names of Lua mode",
    apply: addSubstitution,
  },
  {
    group: "Definitions",
    short: "P",
    long: "dumpdef",
    help: "list the definitions at the end (twice: in full)",
    apply: (r) => {
      r.dumpDefinitions++;
    },
  },
  {
    group: "Definitions",
    short: "A",
    long: "dumparch",
    parameter: "ARCH",
    help: "describe an architecture: x86 or x64",
    apply: (r, v) => {
      r.action = { kind: "describe", architecture: v };
    },
  },
  {
    group: "Messages",
    long: "diagnostics-format",
    parameter: "FORMAT",
    choices: ["gnu", "json", "classic"],
    help: "gnu (default), json, or classic: the messages of the original DynASM",
    apply: (r, v) => {
      r.format = choose("--diagnostics-format", v, ["gnu", "json", "classic"] as const);
    },
  },
  {
    group: "Messages",
    long: "max-errors",
    parameter: "N",
    help: "errors to show, 0 for all (default 20)",
    apply: (r, v) => {
      r.maxErrors = parseCount("--max-errors", v);
    },
  },
  {
    group: "Messages",
    long: "color",
    parameter: "WHEN",
    choices: ["auto", "always", "never"],
    help: "colour the messages: auto (default), always or never",
    apply: (r, v) => {
      r.color = choose("--color", v, ["auto", "always", "never"] as const);
    },
  },
];

/** The request of a command line without any option. */
export function createTranslateRequest(): TranslateRequest {
  return {
    files: [],
    output: "-",
    language: undefined,
    includeDirectories: [""],
    comments: "cpp",
    macroComments: false,
    lineDirectives: true,
    flushLines: false,
    keepLines: false,
    ifChanged: false,
    watch: false,
    defines: new Map(),
    substitutions: new Map(),
    dumpDefinitions: 0,
    depfile: undefined,
    map: undefined,
    target: undefined,
    dasmVersion: undefined,
    format: "gnu",
    maxErrors: 20,
    color: "auto",
    disabledWarnings: new Set(),
    warningsAsErrors: new Set(),
    action: { kind: "translate" },
  };
}

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
