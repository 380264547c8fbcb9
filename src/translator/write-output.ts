import type { DeferredBlock } from "./output.js";
import type { SourceFrame, TranslationState } from "./state.js";

/** Lines are collected into texts of about this length: many small strings would keep the collector busy. */
const batchLength = 8192;

/** What a line that is kept by itself takes in addition to its text, in characters. */
const keptLineCost = 120;

/** Moves the lines collected so far to the output. */
export function closeBatch(state: TranslationState): void {
  const { batch } = state;
  if (batch === "") return;
  // Reading a character makes the engine store the concatenation in one piece.
  batch.charCodeAt(0);
  state.output.push(batch);
  state.batch = "";
}

/** Adds complete lines, given with their line ends. */
function writeText(state: TranslationState, text: string, lineCount: number, mainLine: number): void {
  state.syncedLine += lineCount;
  if (state.openCapture !== undefined) state.openCapture.lineCount += lineCount;
  if (state.keepLines) {
    state.output.push(text);
    noteLine(state, mainLine);
    // Lines that macros multiply are limited by the expanded text, but each of these needs memory of its own.
    if (state.macroStack.length > 0) state.expansionBudget -= keptLineCost;
    return;
  }
  state.batch += text;
  if (state.batch.length >= batchLength) closeBatch(state);
}

/** Adds a line to the output or to the open capture. */
export function writeLine(state: TranslationState, line: string): void {
  writeText(state, `${line}\n`, 1, state.mainFrame.line);
}

/** Adds several generated lines. */
export function writeLines(state: TranslationState, lines: readonly string[]): void {
  for (const line of lines) writeLine(state, line);
}

/** Adds a block whose text is not known yet; it counts as one line. */
export function writeBlock(state: TranslationState, block: DeferredBlock): void {
  closeBatch(state);
  state.output.push(block);
  state.syncedLine++;
  if (state.openCapture !== undefined) state.openCapture.lineCount++;
  if (state.keepLines) noteLine(state, state.mainFrame.line);
}

/** Adds a put call; with `keepLines` it goes to the line of the code that it stands for. */
export function writePutCall(state: TranslationState, text: string): void {
  writeText(state, `${text}\n`, 1, state.pending.mainLine);
}

/** Adds a run of host lines, given as one text with all line ends. */
export function writeHostRun(state: TranslationState, text: string, lineCount: number): void {
  writeText(state, text, lineCount, state.mainFrame.line);
}

function noteLine(state: TranslationState, line: number): void {
  const nested = state.frame === state.mainFrame ? 0 : 1;
  if (state.output === state.mainOutput) state.outputLines.push(line * 2 + nested);
}

/** Adds a `#line` directive if the C compiler is presumed to be elsewhere. */
export function syncLine(state: TranslationState): void {
  const { frame } = state;
  if (state.syncedLine === frame.line || !state.lineDirectives) return;
  writeLine(state, `#line ${frame.line} "${frame.name}"`);
  state.syncedLine = frame.line;
}

/** Echoes an assembler text as a comment, if comments are on. */
export function echo(state: TranslationState, text: string): void {
  const form = state.echoForm;
  if (form === undefined) return;
  writeLine(state, state.frame.indentation + form.prefix + text + form.suffix);
}

/** Echoes the assembler line whose bar stands at `barAt`. */
export function echoLine(state: TranslationState, frame: SourceFrame, barAt: number): void {
  const form = state.echoForm;
  if (form === undefined) return;
  const { text, lineEnd, indentation } = frame;
  if (form.suffix === "" && lineEnd < text.length) {
    // The common case takes the text with its line end in one piece.
    const line = indentation + form.prefix + text.slice(barAt + 1, lineEnd + 1);
    writeText(state, line, 1, state.mainFrame.line);
    return;
  }
  echo(state, text.slice(barAt + 1, lineEnd));
}
