import type { ActionSourceMap } from "../diagnostics/action-source-map.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { ACTION } from "../x86/actions.js";
import type { Architecture, EngineVersion } from "./architecture.js";
import { actionText } from "./dedupe-index.js";
import { setDefine } from "./defines.js";
import { directives } from "./directives.js";
import { dumpDefinitions } from "./dump-definitions.js";
import { cEmitter } from "./emit/c.js";
import { joinLuaLines } from "./emit/join-lua.js";
import { luaEmitter } from "./emit/lua.js";
import { finishLint } from "./lint.js";
import type { LuaParser } from "./lua-parser.js";
import { recordStatement } from "./macros.js";
import { type ResolvedOptions, resolveOptions, type TranslateOptions } from "./options.js";
import { flush } from "./pending-code.js";
import { statementError } from "./problems.js";
import { processFrame } from "./process-lines.js";
import { OutputError, renderKeepingLines, renderOutput } from "./render-output.js";
import { reportFileProblem } from "./report.js";
import { createSourceMap } from "./source-map.js";
import { encodeLatin1, joinSource, type SourceText } from "./source-text.js";
import { createState, type TranslationState } from "./state.js";
import { closeBatch, writeBlock } from "./write-output.js";
import { createX86Architecture } from "./x86/index.js";

/** What a translation yields. All texts have one character per byte (latin-1). */
export type TranslationResult = TranslationSuccess | TranslationFailure;

interface TranslationFacts {
  /** Messages in order of appearance. */
  readonly diagnostics: readonly Diagnostic[];
  /** Paths of the include files that were read, in order of their first use. */
  readonly includedFiles: readonly string[];
  /** The listing that `dumpDefinitions` asked for. */
  readonly definitions: string | undefined;
}

export interface TranslationSuccess extends TranslationFacts {
  readonly ok: true;
  /** The translated text. */
  readonly output: string;
  /** The translated text in pieces of one or more complete lines. */
  pieces(): readonly string[];
  /** Which source lines the bytes of the action list come from. */
  sourceMap(): ActionSourceMap;
  /** The action list, and the names behind its label and extern numbers. */
  readonly actions: Uint8Array;
  readonly globals: readonly string[];
  readonly externs: readonly string[];
  /** Names of the sections in order of their numbers. */
  readonly sections: readonly string[];
  readonly architecture: Architecture["name"];
  /** The encoder version that the action list is for. */
  readonly dasmVersion: EngineVersion;
}

export interface TranslationFailure extends TranslationFacts {
  readonly ok: false;
  /** Number of errors, also of those beyond the limit of messages; undefined after a fatal one. */
  readonly errorCount: number | undefined;
}

/** What the core needs from its surroundings. */
export interface TranslatorParts {
  /** Gives the parser for conditions; called when one is needed. */
  readonly loadLuaParser: () => LuaParser;
  /** The bytes of a text with one character per byte, where there is something faster than a loop. */
  readonly encodeLatin1?: (text: string) => Uint8Array;
}

const maximumGlobals = 237;
const maximumExterns = 256;

function numberFor(
  numbers: Map<string, number>,
  name: string,
  first: number,
  limit: number,
  kind: string,
): number {
  const known = numbers.get(name);
  if (known !== undefined) return known;
  if (numbers.size >= limit) throw statementError(`too-many-${kind}s`, `too many ${kind} labels`);
  const number = first + numbers.size;
  numbers.set(name, number);
  return number;
}

function createArchitecture(name: string, state: TranslationState): Architecture | undefined {
  if (name !== "x86" && name !== "x64") return undefined;
  return createX86Architecture(name, {
    engine: state.options.dasmVersion,
    host: state.emitter,
    globalLabelNumber: (label) => numberFor(state.globalNumbers, label, 10, maximumGlobals, "global"),
    externNumber: (label) => numberFor(state.externNumbers, label, 0, maximumExterns, "extern"),
    declaredType: (type) => state.types.get(type),
  });
}

function predefine(state: TranslationState, options: ResolvedOptions): void {
  if (options.language !== "lua") return;
  const { os, arch } = options.target;
  setDefine(state.defines, "ARCH", arch);
  setDefine(state.defines, arch.toUpperCase(), "1");
  setDefine(state.defines, "OS", os);
  setDefine(state.defines, os.toUpperCase(), "1");
}

/** Reports what is still open at the end of the main file. */
function reportUnfinished(state: TranslationState): void {
  if (state.architecture === undefined) {
    reportFileProblem(state, {
      code: "missing-arch",
      message: "missing .arch directive",
      follows: state.fatal,
      hint: "begin with `|.arch x64' or `|.arch x86'",
    });
  }
  if (state.conditions.length > 0 && !state.fatal) {
    reportFileProblem(state, {
      code: "unbalanced-conditional",
      message: "unbalanced conditional",
      at: state.conditions.at(-1)?.at,
      hint: "this .if has no .endif",
    });
  }
  const { recording, openCapture } = state;
  if (recording !== undefined) {
    reportFileProblem(state, {
      code: "unfinished-macro",
      message: `unfinished .macro \`${recording.name}'`,
      at: recording.definedAt,
      classicLine: recording.classicLine,
      hint: "the definition ends with `|.endmacro'",
    });
  }
  if (openCapture !== undefined) {
    reportFileProblem(state, {
      code: "unfinished-capture",
      message: `unfinished .capture \`${openCapture.name}'`,
      at: openCapture.openedAt,
      classicLine: openCapture.classicLine,
      hint: "the capture ends with `|.endcapture'",
    });
    return;
  }
  for (const capture of state.captures.values()) {
    if (state.dumpedCaptures.has(capture.name)) continue;
    reportFileProblem(state, {
      code: "missing-dumpcapture",
      message: `missing .dumpcapture ${capture.name}`,
      at: capture.openedAt,
      hint: "what is captured is only written where `.dumpcapture' names it",
    });
  }
}

function hasFailed(state: TranslationState): boolean {
  return state.fatal || state.errorCount > 0 || state.warningErrorCount > 0;
}

function render(state: TranslationState): readonly string[] | undefined {
  try {
    return state.options.keepLines ? renderKeepingLines(state, joinLuaLines) : renderOutput(state);
  } catch (error) {
    if (!(error instanceof OutputError)) throw error;
    const at = state.captures.get(error.capture ?? "")?.openedAt;
    reportFileProblem(state, { code: error.code, message: error.message, at });
    return undefined;
  }
}

function readSource(state: TranslationState): void {
  const { options } = state;
  const hasHeader = options.language === "c" || options.echo !== undefined;
  if (hasHeader && !options.keepLines) writeBlock(state, { kind: "header" });
  state.syncedLine = -1;
  processFrame(state, state.mainFrame);
  flush(state);
  closeBatch(state);
}

/** Translates with given parts; see `translate` of the public API. */
export function translateWith(
  parts: TranslatorParts,
  source: SourceText,
  options: TranslateOptions,
): TranslationResult {
  const resolved = resolveOptions(options);
  const state = createState({
    options: resolved,
    emitter: resolved.language === "lua" ? luaEmitter : cEmitter,
    loadLuaParser: parts.loadLuaParser,
    encodeLatin1: parts.encodeLatin1 ?? encodeLatin1,
    createArchitecture,
    directives,
    recordStatement,
    source: joinSource(source),
  });
  for (const [name, value] of options.defines ?? []) setDefine(state.defines, name, value);
  predefine(state, resolved);
  for (const [name, value] of options.substitutions ?? []) setDefine(state.defines, name, value);
  readSource(state);
  reportUnfinished(state);
  finishLint(state);
  const pieces = hasFailed(state) ? undefined : render(state);
  return pieces === undefined ? failure(state) : success(state, pieces);
}

function facts(state: TranslationState): TranslationFacts {
  const level = state.options.dumpDefinitions;
  return {
    diagnostics: state.diagnostics,
    includedFiles: [...state.includedFiles],
    definitions: level > 0 ? dumpDefinitions(state, level) : undefined,
  };
}

function failure(state: TranslationState): TranslationFailure {
  return {
    ...facts(state),
    ok: false,
    errorCount: state.fatal ? undefined : state.errorCount + state.warningErrorCount,
  };
}

function success(state: TranslationState, pieces: readonly string[]): TranslationSuccess {
  let output: string | undefined;
  let actions: Uint8Array | undefined;
  const { chunks } = state;
  return {
    ...facts(state),
    ok: true,
    get output() {
      output ??= pieces.join("");
      return output;
    },
    pieces: () => pieces,
    sourceMap: () => createSourceMap(state),
    get actions() {
      actions ??= chunks.length === 0 ? Uint8Array.of(ACTION.STOP) : state.encodeLatin1(actionText(chunks));
      return actions;
    },
    globals: [...state.globalNumbers.keys()],
    externs: [...state.externNumbers.keys()],
    sections: state.sections,
    architecture: state.architecture?.name ?? "x64",
    dasmVersion: state.options.dasmVersion,
  };
}
