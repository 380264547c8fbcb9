import { OP } from "../opcodes.js";
import { type FunctionBuilder, pushLines, pushWord } from "./builders.js";
import { CHAR, findNameEnd, findTokenEnd, isContentEnd, skipBlanks } from "./characters.js";
import { encodeOperand, isRegister } from "./encode-operand.js";
import { wantedFrame } from "./frame-size.js";
import { parseNumeral } from "./numerals.js";
import { hintForOpcode } from "./opcode-hints.js";
import { type EncodedSlot, findLayout, type OperandLayout } from "./operand-layout.js";
import { raiseHighest, scanOperands, TOKEN } from "./operand-tokens.js";
import { OPERANDS_KEPT, type ParserState, type Section } from "./parser-state.js";
import { reportError, reportWarning } from "./reporter.js";
import { closeLoop, openLoop } from "./virtual-registers.js";

/** Appends an instruction word with the current line. */
export function appendWord(fn: FunctionBuilder, word: number): void {
  pushWord(fn.code, word);
  if (fn.lines !== undefined) pushLines(fn.lines, fn.line, 1);
}

function reportMissing(state: ParserState, layout: OperandLayout, start: number, slot: EncodedSlot): void {
  const end = start + layout.name.length;
  if (slot.kind === "jump") {
    const message = `${layout.name} needs a label or an offset to jump to`;
    reportError(state.reporter, "missing-operand", start, end, message);
    return;
  }
  const message = `${layout.name} takes ${layout.slots.length} operands: missing ones count as 0`;
  reportWarning(state.reporter, "missing-operand", start, end, message);
}

function reportExtra(state: ParserState, layout: OperandLayout, used: number): void {
  const { operands, reporter } = state;
  const start = operands.starts[used] ?? 0;
  const end = operands.ends[used] ?? 0;
  const isIndex = operands.kinds[used] === TOKEN.constant || (operands.values[used] ?? 0) !== 0;
  if (layout.opcode === OP.LOADKX && isIndex && !isRegister(operands.kinds[used] ?? 0)) {
    const hint = "write EXTRAARG with the constant on the next line";
    reportError(reporter, "bad-operand", start, end, "LOADKX takes its constant from EXTRAARG", hint);
    return;
  }
  const message = `${layout.name} takes ${used} operands: the others are ignored`;
  reportWarning(reporter, "extra-operand", start, end, message);
}

/** Which fields the operands of the line stand for. */
function selectSlots(state: ParserState, layout: OperandLayout): readonly EncodedSlot[] {
  const { count, kinds } = state.operands;
  if (count >= 3 && layout.full !== undefined) return layout.full;
  const second = kinds[1] ?? 0;
  if (layout.opcode === OP.TEST && count === 2 && isRegister(second)) return layout.full ?? layout.slots;
  if (layout.opcode === OP.JMP && count === 1) return layout.slots.slice(1);
  return layout.slots;
}

/** Encodes the scanned operands into the word. */
function encodeOperands(
  state: ParserState,
  fn: FunctionBuilder,
  layout: OperandLayout,
  slots: readonly EncodedSlot[],
  start: number,
): number {
  const { count } = state.operands;
  let word = layout.opcode;
  let missing: EncodedSlot | undefined;
  for (let index = 0; index < slots.length; index++) {
    const slot = slots[index];
    if (slot === undefined) continue;
    if (index < count) word |= encodeOperand(state, fn, slot, index, layout.opcode) << slot.shift;
    else if (!slot.optional && (missing === undefined || slot.kind === "jump")) missing = slot;
  }
  // TEST with a register for B has its flag left out on purpose.
  const legacyTest = layout.opcode === OP.TEST && slots === layout.full;
  if (missing !== undefined && !legacyTest) reportMissing(state, layout, start, missing);
  if (count > slots.length) reportExtra(state, layout, Math.min(slots.length, OPERANDS_KEPT - 1));
  return word >>> 0;
}

/** A loop in the sense of the virtual registers starts or ends. */
function trackLoops(state: ParserState, opcode: number): void {
  const { kinds, values } = state.operands;
  if (opcode === OP.FORLOOP) closeLoop(state.registers);
  else if (opcode === OP.FORPREP && isRegister(kinds[0] ?? 0)) {
    const base = values[0] ?? 0;
    if (base > 255) return;
    openLoop(state.registers, base);
    raiseHighest(state, base + 3);
  }
}

function assembleInstruction(
  state: ParserState,
  fn: FunctionBuilder,
  layout: OperandLayout,
  start: number,
): void {
  const errorsBefore = state.reporter.errors;
  let word = 0;
  if (scanOperands(state)) {
    word = encodeOperands(state, fn, layout, selectSlots(state, layout), start);
    if (layout.opcode === OP.FORLOOP || layout.opcode === OP.FORPREP) trackLoops(state, layout.opcode);
  }
  appendWord(fn, word);
  if (state.reporter.errors !== errorsBefore) return;
  const need = wantedFrame(word);
  if (need > fn.need) fn.need = need;
}

function defineLabel(state: ParserState, fn: FunctionBuilder, start: number, end: number): void {
  const { reporter, text } = state;
  const name = text.slice(start, end);
  if (parseNumeral(name) !== undefined) {
    const message = `${name} cannot be jumped to: as an operand it is an offset`;
    reportWarning(reporter, "numeric-label", start, end, message, `name it L${name}`);
  }
  if (fn.labels.has(name)) {
    reportWarning(
      reporter,
      "duplicate-label",
      start,
      end,
      `label ${name} is defined again: this place counts`,
    );
  }
  fn.labels.set(name, fn.code.length);
}

function reportUnknown(state: ParserState, start: number, end: number): void {
  const { reporter, text } = state;
  const word = text.slice(start, Math.min(end, start + 40));
  const hasColon =
    text.slice(start, end).includes(":") || text.charCodeAt(skipBlanks(text, end)) === CHAR.colon;
  if (hasColon) {
    const message = "a label is letters, digits and _ with a colon right behind";
    reportError(reporter, "label-syntax", start, end, message);
    return;
  }
  const message = `${word} is no opcode of Lua 5.2`;
  reportError(reporter, "unknown-opcode", start, end, message, () => hintForOpcode(word));
}

/** Parses a line of labels and at most one instruction. */
function parseInstructionLine(state: ParserState, fn: FunctionBuilder): void {
  const { text } = state;
  let start = state.position;
  let end = findNameEnd(text, start);
  while (end > start && text.charCodeAt(end) === CHAR.colon) {
    defineLabel(state, fn, start, end);
    start = skipBlanks(text, end + 1);
    if (isContentEnd(text.charCodeAt(start))) return;
    end = findNameEnd(text, start);
  }
  state.position = findTokenEnd(text, end);
  const layout = state.position === end ? findLayout(text, start, end) : undefined;
  if (layout !== undefined && text.charCodeAt(skipBlanks(text, end)) !== CHAR.colon) {
    assembleInstruction(state, fn, layout, start);
    return;
  }
  reportUnknown(state, start, Math.max(state.position, start + 1));
  appendWord(fn, 0);
}

export const instructionSection: Section = { name: ".instruction", parseLine: parseInstructionLine };
