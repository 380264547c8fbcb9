import { MAX_BX, MAX_RK_CONSTANT, MAX_SBX, MIN_SBX, RK_CONSTANT, SBX_BIAS } from "../instruction.js";
import { OP } from "../opcodes.js";
import { type FunctionBuilder, pushFixup } from "./builders.js";
import { isName } from "./characters.js";
import type { EncodedSlot } from "./operand-layout.js";
import { TOKEN } from "./operand-tokens.js";
import type { ParserState } from "./parser-state.js";
import { reportError, reportWarning } from "./reporter.js";

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

/** Whether a token stands for a register. */
export function isRegister(kind: number): boolean {
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
    pushFixup(fn.fixups, fn.code.length, start, end);
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

/**
 * The value of a scanned operand for its field; 0 after reporting that it is none. A jump to a label
 * is left to the end of the function.
 */
export function encodeOperand(
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
