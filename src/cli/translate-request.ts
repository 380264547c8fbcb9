import type { Target, TranslateOptions } from "../translator/options.js";

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
