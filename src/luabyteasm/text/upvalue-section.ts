import { type FunctionParts, NO_ITEMS, type Upvalue } from "../chunk.js";
import type { DeclaredUpvalue, FunctionBuilder } from "./builders.js";
import { CHAR, findTokenEnd, isContentEnd, isDigit, skipBlanks } from "./characters.js";
import { reportString } from "./pairs.js";
import { ignoreRest, type ParserState, type Section } from "./parser-state.js";
import { type Printer, startLine } from "./printer.js";
import { reportError, reportWarning } from "./reporter.js";
import { printString, readString, startsString } from "./string-literals.js";
import { endLine, put } from "./text-writer.js";

/** A letter with a number behind it, such as `R12`. */
interface Numbered {
  readonly value: number;
  readonly start: number;
  readonly end: number;
}

function readNumbered(text: string, start: number, ...letters: readonly number[]): Numbered | undefined {
  if (!letters.includes(text.charCodeAt(start))) return undefined;
  let end = start + 1;
  while (isDigit(text.charCodeAt(end))) end++;
  return end === start + 1 ? undefined : { value: Number(text.slice(start + 1, end)), start, end };
}

function checkByte(state: ParserState, field: Numbered): boolean {
  if (field.value <= 255) return true;
  const { text, reporter } = state;
  const letter = text.charAt(field.start);
  const message = `expected ${letter}0 to ${letter}255`;
  reportError(reporter, "upvalue-range", field.start, field.end, message);
  return false;
}

type GivenName = Pick<DeclaredUpvalue, "nameKind" | "name">;

/** The optional name behind an upvalue. Undefined after an error. */
function readName(state: ParserState, from: number): GivenName | undefined {
  const { text } = state;
  const start = skipBlanks(text, from);
  if (isContentEnd(text.charCodeAt(start))) return { nameKind: "default", name: null };
  if (startsString(text, start)) {
    const literal = readString(text, start, false);
    if (literal.kind !== "string") {
      reportString(state, start, literal);
      return undefined;
    }
    ignoreRest(state, literal.end);
    return { nameKind: "given", name: literal.value };
  }
  const end = findTokenEnd(text, start);
  const word = text.slice(start, end);
  if (word !== "nil" && word !== "none") {
    ignoreRest(state, start, `write ${printString(word)} to name the upvalue`);
    return { nameKind: "default", name: null };
  }
  ignoreRest(state, end);
  return { nameKind: word === "nil" ? "given" : "none", name: null };
}

function reportSyntax(state: ParserState, start: number): void {
  const end = Math.max(findTokenEnd(state.text, start), start + 1);
  const message = "expected U<n> = L<instack> R<idx>";
  reportError(state.reporter, "upvalue-syntax", start, end, message);
}

function parseUpvalueLine(state: ParserState, fn: FunctionBuilder): void {
  const { text, position: start } = state;
  const target = readNumbered(text, start, CHAR.U);
  const equals = skipBlanks(text, target?.end ?? start);
  const inStack = readNumbered(text, skipBlanks(text, equals + 1), CHAR.L);
  const gap = inStack?.end ?? start;
  const index = readNumbered(text, skipBlanks(text, gap), CHAR.R, CHAR.U);
  const hasEquals = text.charCodeAt(equals) === CHAR.equals;
  if (target === undefined || inStack === undefined || index === undefined || !hasEquals) {
    reportSyntax(state, start);
    return;
  }
  const inRange = [target, inStack, index].map((field) => checkByte(state, field));
  const name = readName(state, index.end);
  if (name === undefined || inRange.includes(false)) return;
  if (fn.upvalues[target.value] !== undefined) {
    const message = `U${target.value} is given again: this line counts`;
    reportWarning(state.reporter, "duplicate-upvalue", start, target.end, message);
  }
  fn.upvalues[target.value] = { inStack: inStack.value, index: index.value, ...name, start, end: target.end };
}

export const upvalueSection: Section = { name: ".upvalue", parseLine: parseUpvalueLine };

export interface TakenUpvalues {
  readonly upvalues: readonly Upvalue[];
  readonly names: readonly (string | null)[];
}

/** Names end at the first upvalue without one; text that names a later one contradicts itself. */
function takeNames(state: ParserState, fn: FunctionBuilder): (string | null)[] {
  const names: (string | null)[] = [];
  let ended = false;
  for (let index = 0; index < fn.upvalues.length; index++) {
    const declared = fn.upvalues[index];
    const kind = declared?.nameKind ?? "given";
    const hasName = kind === "given" || (kind === "default" && !fn.stripped);
    if (!hasName) ended = true;
    else if (!ended) names.push(kind === "default" ? "_ENV" : (declared?.name ?? null));
    else if (declared !== undefined) {
      const message = `U${index} has a name but an upvalue before it has none`;
      const { start, end } = declared;
      reportError(state.reporter, "upvalue-name-order", start, end, message, "write nil instead of none");
    }
  }
  const named = fn.upvalues.some((declared) => declared?.nameKind === "given");
  return fn.stripped && !named ? [] : names;
}

const NO_UPVALUES: TakenUpvalues = { upvalues: NO_ITEMS, names: NO_ITEMS };

/** The upvalues of a finished function; gaps are filled. */
export function takeUpvalues(state: ParserState, fn: FunctionBuilder): TakenUpvalues {
  if (fn.upvalues.length === 0) return NO_UPVALUES;
  const upvalues: Upvalue[] = [];
  for (let index = 0; index < fn.upvalues.length; index++) {
    const declared = fn.upvalues[index];
    upvalues.push({ inStack: declared?.inStack ?? 0, index: declared?.index ?? 0 });
    const afterGap = index > 0 && fn.upvalues[index - 1] === undefined;
    if (declared === undefined || !afterGap) continue;
    const message = `upvalues before U${index} are missing: filled with L0 R0`;
    reportWarning(state.reporter, "upvalue-gap", declared.start, declared.end, message);
  }
  // Copies have no room to grow.
  return { upvalues: upvalues.slice(), names: takeNames(state, fn).slice() };
}

function printName(prototype: FunctionParts, index: number): string {
  const name = prototype.upvalueNames[index];
  if (name === undefined) return " none";
  return name === null ? " nil" : ` ${printString(name)}`;
}

/** @param stripped whether `.stripped` already says that there are no names */
export function printUpvalues(printer: Printer, prototype: FunctionParts, stripped: boolean): void {
  const { upvalues } = prototype;
  if (upvalues.length === 0) return;
  const { writer } = printer;
  startLine(printer, 0);
  put(writer, ".upvalue");
  endLine(writer);
  upvalues.forEach(({ inStack, index }, number) => {
    startLine(printer, 1);
    put(writer, `U${number} = L${inStack} ${inStack === 0 ? "U" : "R"}${index}`);
    if (!stripped) put(writer, printName(prototype, number));
    endLine(writer);
  });
}
