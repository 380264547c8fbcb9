import { isBlank, skipBlanks, wordEnd, wordTable } from "./characters.js";
import { type Defines, substituteDefines } from "./defines.js";
import { mayOpenControl } from "./open-control.js";
import { type SplitStatement, splitStatement } from "./split-statement.js";
import type { CompiledStatement, ExpandedStatement } from "./state.js";
import { StatementError } from "./statement-error.js";

const bar = 124;
const dot = 46;
const hash = 35;
const colon = 58;

// Where an argument goes, and where pasting has joined two texts. A statement that has these characters
// itself gets no template. They are below 256 because strings cut from one with a character above
// take two bytes per character, and so does all text that they are put into.
const slotMark = "\u0001";
const pasteMark = "\u0002";

/** Literal pieces around parameters: pieces[0] arg[slots[0]] pieces[1] ... */
export interface CutStatement {
  readonly pieces: readonly string[];
  readonly slots: readonly number[];
}

/** The opcode or a parameter of a split statement. */
interface TemplatePart extends CutStatement {
  /** Pasting has joined texts here, which may make a defined word. */
  readonly pasted: boolean;
}

/** A statement that was split before its arguments are known. */
export interface SplitTemplate {
  readonly opcode: TemplatePart;
  readonly parameters: readonly TemplatePart[];
  /** Numbers of the parameters that are filled in. */
  readonly slots: readonly number[];
  /** What it was compiled to, by its arguments; see `argumentKey`. */
  readonly compiled: Map<string, CompiledStatement>;
}

/**
 * A statement of a macro body for one state of the definitions. Replacing defined words in its pieces
 * and splitting it once, instead of at every call, is what makes large macros fast. It is for plain
 * arguments only, and with neither `host` nor `split` for none.
 */
export interface StatementTemplate {
  /** A host line, without its bar. */
  readonly host: CutStatement | undefined;
  /** Whether the host line may end in a control statement that lacks its body. */
  readonly mayOpenControl: boolean;
  /** Any other statement, unless it has to be split with its arguments filled in. */
  readonly split: SplitTemplate | undefined;
  /** A statement without parameters, once it was needed: it is the same in every call. */
  whole: ExpandedStatement | undefined;
}

const noSlots: readonly number[] = [];

/** Cuts a macro statement into literal pieces and parameter numbers. */
export function cutAtParameters(statement: string, parameters: readonly string[]): CutStatement {
  if (!parameters.some((parameter) => statement.includes(parameter))) {
    return { pieces: [statement], slots: noSlots };
  }
  const pieces: string[] = [];
  const slots: number[] = [];
  let copied = 0;
  let at = 0;
  while (at < statement.length) {
    if (wordTable[statement.charCodeAt(at)] !== 1) {
      at++;
      continue;
    }
    const start = at;
    at = wordEnd(statement, start);
    const slot = parameters.indexOf(statement.slice(start, at));
    if (slot < 0) continue;
    pieces.push(statement.slice(copied, start));
    slots.push(slot);
    copied = at;
  }
  pieces.push(statement.slice(copied));
  return { pieces, slots };
}

/** Joins the pieces of a statement with the arguments of a call. */
export function fillIn({ pieces, slots }: CutStatement, args: readonly string[]): string {
  const count = slots.length;
  let text = pieces[0] as string;
  for (let index = 0; index < count; ) {
    text += args[slots[index] as number] as string;
    text += pieces[++index] as string;
  }
  return text;
}

/** Deletes every `..` together with the blanks around it; `mark` takes its place. */
export function paste(text: string, mark = ""): string {
  let dots = text.indexOf("..");
  if (dots < 0) return text;
  let output = "";
  let copied = 0;
  while (dots >= 0) {
    let end = dots;
    while (end > copied && isBlank(text.charCodeAt(end - 1))) end--;
    output += text.slice(copied, end) + mark;
    copied = skipBlanks(text, dots + 2);
    dots = text.indexOf("..", copied);
  }
  return output + text.slice(copied);
}

/**
 * Whether an argument, which has balanced brackets and no blanks around, can be filled in where a
 * statement was split before: it does not take part in pasting, in a comment or in `label:`.
 */
function isPlain(argument: string): boolean {
  const last = argument.charCodeAt(argument.length - 1);
  if (argument === "" || last === dot || last === colon || argument.charCodeAt(0) === dot) return false;
  return !argument.includes("..") && !argument.includes("/");
}

/** Whether all arguments can be filled into templates. */
export function arePlain(args: readonly string[]): boolean {
  for (let index = 0; index < args.length; index++) if (!isPlain(args[index] as string)) return false;
  return true;
}

/**
 * Whether words and the dots of pasting end where the piece ends, so that it means the same alone and
 * beside an argument. A parameter is a whole word, so no piece has a word character beside it.
 */
function standsAlone(piece: string, behindSlot: boolean, beforeSlot: boolean): boolean {
  if (piece.includes("...") || piece.includes(slotMark) || piece.includes(pasteMark)) return false;
  const first = piece.charCodeAt(0);
  const last = piece.charCodeAt(piece.length - 1);
  if (behindSlot && (first === hash || (first === dot && piece.charCodeAt(1) !== dot))) return false;
  return !(beforeSlot && (last === hash || (last === dot && piece.charCodeAt(piece.length - 2) !== dot)));
}

/** The pieces with all defines replaced, or undefined if that can only be done in the whole text. */
function substitutePieces({ pieces, slots }: CutStatement, defines: Defines): readonly string[] | undefined {
  const last = slots.length;
  const alone = (piece: string, index: number): boolean => standsAlone(piece, index > 0, index < last);
  if (!pieces.every(alone)) return undefined;
  try {
    const substituted = pieces.map((piece) => substituteDefines(defines, piece));
    return substituted.every(alone) ? substituted : undefined;
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    // A define without end: its message is about the whole text.
    return undefined;
  }
}

function splitTemplate(text: string): SplitStatement | undefined {
  // Dots at the ends join the statement with nothing.
  if (text.startsWith(pasteMark) || text.endsWith(pasteMark)) return undefined;
  try {
    return splitStatement(text);
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    return undefined;
  }
}

/** Splits a statement with marks in the place of its arguments. */
function createSplit(pieces: readonly string[], slots: readonly number[]): SplitTemplate | undefined {
  const split = splitTemplate(pieces.map((piece) => paste(piece, pasteMark)).join(slotMark));
  if (split === undefined) return undefined;
  let nextSlot = 0;
  const toPart = (text: string): TemplatePart => {
    const own = text.replaceAll(pasteMark, "").split(slotMark);
    const first = nextSlot;
    nextSlot += own.length - 1;
    return { pieces: own, slots: slots.slice(first, nextSlot), pasted: text.includes(pasteMark) };
  };
  const opcode = toPart(split.opcode);
  return { opcode, parameters: split.parameters.map(toPart), slots, compiled: new Map() };
}

// All in one shape, which makes reading them fast.
function templateOf(
  host: CutStatement | undefined,
  mayOpen: boolean,
  split: SplitTemplate | undefined,
): StatementTemplate {
  return { host, mayOpenControl: mayOpen, split, whole: undefined };
}

/** Prepares a macro statement for the current definitions. */
export function createTemplate(cut: CutStatement, defines: Defines): StatementTemplate {
  const { slots } = cut;
  const isHost = cut.pieces[0]?.charCodeAt(0) === bar;
  // A statement without parameters is the same text in every call, which is found by that text.
  if (!isHost && slots.length === 0) return templateOf(undefined, false, undefined);
  const pieces = substitutePieces(cut, defines);
  if (pieces === undefined) return templateOf(undefined, false, undefined);
  if (!isHost) return templateOf(undefined, false, createSplit(pieces, slots));
  const [first = "", ...others] = pieces;
  if (first.startsWith("|//") || pieces.some((piece) => piece.includes(".."))) {
    return templateOf(undefined, false, undefined);
  }
  const host = { pieces: [first.slice(1), ...others], slots };
  return templateOf(host, mayOpenControl(host.pieces), undefined);
}

/** The arguments that a split statement takes, as one text. */
export function argumentKey({ slots }: SplitTemplate, args: readonly string[]): string {
  let key = args[slots[0] as number] as string;
  for (let index = 1; index < slots.length; index++) key += `\n${args[slots[index] as number]}`;
  return key;
}

/** A part with its arguments, or undefined if pasting made a defined word. */
function fillInPart(part: TemplatePart, args: readonly string[], defines: Defines): string | undefined {
  const text = fillIn(part, args);
  return part.pasted && substituteDefines(defines, text) !== text ? undefined : text;
}

/** A split statement with its arguments, or undefined if it has to be split with them filled in. */
export function fillInSplit(
  template: SplitTemplate,
  args: readonly string[],
  defines: Defines,
): SplitStatement | undefined {
  const opcode = fillInPart(template.opcode, args, defines);
  if (opcode === undefined) return undefined;
  const parameters: string[] = [];
  for (let index = 0; index < template.parameters.length; index++) {
    const text = fillInPart(template.parameters[index] as TemplatePart, args, defines);
    if (text === undefined) return undefined;
    parameters.push(text);
  }
  return { opcode, parameters };
}
