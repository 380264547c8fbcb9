import type { DeferredBlock } from "./output.js";
import type { TranslationState } from "./state.js";

/** Adds one entry to the output or to the open capture. */
export function writeItem(state: TranslationState, item: string | DeferredBlock): void {
  state.output.push(item);
  state.syncedLine++;
  if (state.openCapture !== undefined) state.openCapture.lineCount++;
  if (state.options.keepLines) noteLine(state, state.mainFrame.line);
}

/** Adds several generated lines. */
export function writeLines(state: TranslationState, lines: readonly string[]): void {
  for (const line of lines) writeItem(state, line);
}

/** Adds a put call; with `keepLines` it goes to the line of the code that it stands for. */
export function writePutCall(state: TranslationState, text: string): void {
  writeItem(state, text);
  if (state.options.keepLines && state.output === state.mainOutput) {
    state.outputLines[state.outputLines.length - 1] = state.pending.mainLine * 2 + nested(state);
  }
}

/** Adds a run of host lines, given as one text without the last line end. */
export function writeHostRun(state: TranslationState, text: string, lineCount: number): void {
  state.output.push(text);
  state.syncedLine += lineCount;
  if (state.openCapture !== undefined) state.openCapture.lineCount += lineCount;
  if (state.options.keepLines) noteLine(state, state.mainFrame.line);
}

function nested(state: TranslationState): number {
  return state.frame === state.mainFrame ? 0 : 1;
}

function noteLine(state: TranslationState, line: number): void {
  if (state.output === state.mainOutput) state.outputLines.push(line * 2 + nested(state));
}

/** Adds a `#line` directive if the C compiler is presumed to be elsewhere. */
export function syncLine(state: TranslationState): void {
  const { frame, options } = state;
  if (!options.lineDirectives || state.syncedLine === frame.line) return;
  writeItem(state, `#line ${frame.line} "${frame.name}"`);
  state.syncedLine = frame.line;
}

/** Echoes an assembler text as a comment, if comments are on. */
export function echo(state: TranslationState, text: string): void {
  const form = state.options.echo;
  if (form === undefined) return;
  writeItem(state, state.frame.indentation + form.prefix + text + form.suffix);
}
