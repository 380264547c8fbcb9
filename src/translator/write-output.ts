import type { DeferredBlock } from "./output.js";
import type { SourceFrame, TranslationState } from "./state.js";

/** What a line that is kept by itself takes in addition to its text, in characters. */
const keptLineCost = 120;

/**
 * Moves the lines collected so far to the output.
 *
 * @param mainLine with `keepLines`, the line of the main file that they go to
 */
export function closeBatch(state: TranslationState, mainLine = state.mainFrame.line): void {
  const { batch } = state;
  if (batch === "") return;
  state.batch = "";
  // Reading a character makes the engine store the concatenation in one piece.
  batch.charCodeAt(0);
  state.output.push(batch);
  state.written.push(batch);
  state.writtenStarts.push(state.writtenLength);
  state.writtenLength += batch.length;
  if (state.openCapture !== undefined) state.openCapture.lineCount += countLines(batch);
  if (state.keepLines) noteKeptLine(state, mainLine);
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

/** Where the next text begins in what is written. */
export function writingPosition(state: TranslationState): number {
  return state.writtenLength + state.batch.length;
}

/** Adds complete lines, given as one text with their line ends. */
export function writeText(state: TranslationState, text: string, lineCount: number): void {
  const batch = state.batch + text;
  state.batch = batch;
  state.syncedLine += lineCount;
  if (batch.length >= state.batchLength) closeBatch(state);
}

/** Adds a line to the output or to the open capture. */
export function writeLine(state: TranslationState, line: string): void {
  writeText(state, `${line}\n`, 1);
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
  if (!state.keepLines) {
    writeLine(state, text);
    return;
  }
  state.batch = `${text}\n`;
  state.syncedLine++;
  closeBatch(state, state.pending.mainLine);
}

function noteLine(state: TranslationState, line: number): void {
  const nested = state.frame === state.mainFrame ? 0 : 1;
  if (state.output === state.mainOutput) state.outputLines.push(line * 2 + nested);
}

function noteKeptLine(state: TranslationState, line: number): void {
  noteLine(state, line);
  // Lines that macros multiply are limited by the expanded text, but each of these needs memory of its own.
  if (state.macroStack.length > 0) state.expansionBudget -= keptLineCost;
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
    writeText(state, line, 1);
    return;
  }
  echo(state, text.slice(barAt + 1, lineEnd));
}
