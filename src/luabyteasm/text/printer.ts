import type { ChunkHeader } from "../chunk.js";
import { MOST_REPEATS } from "./parser-state.js";
import { createTextWriter, putBlanks, type TextSink, type TextWriter } from "./text-writer.js";

/** Operands in text by number, with the blank before them; the same few occur again and again. */
export interface OperandTexts {
  readonly R: string[];
  readonly K: string[];
  /** Numbers without a letter. */
  readonly number: string[];
}

/** Texts of larger numbers are not kept. */
const MOST_KEPT = 512;

/** A text and a number behind it, from those kept if it is among them. */
export function numberedText(kept: string[], text: string, number: number): string {
  const known = kept[number];
  if (known !== undefined) return known;
  const numbered = text + number;
  if (number < MOST_KEPT) kept[number] = numbered;
  return numbered;
}

/** Everything that changes while one chunk is printed. */
export interface Printer {
  readonly writer: TextWriter;
  readonly header: ChunkHeader;
  /** Whether to explain operands in comments. */
  readonly comments: boolean;
  /** Texts of operands that have been printed. */
  readonly operandTexts: OperandTexts;
  /** Nesting of the function being printed: 0 is the main function. */
  depth: number;
  /** Line entries that repeat counts may still stand for: the parser limits them. */
  repeats: number;
}

/** Deeper nesting is not indented further, so that the size of the text stays in proportion. */
const deepestIndent = 32;

/** Column of comments, counted from 0. */
const COMMENT_COLUMN = 34;

export function createPrinter(header: ChunkHeader, comments: boolean, sink: TextSink): Printer {
  const operandTexts: OperandTexts = { R: [], K: [], number: [] };
  return { writer: createTextWriter(sink), header, comments, operandTexts, depth: 0, repeats: MOST_REPEATS };
}

function indentOf(printer: Printer): number {
  return 2 * Math.min(printer.depth, deepestIndent);
}

/** Writes the indent of a line: that of the function and `level` steps more. */
export function startLine(printer: Printer, level: number): void {
  putBlanks(printer.writer, indentOf(printer) + 2 * level);
}

/** Where comments of the function being printed start. */
export function commentColumn(printer: Printer): number {
  return indentOf(printer) + COMMENT_COLUMN;
}
