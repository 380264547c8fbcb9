import { wordTable } from "./characters.js";
import { type Defines, substituteDefines } from "./defines.js";
import { mayOpenControl } from "./open-control.js";
import { StatementError } from "./statement-error.js";

const bar = 124;
const dot = 46;
const hash = 35;

/** Literal pieces around parameters: pieces[0] arg[slots[0]] pieces[1] ... */
export interface CutStatement {
  readonly pieces: readonly string[];
  readonly slots: readonly number[];
}

/**
 * A statement of a macro body for one state of the definitions. Replacing defined words in the pieces
 * once, instead of in the whole text at every call, is what makes large macros fast.
 */
export interface StatementTemplate extends CutStatement {
  /** The text as it stands in the source. */
  readonly cut: CutStatement;
  /** The state of the definitions that it is for, see `TranslationState.epoch`. */
  readonly epoch: number;
  /**
   * The pieces can be joined with plain arguments, and the result is what substitution and pasting
   * would make of the whole text.
   */
  readonly joins: boolean;
  /** A host line; its first piece lacks the bar then. */
  readonly isHost: boolean;
  /** Whether the host line may end in a control statement that lacks its body. */
  readonly mayOpenControl: boolean;
}

const noSlots: readonly number[] = [];

/** Cuts a macro statement into literal pieces and parameter numbers. */
export function cutAtParameters(statement: string, parameters: readonly string[]): CutStatement {
  if (parameters.length === 0) return { pieces: [statement], slots: noSlots };
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
    while (wordTable[statement.charCodeAt(at)] === 1) at++;
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
  let text = pieces[0] ?? "";
  for (let index = 0; index < slots.length; index++) {
    text += (args[slots[index] as number] ?? "") + (pieces[index + 1] ?? "");
  }
  return text;
}

/** Whether an argument can be joined with the pieces of a template: no pasting, no part of a comment. */
function isPlain(argument: string): boolean {
  return !argument.includes("..") && !argument.includes("/");
}

/** Whether all arguments can be joined with the pieces of templates. */
export function arePlain(args: readonly string[]): boolean {
  for (let index = 0; index < args.length; index++) if (!isPlain(args[index] as string)) return false;
  return true;
}

/**
 * Whether words and the `..` of pasting end where a piece ends, so that the piece means the same alone
 * and beside an argument. A parameter is a whole word, so no piece has a word character beside it.
 */
function standsAlone(piece: string, behindSlot: boolean, beforeSlot: boolean): boolean {
  if (piece.includes("..")) return false;
  const first = piece.charCodeAt(0);
  const last = piece.charCodeAt(piece.length - 1);
  return (
    !(behindSlot && (first === dot || first === hash)) && !(beforeSlot && (last === dot || last === hash))
  );
}

/** The pieces with all defines replaced, or undefined if some can only be replaced in the whole text. */
function substitutePieces({ pieces, slots }: CutStatement, defines: Defines): string[] | undefined {
  const last = slots.length;
  if (!pieces.every((piece, index) => standsAlone(piece, index > 0, index < last))) return undefined;
  try {
    const substituted = pieces.map((piece) => substituteDefines(defines, piece));
    return substituted.some((piece) => piece.includes("..")) ? undefined : substituted;
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    // A define without end: its message is about the whole text.
    return undefined;
  }
}

/** Prepares a macro statement for the current definitions. */
export function createTemplate(cut: CutStatement, defines: Defines, epoch: number): StatementTemplate {
  const pieces = substitutePieces(cut, defines);
  const { slots } = cut;
  if (pieces === undefined) {
    return { cut, pieces: cut.pieces, slots, epoch, joins: false, isHost: false, mayOpenControl: true };
  }
  const [first = ""] = pieces;
  const isHost = first.charCodeAt(0) === bar && !first.startsWith("|//");
  if (isHost) pieces[0] = first.slice(1);
  return { cut, pieces, slots, epoch, joins: true, isHost, mayOpenControl: isHost && mayOpenControl(pieces) };
}
