import { MAX_BX, MAX_RK_CONSTANT, MAX_SBX, MIN_SBX, RK_CONSTANT, SBX_BIAS } from "../instruction.js";
import { OP } from "../opcodes.js";
import { type FunctionBuilder, pushLines, pushWord } from "./builders.js";
import { CHAR, findNameEnd, findTokenEnd, isContentEnd, isName, skipBlanks } from "./characters.js";
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

function badOperand(state: ParserState, index: number, expected: string, hint?: string): number {
  const { operands, text } = state;
  const start = operands.starts[index] ?? 0;
  const end = operands.ends[index] ?? 0;
  const found = text.slice(start, Math.min(end, start + 40));
  reportError(state.reporter, "bad-operand", start, end, `expected ${expected}, found ${found}`, hint);
  return 0;
}

function outOfRange(state: ParserState, index: number, range: string, hint?: string): number {
  const { operands, text } = state;
  const start = operands.starts[index] ?? 0;
  const end = operands.ends[index] ?? 0;
  const found = text.slice(start, Math.min(end, start + 40));
  reportError(
    state.reporter,
    "operand-range",
    start,
    end,
    `${found} is out of range: expected ${range}`,
    hint,
  );
  return 0;
}

function isRegister(kind: number): boolean {
  return kind === TOKEN.register || kind === TOKEN.virtual;
}

function checkRange(state: ParserState, index: number, limit: number, letter: string): number {
  const value = state.operands.values[index] ?? 0;
  if (value >= 0 && value <= limit) return value;
  return outOfRange(state, index, `${letter}0 to ${letter}${limit}`);
}

/** The number of an operand in an old spelling, with a warning when it is in range. */
function takeLegacy(state: ParserState, index: number, limit: number, letter: string, hint: string): number {
  const { operands, reporter } = state;
  const value = operands.values[index] ?? 0;
  if (value < 0 || value > limit) return checkRange(state, index, limit, letter);
  const start = operands.starts[index] ?? 0;
  const end = operands.ends[index] ?? 0;
  reportWarning(reporter, "legacy-operand", start, end, "old spelling of this operand", hint);
  return value;
}

function encodeRegister(state: ParserState, index: number): number {
  const kind = state.operands.kinds[index] ?? 0;
  if (isRegister(kind)) return checkRange(state, index, 255, "R");
  const hint = kind === TOKEN.constant ? "load the constant into a register with LOADK first" : undefined;
  return badOperand(state, index, "a register (R0 to R255 or $name)", hint);
}

function encodeRegisterOrConstant(state: ParserState, index: number, opcode: number, field: string): number {
  const kind = state.operands.kinds[index] ?? 0;
  if (isRegister(kind)) return checkRange(state, index, 255, "R");
  if (kind === TOKEN.constant) {
    const value = state.operands.values[index] ?? 0;
    if (value <= MAX_RK_CONSTANT) return RK_CONSTANT + value;
    return outOfRange(state, index, "K0 to K255", "load it into a register with LOADK first");
  }
  if (kind === TOKEN.upvalue && opcode === OP.SETTABUP && field === "B") {
    return takeLegacy(state, index, 255, "U", "write R<n> for a register");
  }
  return badOperand(state, index, "a register (R0 to R255 or $name) or a constant (K0 to K255)");
}

function encodeConstant(state: ParserState, index: number): number {
  if (state.operands.kinds[index] === TOKEN.constant) return checkRange(state, index, MAX_BX, "K");
  return badOperand(state, index, "a constant (K<n>)");
}

function encodeUpvalue(state: ParserState, index: number, opcode: number, field: string): number {
  const kind = state.operands.kinds[index] ?? 0;
  if (kind === TOKEN.upvalue) return checkRange(state, index, 255, "U");
  if (isRegister(kind) && opcode === OP.SETTABUP && field === "A") {
    return takeLegacy(state, index, 255, "R", "write U<n> for an upvalue");
  }
  return badOperand(state, index, "an upvalue (U0 to U255)");
}

function encodePrototype(state: ParserState, index: number): number {
  const kind = state.operands.kinds[index] ?? 0;
  if (kind === TOKEN.prototype) return checkRange(state, index, MAX_BX, "P");
  if (kind === TOKEN.integer) return checkRange(state, index, MAX_BX, "");
  if (isRegister(kind)) {
    return takeLegacy(state, index, 255, "R", "write P<n> for a nested function");
  }
  if (kind === TOKEN.constant) {
    return (
      RK_CONSTANT +
      takeLegacy(
        state,
        index,
        MAX_BX - RK_CONSTANT,
        "K",
        "write P<n> for a nested function; K<n> means 256 more",
      )
    );
  }
  return badOperand(state, index, "a nested function (P<n>)");
}

function encodeCount(state: ParserState, index: number, opcode: number, limit: number): number {
  const kind = state.operands.kinds[index] ?? 0;
  if (kind === TOKEN.integer) return checkRange(state, index, limit, "");
  if (isRegister(kind) && opcode === OP.LOADNIL) {
    return takeLegacy(state, index, 255, "R", "write the number without R");
  }
  return badOperand(state, index, `a number from 0 to ${limit}`);
}

function encodeFlag(state: ParserState, index: number, opcode: number, limit: number): number {
  const { operands, text } = state;
  const kind = operands.kinds[index] ?? 0;
  if (kind === TOKEN.integer) return checkRange(state, index, limit, "");
  if (kind === TOKEN.word) {
    const word = text.slice(operands.starts[index], operands.ends[index]);
    if (word === "true") return 1;
    if (word === "false") return 0;
  }
  if (isRegister(kind) && opcode !== OP.LOADBOOL) {
    return takeLegacy(state, index, 255, "R", "write 0 or 1");
  }
  return badOperand(state, index, "0, 1, true or false");
}

function encodeClose(state: ParserState, index: number): number {
  const kind = state.operands.kinds[index] ?? 0;
  if (kind === TOKEN.integer) return checkRange(state, index, 255, "");
  if (isRegister(kind)) return checkRange(state, index, 255, "R");
  return badOperand(state, index, "a number from 0 to 255 (0, or first register to close + 1)");
}

/** A label gets its offset at the end of the function; a numeral is the offset. */
function encodeJump(state: ParserState, fn: FunctionBuilder, index: number): number {
  const { operands, text } = state;
  const start = operands.starts[index] ?? 0;
  const end = operands.ends[index] ?? 0;
  const kind = operands.kinds[index] ?? 0;
  if (kind === TOKEN.integer) {
    const offset = operands.values[index] ?? 0;
    if (offset >= MIN_SBX && offset <= MAX_SBX) return offset + SBX_BIAS;
    const message = `a jump reaches from ${MIN_SBX} to ${MAX_SBX}, found ${text.slice(start, end)}`;
    reportError(state.reporter, "jump-range", start, end, message);
    return SBX_BIAS;
  }
  if (kind !== TOKEN.virtual && isName(text, start, end)) {
    fn.fixups.push({ pc: fn.code.length, start, end });
    return SBX_BIAS;
  }
  badOperand(state, index, "a label or an offset");
  return SBX_BIAS;
}

function encodeExtra(state: ParserState, index: number, limit: number): number {
  const kind = state.operands.kinds[index] ?? 0;
  if (kind === TOKEN.integer) return checkRange(state, index, limit, "");
  if (kind === TOKEN.constant) return checkRange(state, index, limit, "K");
  return badOperand(state, index, `a number from 0 to ${limit} or a constant (K<n>)`);
}

function encodeUnused(state: ParserState, index: number, limit: number): number {
  const { kinds, values } = state.operands;
  const kind = kinds[index] ?? 0;
  if (kind === TOKEN.integer && values[index] === 0) return 0;
  if (kind !== TOKEN.integer && kind !== TOKEN.constant && !isRegister(kind)) {
    return badOperand(state, index, "0: this field is unused");
  }
  const hint = "this field is unused: leave it out, or write 0";
  if (kind === TOKEN.integer) return takeLegacy(state, index, limit, "", hint);
  if (kind === TOKEN.constant) return RK_CONSTANT + takeLegacy(state, index, MAX_RK_CONSTANT, "K", hint);
  return takeLegacy(state, index, 255, "R", hint);
}

function encodeOperand(
  state: ParserState,
  fn: FunctionBuilder,
  slot: EncodedSlot,
  index: number,
  opcode: number,
): number {
  switch (slot.kind) {
    case "R":
      return encodeRegister(state, index);
    case "RK":
      return encodeRegisterOrConstant(state, index, opcode, slot.field);
    case "K":
      return encodeConstant(state, index);
    case "U":
      return encodeUpvalue(state, index, opcode, slot.field);
    case "P":
      return encodePrototype(state, index);
    case "count":
      return encodeCount(state, index, opcode, slot.limit);
    case "flag":
      return encodeFlag(state, index, opcode, slot.limit);
    case "close":
      return encodeClose(state, index);
    case "jump":
      return encodeJump(state, fn, index);
    case "extra":
      return encodeExtra(state, index, slot.limit);
    case "-":
      return encodeUnused(state, index, slot.limit);
  }
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
  reportError(reporter, "unknown-opcode", start, end, message, hintForOpcode(word));
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
