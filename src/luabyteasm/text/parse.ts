import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import type { Chunk } from "../chunk.js";
import {
  CHAR,
  findContentEnd,
  findLineEnd,
  findNameEnd,
  findTokenEnd,
  isContentEnd,
  isDigit,
  isLineEnd,
  skipBlanks,
} from "./characters.js";
import { chunkSection, parseChunkLine } from "./chunk-section.js";
import { DIRECTIVES, type Directive } from "./directives.js";
import { createParserState, IGNORED_SECTION, type ParserState } from "./parser-state.js";
import { listDiagnostics, reportError, reportWarning } from "./reporter.js";
import { prepareSource, skipByteOrderMark } from "./source-text.js";
import { reportUnclosed } from "./structure.js";
import { didYouMean } from "./suggest.js";

export interface ParseOptions {
  /** Name of the text in diagnostics; `<input>` by default. */
  readonly fileName?: string;
  /** Turns every warning into an error. */
  readonly strict?: boolean;
}

export type ParseResult =
  | { readonly ok: true; readonly chunk: Chunk; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

const DIRECTIVE_BY_NAME: ReadonlyMap<string, Directive> = new Map(
  DIRECTIVES.map((directive) => [directive.name, directive]),
);

function parseDirective(state: ParserState, start: number): void {
  const { text, reporter } = state;
  const nameEnd = findNameEnd(text, start + 1);
  if (nameEnd === start + 1 || isDigit(text.charCodeAt(start + 1))) {
    const end = Math.max(findTokenEnd(text, start), start + 1);
    reportError(reporter, "bad-directive", start, end, "expected the name of a directive behind the dot");
    return;
  }
  const name = text.slice(start, nameEnd);
  const directive = DIRECTIVE_BY_NAME.get(name);
  if (directive !== undefined) {
    directive.parse(state, start, nameEnd);
    return;
  }
  const message = `unknown directive ${name}: its content is ignored`;
  reportWarning(reporter, "unknown-section", start, nameEnd, message, () =>
    didYouMean(name, DIRECTIVE_BY_NAME.keys()),
  );
  state.section = IGNORED_SECTION;
}

function parseContent(state: ParserState, start: number): void {
  const { fn, section, text, reporter } = state;
  if (fn !== undefined && section !== undefined) section.parseLine(state, fn);
  else if (section === chunkSection) parseChunkLine(state);
  else if (fn !== undefined) {
    const message = "this line belongs to no section";
    const hint = "open one before it: .instruction, .const, .upvalue, .header, .locals or .lineinfo";
    reportError(reporter, "no-section", start, findContentEnd(text, start), message, hint);
  } else if (section === undefined) {
    const message = "expected .fn before any content";
    reportError(reporter, "outside-fn", start, findContentEnd(text, start), message);
  }
}

/** Reports the first text behind the main function. */
function checkRest(state: ParserState): void {
  const { text, reporter } = state;
  for (let at = state.position; at < text.length; ) {
    at = skipBlanks(text, at);
    const code = text.charCodeAt(at);
    if (!isContentEnd(code)) {
      const message = "text behind the main function is ignored";
      reportWarning(reporter, "ignored-text", at, findContentEnd(text, at), message);
      return;
    }
    at = findLineEnd(text, at) + 1;
  }
}

function parseLines(state: ParserState): void {
  const { text } = state;
  while (state.position < text.length && state.main === undefined) {
    const at = skipBlanks(text, state.position);
    const code = text.charCodeAt(at);
    if (isLineEnd(code)) {
      state.position = at + 1;
      continue;
    }
    state.position = at;
    if (code === CHAR.dot) parseDirective(state, at);
    else if (!isContentEnd(code)) parseContent(state, at);
    state.position = findLineEnd(text, state.position) + 1;
  }
}

/**
 * Parses a text into a chunk. All errors are reported, sorted by position.
 * @param source the text, or its bytes (UTF-8, or any bytes in strings)
 */
export function parseText(source: string | Uint8Array, options: ParseOptions = {}): ParseResult {
  const text = prepareSource(source);
  const from = skipByteOrderMark(text);
  const state = createParserState(text, from, options.strict ?? false);
  parseLines(state);
  const { reporter, main } = state;
  if (main !== undefined) checkRest(state);
  else if (state.fn !== undefined) reportUnclosed(state);
  else if (reporter.errors === 0) {
    reportError(reporter, "no-function", from, from + 1, "the text has no .fn");
  }
  const diagnostics = listDiagnostics(reporter, text, from, options.fileName ?? "<input>");
  if (main === undefined || reporter.errors > 0) return { ok: false, diagnostics };
  return { ok: true, chunk: { header: state.header, main }, diagnostics };
}
