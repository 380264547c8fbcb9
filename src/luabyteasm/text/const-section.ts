import { type Constant, FALSE, type FunctionParts, NIL, NO_ITEMS, TRUE } from "../chunk.js";
import { MAX_AX } from "../instruction.js";
import type { FunctionBuilder } from "./builders.js";
import { CHAR, findContentEnd, findTokenEnd, isContentEnd, isDigit, skipBlanks } from "./characters.js";
import { parseInteger, parseNan, parseNumeral, printNan, printNumber } from "./numerals.js";
import { reportString } from "./pairs.js";
import type { ParserState, Section } from "./parser-state.js";
import { type Printer, startLine } from "./printer.js";
import { reportError, reportWarning } from "./reporter.js";
import { printString, readString, startsString } from "./string-literals.js";
import { endLine, put, putInteger } from "./text-writer.js";

/** Highest constant number that an instruction can name (EXTRAARG). */
const HIGHEST_CONSTANT = MAX_AX;

/** Digits from `at` as a number; the end is where they stop. */
function readIndex(text: string, at: number, end: number): number {
  let value = 0;
  for (let index = at; index < end; index++) value = value * 10 + text.charCodeAt(index) - CHAR.zero;
  return value;
}

function findDigitsEnd(text: string, from: number): number {
  let at = from;
  while (isDigit(text.charCodeAt(at))) at++;
  return at;
}

function reportValue(
  state: ParserState,
  start: number,
  end: number,
  message: string,
  hint?: string,
): undefined {
  reportError(state.reporter, "const-value", start, Math.max(end, start + 1), message, hint);
  return undefined;
}

function parseStringConstant(state: ParserState, start: number): Constant | undefined {
  const { text, reporter } = state;
  const literal = readString(text, start, true);
  if (literal.kind !== "string") {
    reportString(state, start, literal);
    return undefined;
  }
  const after = skipBlanks(text, literal.end);
  if (!isContentEnd(text.charCodeAt(after))) {
    return reportValue(state, after, findContentEnd(text, after), "expected nothing behind the string");
  }
  if (literal.hasBackslash) {
    const message = "a backslash stands for itself in this form of string";
    reportWarning(reporter, "backslash-literal", start, literal.end, message, 'write e"..." for escapes');
  }
  return { kind: "string", value: literal.value };
}

function integralConstant(
  state: ParserState,
  word: string,
  start: number,
  end: number,
): Constant | undefined {
  const value = parseInteger(word);
  const bits = state.header.numberSize * 8;
  if (value === undefined) return reportValue(state, start, end, "numbers of this chunk are integers");
  if (BigInt.asIntN(bits, value) === value) return { kind: "integer", value };
  return reportValue(state, start, end, `expected an integer of ${bits} bits`);
}

function floatConstant(state: ParserState, value: number): Constant {
  return { kind: "number", value: state.header.numberSize === 4 ? Math.fround(value) : value };
}

function parseSpecial(state: ParserState, word: string, start: number, end: number): Constant | undefined {
  const { integral, numberSize } = state.header;
  if (integral) return reportValue(state, start, end, "numbers of this chunk are integers");
  if (word === "inf") return { kind: "number", value: Number.POSITIVE_INFINITY };
  if (word === "-inf") return { kind: "number", value: Number.NEGATIVE_INFINITY };
  const bits = parseNan(word, numberSize);
  if (bits !== undefined) return { kind: "nan", bits };
  const digits = numberSize === 8 ? "0xfffffffffffff" : "0x7fffff";
  return reportValue(state, start, end, `expected a NaN mantissa from 0x1 to ${digits}`);
}

function parseBooleanByte(
  state: ParserState,
  word: string,
  start: number,
  end: number,
): Constant | undefined {
  const byte = parseInteger(word.slice("bool:".length));
  if (byte !== undefined && byte >= 0n && byte <= 255n) return { kind: "boolean", byte: Number(byte) };
  return reportValue(state, start, end, "expected bool:0 to bool:255");
}

/** Text that must be a numeral because of how it starts. */
function looksNumeric(word: string): boolean {
  return /^(?:[+-]?[ \t\v\f]*\.?\d)/.test(word);
}

function parseBareword(state: ParserState, word: string, start: number, end: number): Constant | undefined {
  if (word.startsWith("'")) return reportValue(state, start, end, "strings take double quotes");
  if (word.startsWith("bool:")) return parseBooleanByte(state, word, start, end);
  if (/^-?nan:/.test(word)) return parseSpecial(state, word, start, end);
  if (looksNumeric(word)) return reportValue(state, start, end, "this is not a number");
  const message = "a string without quotes";
  reportWarning(state.reporter, "const-bareword", start, end, message, `write ${printString(word)}`);
  return { kind: "string", value: word };
}

function parseValue(state: ParserState, start: number): Constant | undefined {
  const { text, header } = state;
  if (startsString(text, start)) return parseStringConstant(state, start);
  const end = findContentEnd(text, start);
  const word = text.slice(start, end);
  const value = parseNumeral(word);
  if (value !== undefined) {
    return header.integral ? integralConstant(state, word, start, end) : floatConstant(state, value);
  }
  switch (word) {
    case "nil":
      return NIL;
    case "true":
      return TRUE;
    case "false":
      return FALSE;
    case "inf":
    case "-inf":
    case "nan":
    case "-nan":
      return parseSpecial(state, word, start, end);
    default:
      return parseBareword(state, word, start, end);
  }
}

/** As {@link parseValue}; a value that was parsed before, without a complaint, is taken from there. */
function parseKnownValue(state: ParserState, start: number): Constant | undefined {
  const { constantCache, reporter, text } = state;
  const known = constantCache.find(text, start);
  if (known !== undefined) return known;
  const { total } = reporter;
  const constant = parseValue(state, start);
  if (constant !== undefined && reporter.total === total) constantCache.keep(start, constant);
  return constant;
}

function storeConstant(
  state: ParserState,
  fn: FunctionBuilder,
  index: number,
  constant: Constant,
  start: number,
  end: number,
): void {
  const { constants, sparseConstants } = fn;
  if (index < constants.length || sparseConstants.has(index)) {
    const message = `K${index} is given again: this value counts`;
    reportWarning(state.reporter, "duplicate-const", start, end, message);
  }
  if (index > constants.length) {
    sparseConstants.set(index, { constant, start, end });
    return;
  }
  constants[index] = constant;
  for (;;) {
    const next = sparseConstants.get(constants.length);
    if (next === undefined) return;
    sparseConstants.delete(constants.length);
    constants.push(next.constant);
  }
}

function parseConstLine(state: ParserState, fn: FunctionBuilder): void {
  const { text, reporter, position: start } = state;
  const end = text.charCodeAt(start) === CHAR.K ? findDigitsEnd(text, start + 1) : start;
  const equals = skipBlanks(text, end);
  const valueStart = skipBlanks(text, equals + 1);
  const wellFormed = end > start + 1 && text.charCodeAt(equals) === CHAR.equals;
  if (!wellFormed || isContentEnd(text.charCodeAt(valueStart))) {
    const tokenEnd = Math.max(findTokenEnd(text, start), start + 1);
    reportError(reporter, "const-syntax", start, tokenEnd, "expected K<n> = value");
    return;
  }
  const index = readIndex(text, start + 1, end);
  if (index > HIGHEST_CONSTANT) {
    reportError(reporter, "const-range", start, end, `constants are K0 to K${HIGHEST_CONSTANT}`);
    return;
  }
  // After an error the place is taken, so that it does not count as a gap as well.
  storeConstant(state, fn, index, parseKnownValue(state, valueStart) ?? NIL, start, end);
}

export const constSection: Section = { name: ".const", parseLine: parseConstLine };

/** How many nils may stand in for constants that were not given. */
function allowedTotal(declared: number): number {
  return 2 * declared + 1000;
}

/** The constants of a finished function; gaps are filled with nil. */
export function takeConstants(state: ParserState, fn: FunctionBuilder): readonly Constant[] {
  const { constants, sparseConstants } = fn;
  const declared = constants.length + sparseConstants.size;
  const indices = [...sparseConstants.keys()].sort((one, other) => one - other);
  for (const index of indices) {
    const entry = sparseConstants.get(index);
    if (entry === undefined) continue;
    const missing = index - constants.length;
    const message =
      missing === 1 ? `K${index - 1} is missing` : `K${constants.length} to K${index - 1} are missing`;
    if (index >= allowedTotal(declared)) {
      const problem = `${message}: too many to fill with nil`;
      reportError(state.reporter, "const-gap", entry.start, entry.end, problem);
      return constants;
    }
    if (missing > 0) {
      reportWarning(state.reporter, "const-gap", entry.start, entry.end, `${message}: filled with nil`);
    }
    while (constants.length < index) constants.push(NIL);
    constants.push(entry.constant);
  }
  // A copy has no room to grow.
  return constants.length === 0 ? NO_ITEMS : constants.slice();
}

/** Text of a constant as `.const` takes it. */
export function printConstant(constant: Constant, numberSize: 4 | 8): string {
  switch (constant.kind) {
    case "nil":
      return "nil";
    case "boolean":
      if (constant.byte > 1) return `bool:${constant.byte}`;
      return constant.byte === 1 ? "true" : "false";
    case "number":
      return printNumber(constant.value, numberSize);
    case "nan":
      return printNan(constant.bits, numberSize);
    case "integer":
      return String(constant.value);
    case "string":
      return printString(constant.value);
  }
}

export function printConstants(printer: Printer, { constants }: FunctionParts): void {
  if (constants.length === 0) return;
  const { writer, header } = printer;
  startLine(printer, 0);
  put(writer, ".const");
  endLine(writer);
  for (let index = 0; index < constants.length; index++) {
    startLine(printer, 1);
    put(writer, "K");
    putInteger(writer, index);
    put(writer, " = ");
    put(writer, printConstant(constants[index] ?? NIL, header.numberSize));
    endLine(writer);
  }
}
