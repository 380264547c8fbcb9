import type { AssembledStatement, AssembledStep } from "./assembled-statement.js";
import { appendChunk, findChunk } from "./dedupe-index.js";
import type { TranslationState } from "./state.js";
import { writePutCall } from "./write-output.js";

/** Buffer positions that one put call may use; the start offset takes the first. */
const maximumPositions = 25;

/** Files and lines are kept as one number: the index of the file times this, plus the line. */
export const linesPerFile = 2 ** 31;

const stopCode = "\u00ff";
const sectionCode = "\u00fe";
const negativeZero = /\u0100/g;

/** Appends an assembled statement to the pending code. */
export function appendStatement(state: TranslationState, statement: AssembledStatement): void {
  const { pending, frame } = state;
  const { steps } = statement;
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index] as AssembledStep;
    if (pending.positions + step.reserveBefore > maximumPositions && step.reserveBefore > 0) flush(state);
    pending.marks.push(pending.code.length, frame.fileIndex * linesPerFile + frame.line);
    if (state.keepLines) pending.mainLine = state.mainFrame.line;
    pending.code += step.code;
    state.recorder?.code(step.code, step.args);
    const { args } = step;
    for (let at = 0; at < args.length; at++) pending.args.push(args[at] as string);
    pending.positions += step.positions;
    if (step.reserveAfter > 0 && pending.positions + step.reserveAfter > maximumPositions) flush(state);
  }
}

/** Switches to a section: code before the switch and the switch itself are one put call. */
export function appendSectionSwitch(state: TranslationState, section: number): void {
  const { pending, frame } = state;
  pending.marks.push(pending.code.length, frame.fileIndex * linesPerFile + frame.line);
  pending.mainLine = state.mainFrame.line;
  const code = sectionCode + String.fromCharCode(section);
  pending.code += code;
  state.recorder?.code(code, []);
  writeChunk(state);
}

/** Writes the pending code as one put call. */
export function flush(state: TranslationState): void {
  if (state.pending.code.length === 0) return;
  state.pending.code += stopCode;
  writeChunk(state);
}

function writeChunk(state: TranslationState): void {
  const { pending } = state;
  const offset = placeChunk(state, pending.code);
  recordSources(state, offset, pending.code.length);
  const call = state.emitter.putCall(state.frame.indentation, offset, pending.args);
  state.recorder?.put(offset, call);
  writePutCall(state, call);
  state.lint.putsSinceHost++;
  pending.code = "";
  pending.args = [];
  pending.positions = 1;
  pending.marks = [];
}

/** Offset of the chunk in the action list, which gets it appended unless it has the same bytes somewhere. */
function placeChunk(state: TranslationState, code: string): number {
  const hasNegativeZero = code.includes("\u0100");
  const bytes = hasNegativeZero ? code.replace(negativeZero, "\u0000") : code;
  const found = findChunk(state.chunks, bytes);
  if (found >= 0) return found;
  const offset = appendChunk(state.chunks, bytes);
  if (hasNegativeZero) {
    for (let at = code.indexOf("\u0100"); at >= 0; at = code.indexOf("\u0100", at + 1)) {
      state.negativeZeros.add(offset + at);
    }
  }
  return offset;
}

function recordSources(state: TranslationState, offset: number, length: number): void {
  const { marks } = state.pending;
  const entries = state.sourceEntries;
  for (let at = 0; at < marks.length; at += 2) {
    const start = marks[at] as number;
    const end = marks[at + 2] ?? length;
    if (end !== start) entries.push(offset + start, offset + end, marks[at + 1] as number);
  }
}
