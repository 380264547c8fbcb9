import type { EngineVersion } from "./architecture.js";
import type { StatementRecorder } from "./statement-recorder.js";

/** Operating systems that the predefined names of Lua mode know. */
export type TargetOs = "Windows" | "Linux" | "OSX" | "BSD" | "POSIX" | "Other";

/** The machine that the predefined names of Lua mode (`OS`, `ARCH`, `X64`, `LINUX` ...) describe. */
export interface Target {
  readonly os: TargetOs;
  readonly arch: "x86" | "x64";
}

/** What the include reader answers: the text, nothing (no such file), or why the file can't be read. */
export type IncludeResult = string | undefined | { readonly problem: string };

/** Which warnings are shown, and which count as errors. */
export interface WarningOptions {
  /** Names of warnings that are off; `all` turns every warning off. */
  readonly disabled?: Iterable<string>;
  /** Names of warnings that count as errors; `all` stands for every warning. */
  readonly asErrors?: Iterable<string>;
}

export interface TranslateOptions {
  /** Name of the source in messages, the header and `#line` directives. Default `(input)`. */
  readonly fileName?: string;
  /** Language of the host code around the assembler lines. Default `c`. */
  readonly language?: "c" | "lua";
  /**
   * How assembler lines are echoed as comments: `cpp` (`//|`, the default), `c` (`/*| *\/`), `none`,
   * or a prefix and suffix of your own (C mode; Lua mode always uses `--|`).
   */
  readonly comments?: "cpp" | "c" | "none" | { readonly prefix: string; readonly suffix: string };
  /** Also echo macro expansions. */
  readonly macroComments?: boolean;
  /** Write `#line` directives (C mode). Default true. */
  readonly lineDirectives?: boolean;
  /** Write the pending code before every input line. */
  readonly flushLines?: boolean;
  /** Lua mode: every host line stays on its own line number. */
  readonly keepLines?: boolean;
  /** Encoder version to produce code for. Default 1.5 in C mode, 1.4 in Lua mode. */
  readonly dasmVersion?: EngineVersion;
  /** Lua mode: what the predefined names describe. Default Linux on x64. */
  readonly target?: Target;
  /** Names defined from outside, in order. They are not substituted themselves. */
  readonly defines?: Iterable<readonly [name: string, value: string]>;
  /** Like `defines`, but set after the predefined names of Lua mode, so that they win over these. */
  readonly substitutions?: Iterable<readonly [name: string, value: string]>;
  /** Folders tried in order for `.include`; the empty name is the working directory. Default only that. */
  readonly includeDirectories?: readonly string[];
  /** Reads an include file by path. Without it no file is found. */
  readonly readInclude?: (path: string) => IncludeResult;
  /** Errors reported before further ones are only counted; 0 reports all. Default 20. */
  readonly maxErrors?: number;
  readonly warnings?: WarningOptions;
  /** Level of detail of the definition dump in the result: 0 none (default), 1 as `-P`, 2 as `-PP`. */
  readonly dumpDefinitions?: number;
  /** Is told about every statement and put call, for example to make a listing. */
  readonly recorder?: StatementRecorder;
}

/** Options with defaults filled in. */
export interface ResolvedOptions {
  readonly fileName: string;
  readonly language: "c" | "lua";
  /** Undefined: no echo. */
  readonly echo: { readonly prefix: string; readonly suffix: string } | undefined;
  readonly macroComments: boolean;
  readonly lineDirectives: boolean;
  readonly flushLines: boolean;
  readonly keepLines: boolean;
  readonly dasmVersion: EngineVersion;
  readonly target: Target;
  readonly includeDirectories: readonly string[];
  readonly readInclude: (path: string) => IncludeResult;
  readonly maxErrors: number;
  readonly disabledWarnings: ReadonlySet<string>;
  readonly warningsAsErrors: ReadonlySet<string>;
  readonly dumpDefinitions: number;
  readonly recorder: StatementRecorder | undefined;
}

function resolveEcho(options: TranslateOptions): ResolvedOptions["echo"] {
  const comments = options.comments ?? "cpp";
  if (comments === "none") return undefined;
  if (options.language === "lua") return { prefix: "--|", suffix: "" };
  if (comments === "cpp") return { prefix: "//|", suffix: "" };
  if (comments === "c") return { prefix: "/*|", suffix: " */" };
  return comments;
}

/** Fills in the defaults. */
export function resolveOptions(options: TranslateOptions): ResolvedOptions {
  const language = options.language ?? "c";
  return {
    fileName: options.fileName ?? "(input)",
    language,
    echo: resolveEcho(options),
    macroComments: options.macroComments ?? false,
    lineDirectives: language === "c" && (options.lineDirectives ?? true),
    flushLines: options.flushLines ?? false,
    keepLines: language === "lua" && (options.keepLines ?? false),
    dasmVersion: options.dasmVersion ?? (language === "lua" ? "1.4" : "1.5"),
    target: options.target ?? { os: "Linux", arch: "x64" },
    includeDirectories: options.includeDirectories ?? [""],
    readInclude: options.readInclude ?? (() => undefined),
    maxErrors: options.maxErrors ?? 20,
    disabledWarnings: new Set(options.warnings?.disabled ?? []),
    warningsAsErrors: new Set(options.warnings?.asErrors ?? []),
    dumpDefinitions: options.dumpDefinitions ?? 0,
    recorder: options.recorder,
  };
}
