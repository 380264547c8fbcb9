import { readArguments } from "./read-arguments.js";
import { type CommandOption, translateOptions } from "./translate-options.js";
import { createTranslateRequest, type TranslateRequest } from "./translate-request.js";
import { UsageError } from "./usage-error.js";

/** What the command line of `dynasm run` says. Its `files` has one element. */
export interface RunRequest extends TranslateRequest {
  /** The LuaJIT to use, a name on PATH or a path. */
  luajit: string | undefined;
  /** Arguments of the program. */
  programArguments: readonly string[];
}

/** What the command line of `dynasm build` says. */
export interface BuildRequest extends RunRequest {
  /** Address at which the code is to be placed. */
  base: bigint;
  /** Which of the program's build calls is meant, from 1. */
  number: number;
  /** Which functions of a table of generators are called; empty for all. */
  calls: string[];
  /** Addresses of extern symbols. */
  externs: Map<string, bigint>;
}

/** Options of `translate` that make sense where the output is used at once. */
const shared: readonly CommandOption<RunRequest>[] = translateOptions.filter(({ short, long }) =>
  ["help", "include", "target", "dasm-version", "flushline", "diagnostics-format", "max-errors", "color"]
    .concat("D", "U")
    .includes(long ?? short ?? ""),
);

const luajitOption: CommandOption<RunRequest> = {
  group: "Input",
  long: "luajit",
  parameter: "PATH",
  help: "the LuaJIT to run (default: the variable LUAJIT, then luajit on PATH)",
  apply: (request, value) => {
    request.luajit = value;
  },
};

/** The options of `dynasm run`, all before the program's name. */
export const runOptions: readonly CommandOption<RunRequest>[] = [...shared, luajitOption];

const numberLimit = 1n << 64n;

function parseAddress(option: string, text: string): bigint {
  const value = /^(0x[0-9a-fA-F]+|[0-9]+)$/.test(text) ? BigInt(text) : -1n;
  if (value >= 0n && value < numberLimit) return value;
  throw new UsageError(`bad value \`${text}' for ${option}: an address such as 0x400000 is needed`, "");
}

function addExtern(request: BuildRequest, text: string): void {
  const equals = text.indexOf("=");
  const name = text.slice(0, Math.max(equals, 0));
  if (!/^[^\s,=]+$/.test(name)) {
    throw new UsageError(`bad value \`${text}' for --extern: NAME=ADDRESS is needed`, "");
  }
  request.externs.set(name, parseAddress("--extern", text.slice(equals + 1)));
}

function parseNumber(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`bad value \`${text}' for --number: a number from 1 is needed`, "");
}

const writeOptions: readonly CommandOption<RunRequest>[] = translateOptions
  .filter(({ long }) => long === "outfile" || long === "if-changed")
  .map((option) =>
    option.long === "outfile" ? { ...option, help: "write the code to FILE (needed)" } : option,
  );

/** The options of `dynasm build`. */
export const buildOptions: readonly CommandOption<BuildRequest>[] = [
  ...writeOptions,
  {
    group: "Output",
    long: "map",
    parameter: "FILE",
    help: "write size, base and the offsets of labels (JSON)",
    apply: (request, value) => {
      request.map = value;
    },
  },
  {
    group: "Output",
    long: "base",
    parameter: "ADDRESS",
    help: "encode for this address (default 0)",
    apply: (request, value) => {
      request.base = parseAddress("--base", value);
    },
  },
  {
    group: "Output",
    long: "extern",
    parameter: "NAME=ADDRESS",
    help: "address of an extern symbol that the code refers to",
    apply: addExtern,
  },
  {
    group: "Output",
    long: "number",
    parameter: "N",
    help: "take the program's Nth build call (default: the first)",
    apply: (request, value) => {
      request.number = parseNumber(value);
    },
  },
  {
    group: "Output",
    long: "call",
    parameter: "NAME",
    help: "if the file returns a table of generators: call this one (default: all in the order of names)",
    apply: (request, value) => {
      request.calls.push(value);
    },
  },
  ...shared,
  luajitOption,
];

function createRunRequest(): RunRequest {
  return {
    ...createTranslateRequest(),
    language: "lua",
    comments: "none",
    keepLines: true,
    luajit: undefined,
    programArguments: [],
  };
}

function needFile(request: RunRequest): void {
  if (request.action.kind === "translate" && request.files.length !== 1) {
    const count = request.files.length;
    throw new UsageError(count === 0 ? "no input file" : `one input file is needed, not ${count}`, "");
  }
}

/** Reads `[options] FILE [arguments]`. Throws a UsageError. */
export function parseRunArguments(argv: readonly string[]): RunRequest {
  const request = createRunRequest();
  request.programArguments = readArguments(runOptions, request, argv, { atFile: true });
  needFile(request);
  return request;
}

/** Reads options and one file in any order, then `-- arguments`. Throws a UsageError. */
export function parseBuildArguments(argv: readonly string[]): BuildRequest {
  const request: BuildRequest = {
    ...createRunRequest(),
    output: "",
    base: 0n,
    number: 1,
    calls: [],
    externs: new Map(),
  };
  request.programArguments = readArguments(buildOptions, request, argv, { atDashes: true });
  needFile(request);
  if (request.action.kind === "translate" && request.output === "") {
    throw new UsageError("an output file is needed: add -o FILE", "");
  }
  return request;
}
