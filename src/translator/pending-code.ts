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
export function appendStatement(state: TranslationState, { steps }: AssembledStatement): void {
  const { length } = steps;
  for (let index = 0; index < length; index++) appendStep(state, steps[index] as AssembledStep);
}

function appendStep(state: TranslationState, step: AssembledStep): void {
  const { pending } = state;
  const { reserveBefore, reserveAfter, args } = step;
  if (reserveBefore > 0 && pending.positions + reserveBefore > maximumPositions) flush(state);
  if (state.keepLines) pending.mainLine = state.mainFrame.line;
  addCode(state, step.code);
  state.recorder?.code(step.code, args);
  const { length } = args;
  for (let at = 0; at < length; at++) pending.args += `, ${args[at]}`;
  const positions = pending.positions + step.positions;
  pending.positions = positions;
  if (reserveAfter > 0 && positions + reserveAfter > maximumPositions) flush(state);
}

/** Adds action bytes of the current line. */
function addCode({ pending, sourceEntries, frame }: TranslationState, added: string): void {
  const { code } = pending;
  const start = code.length;
  pending.code = code + added;
  sourceEntries.push(start, start + added.length, frame.fileIndex * linesPerFile + frame.line);
}

/** Switches to a section: code before the switch and the switch itself are one put call. */
export function appendSectionSwitch(state: TranslationState, section: number): void {
  const { pending } = state;
  pending.mainLine = state.mainFrame.line;
  const code = sectionCode + String.fromCharCode(section);
  addCode(state, code);
  state.recorder?.code(code, []);
  writeChunk(state);
}

/** Writes the pending code as one put call. */
export function flush(state: TranslationState): void {
  const { pending } = state;
  const { code } = pending;
  if (code === "") return;
  pending.code = code + stopCode;
  writeChunk(state);
}

function writeChunk(state: TranslationState): void {
  const { pending } = state;
  const { code } = pending;
  const offset = placeChunk(state, code);
  placeSources(state, offset, code.length);
  const call = state.emitter.putCall(state.frame.indentation, offset, pending.args);
  state.recorder?.put(offset, call);
  writePutCall(state, call);
  state.lint.putsSinceHost++;
  pending.code = "";
  pending.args = "";
  pending.positions = 1;
  pending.firstEntry = state.sourceEntries.length;
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

/** Turns the entries of the pending code into those of its place in the action list; the last one covers its end. */
function placeSources({ pending, sourceEntries }: TranslationState, offset: number, length: number): void {
  const last = sourceEntries.length - 3;
  for (let at = pending.firstEntry; at <= last; at += 3) {
    sourceEntries[at] = offset + (sourceEntries[at] as number);
    sourceEntries[at + 1] = offset + (at === last ? length : (sourceEntries[at + 1] as number));
  }
}
