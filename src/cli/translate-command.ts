import { type Palette, plainPalette } from "../diagnostics/palette.js";
import { renderClassic } from "../diagnostics/render-classic.js";
import { renderGnu } from "../diagnostics/render-gnu.js";
import { renderJson } from "../diagnostics/render-json.js";
import type { LuaParser } from "../translator/lua-parser.js";
import type { TranslateOptions } from "../translator/options.js";
import { type TranslationResult, type TranslationSuccess, translateWith } from "../translator/translate.js";
import { bytesOfPieces, fromByteText, toByteText } from "./byte-text.js";
import { makeRule } from "./depfile.js";
import { isFileError } from "./file-error.js";
import { type CliIo, createNodeIo } from "./io.js";
import { parseTranslateArguments } from "./read-arguments.js";
import { loadPalette, wantsColorHere } from "./terminal.js";
import type { TranslateRequest } from "./translate-request.js";
import { isUsageError, UsageError } from "./usage-error.js";

/** Exit codes of all commands. */
export const exitCodes = { fine: 0, badInput: 1, badUsage: 2 } as const;

/** Loads luaparse; only conditions beyond plain words need it. */
function loadLuaParser(): LuaParser {
  const { createRequire } = process.getBuiltinModule("node:module");
  return createRequire(import.meta.url)("luaparse") as LuaParser;
}

function languageOf(request: TranslateRequest): "c" | "lua" {
  const { language, files } = request;
  if (language !== undefined) {
    const name = language.toLowerCase();
    if (name === "c" || name === "lua") return name;
    const classic = `invalid language \`${language}\`.`;
    throw new UsageError(`invalid language \`${language}': it is C or Lua`, classic);
  }
  const file = files[0] ?? "";
  return file.slice(file.lastIndexOf(".") + 1) === "dasl" ? "lua" : "c";
}

/** The name of the input in the output and in messages, as byte text. */
function shownName(file: string): string {
  return file === "-" ? "(stdin)" : toByteText(file);
}

function byteDefines(defines: ReadonlyMap<string, string>): Iterable<readonly [string, string]> {
  return [...defines].map(([name, value]) => [name, toByteText(value)] as const);
}

function translateRequest(
  request: TranslateRequest,
  file: string,
  io: CliIo,
  extra: TranslateOptions = {},
): TranslationResult {
  const language = languageOf(request);
  const encodeLatin1 = (text: string): Uint8Array => Buffer.from(text, "latin1");
  return translateWith({ loadLuaParser, encodeLatin1 }, io.readInput(file), {
    fileName: shownName(file),
    language,
    comments: request.comments,
    macroComments: request.macroComments,
    lineDirectives: request.lineDirectives,
    flushLines: request.flushLines,
    keepLines: request.keepLines,
    ...(request.dasmVersion === undefined ? {} : { dasmVersion: request.dasmVersion }),
    target: request.target ?? io.target,
    defines: byteDefines(request.defines),
    substitutions: byteDefines(request.substitutions),
    includeDirectories: request.includeDirectories.map(toByteText),
    readInclude: io.readInclude,
    maxErrors: request.maxErrors,
    warnings: { disabled: request.disabledWarnings, asErrors: request.warningsAsErrors },
    dumpDefinitions: request.dumpDefinitions,
    ...extra,
  });
}

/**
 * Translates the request's file for a command that uses the result itself; messages go to standard error.
 *
 * @param extra options that no command line has
 * @returns undefined if the input has errors.
 */
export async function translateForUse(
  request: TranslateRequest,
  io: CliIo,
  extra: TranslateOptions = {},
): Promise<TranslationSuccess | undefined> {
  const result = translateRequest(request, request.files[0] ?? "", io, extra);
  if (result.diagnostics.length > 0) {
    const palette = await loadPalette(request.format === "gnu" && wantsColorHere(request.color));
    io.stderr(renderMessages(request, result, palette));
  }
  return result.ok ? result : undefined;
}

/** The last line of the reference's messages. */
function classicSummary(name: string, errorCount: number | undefined): string {
  const what = errorCount === undefined ? "fatal error" : `${errorCount} error${errorCount > 1 ? "s" : ""}`;
  return `${name}:*: info: ${what} in input file -- no output file generated.\n`;
}

function renderMessages(request: TranslateRequest, result: TranslationResult, palette: Palette): string {
  const name = shownName(request.files[0] ?? "");
  const { diagnostics } = result;
  switch (request.format) {
    case "classic":
      return (
        diagnostics.map(renderClassic).join("") + (result.ok ? "" : classicSummary(name, result.errorCount))
      );
    case "json":
      return diagnostics
        .filter(({ repeated }) => !repeated)
        .map(renderJson)
        .join("");
    case "gnu":
      return diagnostics
        .filter(({ repeated }) => !repeated)
        .map((diagnostic) => renderGnu(diagnostic, palette))
        .join("");
  }
}

function writeResults(request: TranslateRequest, result: TranslationSuccess, io: CliIo): void {
  const { output, depfile, map, ifChanged } = request;
  if (map !== undefined)
    io.writeFile(map, Buffer.from(`${JSON.stringify(result.sourceMap())}\n`, "latin1"), { ifChanged });
  io.writeFile(output, bytesOfPieces(result.pieces()), { ifChanged });
  if (depfile !== undefined) {
    const inputs = request.files.filter((file) => file !== "-").map(toByteText);
    io.writeFile(depfile, makeRule(toByteText(output), [...inputs, ...result.includedFiles]));
  }
}

function finish(request: TranslateRequest, result: TranslationResult, palette: Palette, io: CliIo): number {
  const messages = renderMessages(request, result, palette);
  if (messages !== "") io.stderr(messages);
  if (result.ok) writeResults(request, result, io);
  if (result.definitions !== undefined) {
    const toOutput = result.ok && request.output !== "-";
    (toOutput ? io.stdout : io.stderr)(result.definitions);
  }
  return result.ok ? exitCodes.fine : exitCodes.badInput;
}

/** Outcome of one translation: the exit code and the files that it read. */
export interface Outcome {
  readonly exitCode: number;
  readonly sources: readonly string[];
}

/** Translates once, as requested, and writes output and messages. */
export async function translateInColor(request: TranslateRequest, io: CliIo): Promise<Outcome> {
  const result = translateRequest(request, request.files[0] ?? "", io);
  return finishInColor(request, result, io);
}

async function finishInColor(
  request: TranslateRequest,
  result: TranslationResult,
  io: CliIo,
): Promise<Outcome> {
  const palette = await loadPalette(request.format === "gnu" && wantsColorHere(request.color));
  return {
    exitCode: finish(request, result, palette, io),
    sources: [...request.files, ...result.includedFiles.map(fromByteText)],
  };
}

function translateOnce(request: TranslateRequest, io: CliIo): number | Promise<number> {
  const result = translateRequest(request, request.files[0] ?? "", io);
  if (result.diagnostics.length === 0) return finish(request, result, plainPalette, io);
  return finishInColor(request, result, io).then(({ exitCode }) => exitCode);
}

function checkRequest(request: TranslateRequest): void {
  if (request.files.length > 1) {
    throw new UsageError(`one input file is needed, not ${request.files.length}`, "");
  }
  if (request.depfile !== undefined && request.output === "-") {
    throw new UsageError("--depfile needs an output file: add -o FILE", "");
  }
  const outputs = [request.output, request.depfile, request.map].filter((file) => file !== undefined);
  if (new Set(outputs).size < outputs.length) {
    throw new UsageError("output, --depfile and --map need a file each", "");
  }
}

function runRequest(request: TranslateRequest, io: CliIo): number | Promise<number> {
  const { action } = request;
  if (action.kind !== "translate") {
    return import("./translate-information.js").then(({ printInformation }) => printInformation(request, io));
  }
  if (request.files.length === 0) {
    if (request.dumpDefinitions > 0) return dumpOnly(request, io);
    throw new UsageError("no input file", "");
  }
  checkRequest(request);
  if (request.watch) return import("./watch.js").then(({ watch }) => watch(request, io));
  return translateOnce(request, io);
}

/** `-P` without an input lists the definitions so far. */
function dumpOnly(request: TranslateRequest, io: CliIo): number {
  const { definitions } = translateWith({ loadLuaParser }, "", {
    defines: byteDefines(request.defines),
    substitutions: byteDefines(request.substitutions),
    dumpDefinitions: request.dumpDefinitions,
  });
  io.stdout(definitions ?? "");
  return exitCodes.fine;
}

function reportUsage(error: UsageError, classic: boolean, command: string, io: CliIo): number {
  if (classic && error.classic !== "") {
    io.stderr(toByteText(`dynasm.lua: ERROR: ${error.classic}\n`));
  } else {
    io.stderr(toByteText(`dynasm: error: ${error.message}\nTry \`dynasm ${command} --help'.\n`));
  }
  return exitCodes.badUsage;
}

function isClassic(argv: readonly string[]): boolean {
  const at = argv.indexOf("--diagnostics-format");
  return (at >= 0 && argv[at + 1] === "classic") || argv.includes("--diagnostics-format=classic");
}

/** Turns what may go wrong outside the input into a message and an exit code. */
export function reportFailure(
  error: unknown,
  argv: readonly string[],
  io: CliIo,
  command = "translate",
): number {
  if (isUsageError(error)) return reportUsage(error, isClassic(argv), command, io);
  if (!isFileError(error)) throw error;
  io.stderr(toByteText(`dynasm: error: ${error.message}\n`));
  return exitCodes.badInput;
}

/** Runs `dynasm translate` with its arguments. */
export function runTranslate(argv: readonly string[], io: CliIo = createNodeIo()): number | Promise<number> {
  try {
    const code = runRequest(parseTranslateArguments(argv), io);
    return typeof code === "number" ? code : code.catch((error: unknown) => reportFailure(error, argv, io));
  } catch (error) {
    return reportFailure(error, argv, io);
  }
}
