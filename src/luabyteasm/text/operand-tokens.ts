import { CHAR, findTokenEnd, isContentEnd, isDigit, isName, isTokenEnd, skipBlanks } from "./characters.js";
import { parseNumeral } from "./numerals.js";
import { OPERANDS_KEPT, type ParserState } from "./parser-state.js";
import { reportError } from "./reporter.js";
import { HIGHEST_VIRTUAL, noteRegister, resolveVirtual } from "./virtual-registers.js";

/** Kinds of operand tokens. */
export const TOKEN = {
  /** Anything else: a label, `true`, `false` or a slip. */
  word: 0,
  /** `R<n>` */
  register: 1,
  /** `$name`, already replaced by its register. */
  virtual: 2,
  /** `K<n>` */
  constant: 3,
  /** `U<n>` */
  upvalue: 4,
  /** `P<n>` */
  prototype: 5,
  /** A numeral with an integral value. */
  integer: 6,
  /** A numeral with a fraction, or infinite. */
  fraction: 7,
} as const;

function kindOfLetter(code: number): number {
  switch (code) {
    case CHAR.R:
      return TOKEN.register;
    case CHAR.K:
      return TOKEN.constant;
    case CHAR.U:
      return TOKEN.upvalue;
    case CHAR.P:
      return TOKEN.prototype;
    default:
      return TOKEN.word;
  }
}

function startsNumeral(code: number): boolean {
  return isDigit(code) || code === CHAR.minus || code === CHAR.plus || code === CHAR.dot;
}

/** A `$name` allocates a register even where it is no possible operand. */
function scanVirtual(state: ParserState, index: number, start: number, end: number): void {
  if (!isName(state.text, start + 1, end)) {
    storeOperand(state, index, TOKEN.word, 0, start, end);
    return;
  }
  const name = state.text.slice(start + 1, end);
  const register = resolveVirtual(state.registers, name);
  if (register > HIGHEST_VIRTUAL) {
    const message = `no register is left for $${name}: a frame has at most 255`;
    reportError(state.reporter, "vreg-overflow", start, end, message, "close scopes with .endscope");
  }
  const value = register > HIGHEST_VIRTUAL ? 0 : register;
  raiseHighest(state, value);
  storeOperand(state, index, TOKEN.virtual, value, start, end);
}

/** Raises the highest register seen, for allocation and for the main function's frame. */
export function raiseHighest(state: ParserState, register: number): void {
  noteRegister(state.registers, register);
  if (register > state.leak) state.leak = register;
}

function storeOperand(
  state: ParserState,
  index: number,
  kind: number,
  value: number,
  start: number,
  end: number,
): void {
  state.position = end;
  if (index >= OPERANDS_KEPT) return;
  const { operands } = state;
  operands.kinds[index] = kind;
  operands.values[index] = value;
  operands.starts[index] = start;
  operands.ends[index] = end;
}

function scanNumeral(state: ParserState, index: number, start: number, end: number): void {
  const value = parseNumeral(state.text.slice(start, end));
  if (value === undefined) storeOperand(state, index, TOKEN.word, 0, start, end);
  else {
    const kind = Number.isInteger(value) ? TOKEN.integer : TOKEN.fraction;
    storeOperand(state, index, kind, value, start, end);
  }
}

/** Scans the operand at `start` into the scratch arrays. */
function scanOperand(state: ParserState, index: number, start: number): void {
  const { text } = state;
  const first = text.charCodeAt(start);
  let kind = kindOfLetter(first);
  let at = start;
  if (kind !== TOKEN.word) at++;
  else if (isDigit(first)) kind = TOKEN.integer;
  else if (first === CHAR.dollar) {
    scanVirtual(state, index, start, findTokenEnd(text, start));
    return;
  }
  const digitsFrom = at;
  let value = 0;
  let code = text.charCodeAt(at);
  while (code >= CHAR.zero && code <= CHAR.nine) {
    value = value * 10 + code - CHAR.zero;
    code = text.charCodeAt(++at);
  }
  if (at > digitsFrom && isTokenEnd(code)) {
    storeOperand(state, index, kind, value, start, at);
    if (kind === TOKEN.register && value <= 255 && value > state.operands.highest)
      state.operands.highest = value;
    return;
  }
  const end = findTokenEnd(text, at);
  if (startsNumeral(first)) scanNumeral(state, index, start, end);
  else storeOperand(state, index, TOKEN.word, 0, start, end);
}

function reportComma(state: ParserState, at: number): void {
  const message = "misplaced comma: expected an operand";
  reportError(state.reporter, "bad-operand", at, at + 1, message, "one comma may stand between two operands");
}

/**
 * Scans all operands from `state.position` to the end of the line. Every register among them counts
 * as seen, but only for the lines that follow: `MOVE R2 $first` gives R1 to the first name.
 * @returns false when a comma is misplaced, which has been reported.
 */
export function scanOperands(state: ParserState): boolean {
  const { operands } = state;
  operands.count = 0;
  operands.highest = 0;
  const wellFormed = scanLine(state);
  raiseHighest(state, operands.highest);
  return wellFormed;
}

/** Returns false when a comma is misplaced, which has been reported. */
function scanLine(state: ParserState): boolean {
  const { text, operands } = state;
  let wellFormed = true;
  let lastComma = -1;
  let commaAllowed = false;
  for (;;) {
    const at = skipBlanks(text, state.position);
    const code = text.charCodeAt(at);
    if (isContentEnd(code)) break;
    if (code === CHAR.comma) {
      if (!commaAllowed && wellFormed) {
        reportComma(state, at);
        wellFormed = false;
      }
      commaAllowed = false;
      lastComma = at;
      state.position = at + 1;
      continue;
    }
    scanOperand(state, operands.count, at);
    operands.count++;
    commaAllowed = true;
    lastComma = -1;
  }
  if (lastComma < 0 || !wellFormed) return wellFormed;
  reportComma(state, lastComma);
  return false;
}
