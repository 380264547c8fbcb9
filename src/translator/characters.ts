// Character classes of the source text. They are defined over bytes; the host language's own
// notions of blank and word differ outside ASCII.

const blanks = "\t\n\v\f\r ";
const digits = "0123456789";
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Marks the codes of some characters with 1, all others with 0. */
function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (let at = 0; at < characters.length; at++) table[characters.charCodeAt(at)] = 1;
  return table;
}

// Tables, because calls are dear in code that has not been compiled yet.
/** 1 for blanks, by character code. */
export const blankTable = tableOf(blanks);
/** 1 for word characters, by character code. */
export const wordTable = tableOf(`${letters}${digits}_`);
const alphanumericTable = tableOf(letters + digits);
/** The characters of a register's token or of `type:register`. */
const runTable = tableOf(`${letters}${digits}_@:`);

/** Index of the first character at or after `from` that is not in a table, or the length of the text. */
function endOf(text: string, from: number, table: Uint8Array): number {
  let at = from;
  while (table[text.charCodeAt(at)] === 1) at++;
  return at;
}

/** Tab, line feed, vertical tab, form feed, carriage return, blank. */
export function isBlank(code: number): boolean {
  return blankTable[code] === 1;
}

/** A letter, a digit or an underscore. */
export function isWord(code: number): boolean {
  return wordTable[code] === 1;
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

export function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/** Index behind the blanks at `from`. */
export function skipBlanks(text: string, from: number): number {
  let at = from;
  while (blankTable[text.charCodeAt(at)] === 1) at++;
  return at;
}

/** Index behind the letters and digits at `from`. */
export function alphanumericEnd(text: string, from: number): number {
  return endOf(text, from, alphanumericTable);
}

/** Index behind the word characters at `from`. */
export function wordEnd(text: string, from: number): number {
  return endOf(text, from, wordTable);
}

/** Index behind the characters of a register token or of `type:register` at `from`. */
export function runEnd(text: string, from: number): number {
  return endOf(text, from, runTable);
}

/** Index behind the last character that is no blank, not before `from`. */
export function trimmedEnd(text: string, from: number): number {
  let end = text.length;
  while (end > from && blankTable[text.charCodeAt(end - 1)] === 1) end--;
  return end;
}

/** The text without blanks at both ends. */
export function trimBlanks(text: string): string {
  const start = skipBlanks(text, 0);
  const end = trimmedEnd(text, start);
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

/** A letter or an underscore, followed by any number of word characters. */
export function isIdentifier(text: string): boolean {
  return text.length > 0 && !isDigit(text.charCodeAt(0)) && wordEnd(text, 0) === text.length;
}

/** Index behind the closing bracket that belongs to the parenthesis at `open`, or -1. */
export function closingParenthesis(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x28) depth++;
    else if (c === 0x29 && --depth === 0) return i + 1;
  }
  return -1;
}
