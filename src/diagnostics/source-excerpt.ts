/** A source line prepared for a terminal, and where the marked columns are in it. */
export interface SourceExcerpt {
  readonly text: string;
  /** Cells before the first marked one, from 0. */
  readonly indent: number;
  /** Marked cells, at least 1. */
  readonly width: number;
}

interface Cell {
  readonly text: string;
  readonly width: number;
}

const tabWidth = 8;
const widestExcerpt = 160;
const leadBeforeCaret = 60;
const ellipsis = "...";

function continuationCount(lead: number): number {
  if (lead >= 0xc2 && lead < 0xe0) return 1;
  if (lead >= 0xe0 && lead < 0xf0) return 2;
  if (lead >= 0xf0 && lead < 0xf5) return 3;
  return -1;
}

/**
 * Whether a line holds the bytes of UTF-8 text, one character per byte, with at least one character
 * beyond ASCII. Real text practically never reads as valid UTF-8 this way.
 */
export function holdsUtf8Bytes(line: string): boolean {
  let sequences = 0;
  for (let index = 0; index < line.length; index++) {
    const code = line.charCodeAt(index);
    if (code > 0xff) return false;
    if (code < 0x80) continue;
    const continuations = continuationCount(code);
    if (continuations < 0) return false;
    for (let step = 0; step < continuations; step++) {
      index++;
      if ((line.charCodeAt(index) & 0xc0) !== 0x80) return false;
    }
    sequences++;
  }
  return sequences > 0;
}

const wideRanges: readonly (readonly [first: number, last: number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0x1f300, 0x1faff],
  [0x20000, 0x3fffd],
];

function codePointWidth(codePoint: number): number {
  if (codePoint < 0x300) return 1;
  if (codePoint <= 0x36f) return 0;
  return wideRanges.some(([first, last]) => codePoint >= first && codePoint <= last) ? 2 : 1;
}

/** The code point of a UTF-8 sequence whose bytes are the characters of `text`. */
function decodeSequence(text: string): number {
  let codePoint = text.charCodeAt(0) & (0x7f >> text.length);
  for (let index = 1; index < text.length; index++) {
    codePoint = (codePoint << 6) | (text.charCodeAt(index) & 0x3f);
  }
  return codePoint;
}

/** The character that starts at `index`: one or more string positions, or a tab as blanks. */
function readCell(line: string, index: number, column: number, bytes: boolean): Cell & { length: number } {
  const code = line.charCodeAt(index);
  if (code === 9) {
    const width = tabWidth - (column % tabWidth);
    return { text: " ".repeat(width), width, length: 1 };
  }
  if (code < 0x20 || code === 0x7f) return { text: "?", width: 1, length: 1 };
  if (code < 0x80) return { text: line.charAt(index), width: 1, length: 1 };
  if (bytes) {
    const text = line.slice(index, index + 1 + continuationCount(code));
    return { text, width: codePointWidth(decodeSequence(text)), length: text.length };
  }
  // C1 controls could steer a terminal.
  if (code < 0xa0) return { text: "?", width: 1, length: 1 };
  const codePoint = line.codePointAt(index) ?? code;
  const text = String.fromCodePoint(codePoint);
  return { text, width: codePointWidth(codePoint), length: text.length };
}

/** Cuts a long line to a window around the marked cells. */
function cutWindow(cells: readonly Cell[], indent: number, width: number): SourceExcerpt {
  const first = Math.max(0, indent - leadBeforeCaret);
  const prefix = first > 0 ? ellipsis : "";
  let column = 0;
  let start = first;
  let text = prefix;
  let truncated = false;
  for (const cell of cells) {
    const end = column + cell.width;
    if (column < first) start = end;
    else if (end <= first + widestExcerpt) text += cell.text;
    else truncated = true;
    column = end;
  }
  const markedIndent = indent - start + prefix.length;
  const room = widestExcerpt + first - indent;
  return {
    text: truncated ? text + ellipsis : text,
    indent: markedIndent,
    width: Math.max(1, Math.min(width, room)),
  };
}

/**
 * Prepares a source line for printing with a caret below: tabs become blanks, control characters
 * become `?`, a very long line is cut around the marked columns. The line may be text or hold the
 * bytes of UTF-8 text one per character; columns count characters of the string, from 1.
 */
export function excerptSource(line: string, column: number, endColumn: number): SourceExcerpt {
  const bytes = holdsUtf8Bytes(line);
  const cells: Cell[] = [];
  let position = 0;
  let indent: number | undefined;
  let end: number | undefined;
  for (let index = 0; index < line.length; ) {
    const cell = readCell(line, index, position, bytes);
    index += cell.length;
    if (indent === undefined && index >= column) indent = position;
    position += cell.width;
    if (end === undefined && index >= endColumn - 1 && index >= column) end = position;
    cells.push(cell);
  }
  indent ??= position;
  const width = Math.max(1, (end ?? position) - indent);
  return cutWindow(cells, indent, width);
}
