import { isIdentifier } from "../translator/characters.js";
import { choose, parseCount, parseTarget, readDefine } from "./option-values.js";
import type { TranslateRequest } from "./translate-request.js";
import { UsageError } from "./usage-error.js";

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
