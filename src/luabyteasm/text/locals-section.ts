import { type ChunkInt, type FunctionParts, type LocalVariable, NO_ITEMS } from "../chunk.js";
import type { DeclaredLocal, FunctionBuilder, PcOperand } from "./builders.js";
import { findTokenEnd, isContentEnd, isName, skipBlanks } from "./characters.js";
import { createLiveLocals, enterPc } from "./live-locals.js";
import { parseInteger, parseNumeral } from "./numerals.js";
import { reportString } from "./pairs.js";
import type { ParserState, Section } from "./parser-state.js";
import { commentColumn, type Printer, startLine } from "./printer.js";
import { reportError } from "./reporter.js";
import { printString, readString, startsString } from "./string-literals.js";
import { didYouMean } from "./suggest.js";
import { endLine, padTo, put } from "./text-writer.js";

interface LocalName {
  readonly name: string | null;
  readonly end: number;
}

/** The name at the start of the line; undefined after an error. */
function readName(state: ParserState, start: number): LocalName | undefined {
  const { text } = state;
  if (startsString(text, start)) {
    const literal = readString(text, start, false);
    if (literal.kind === "string") return { name: literal.value, end: literal.end };
    reportString(state, start, literal);
    return undefined;
  }
  const end = findTokenEnd(text, start);
  const word = text.slice(start, end);
  if (word === "nil") return { name: null, end };
  if (/^[A-Za-z_]\w*$/.test(word)) return { name: word, end };
  reportSyntax(state, start);
  return undefined;
}

function reportSyntax(state: ParserState, start: number): void {
  const end = Math.max(findTokenEnd(state.text, start), start + 1);
  const message = "expected name start end, where start and end are a pc or a label";
  reportError(state.reporter, "locals-syntax", start, end, message);
}

/** A pc or a label; undefined when it is neither. */
function readPc(state: ParserState, start: number, end: number): PcOperand | undefined {
  const { text, header } = state;
  const word = text.slice(start, end);
  const value = parseInteger(word);
  if (value !== undefined) {
    if (value < 0n || value >> BigInt(header.intSize * 8 - 1) !== 0n) return undefined;
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  }
  const isLabel = isName(text, start, end) && parseNumeral(word) === undefined;
  return isLabel ? { label: word, start, end } : undefined;
}

function parseLocalsLine(state: ParserState, fn: FunctionBuilder): void {
  const { text, position: start } = state;
  const name = readName(state, start);
  if (name === undefined) return;
  const first = skipBlanks(text, name.end);
  const firstEnd = findTokenEnd(text, first);
  const second = skipBlanks(text, firstEnd);
  const secondEnd = findTokenEnd(text, second);
  const startPc = readPc(state, first, firstEnd);
  const endPc = readPc(state, second, secondEnd);
  const complete = isContentEnd(text.charCodeAt(skipBlanks(text, secondEnd)));
  if (startPc === undefined || endPc === undefined || !complete) reportSyntax(state, start);
  else fn.locals.push({ name: name.name, startPc, endPc });
}

export const localsSection: Section = { name: ".locals", parseLine: parseLocalsLine };

/** The pc a label stands for; undefined after reporting that there is no such label. */
export function resolveLabel(
  state: ParserState,
  fn: FunctionBuilder,
  label: string,
  start: number,
  end: number,
): number | undefined {
  const pc = fn.labels.get(label);
  if (pc !== undefined) return pc;
  const hint = fn.labels.size <= 1000 ? () => didYouMean(label, fn.labels.keys()) : undefined;
  const message = `this function has no label ${label.slice(0, 40)}`;
  reportError(state.reporter, "unknown-label", start, end, message, hint);
  return undefined;
}

function resolvePc(state: ParserState, fn: FunctionBuilder, operand: PcOperand): ChunkInt {
  if (typeof operand !== "object") return operand;
  return resolveLabel(state, fn, operand.label, operand.start, operand.end) ?? 0;
}

/** Whether all variables have pcs already, no labels. */
function areComplete(locals: readonly DeclaredLocal[]): locals is readonly LocalVariable[] {
  return locals.every(({ startPc, endPc }) => typeof startPc !== "object" && typeof endPc !== "object");
}

/** The local variables of a finished function. */
export function takeLocals(state: ParserState, fn: FunctionBuilder): readonly LocalVariable[] {
  if (fn.locals.length === 0) return NO_ITEMS;
  if (areComplete(fn.locals)) return fn.locals;
  return fn.locals.map(({ name, startPc, endPc }) => ({
    name,
    startPc: resolvePc(state, fn, startPc),
    endPc: resolvePc(state, fn, endPc),
  }));
}

export function printLocals(printer: Printer, { locals }: FunctionParts): void {
  if (locals.length === 0) return;
  const { writer } = printer;
  const live = printer.comments ? createLiveLocals(locals) : undefined;
  startLine(printer, 0);
  put(writer, ".locals");
  endLine(writer);
  for (const local of locals) {
    startLine(printer, 1);
    put(writer, local.name === null ? "nil" : printString(local.name));
    put(writer, ` ${local.startPc} ${local.endPc}`);
    const register = live === undefined ? undefined : enterPc(live, local);
    if (register !== undefined) {
      padTo(writer, commentColumn(printer));
      put(writer, `; R${register}`);
    }
    endLine(writer);
  }
}
