// Character classes of the source text. They are defined over bytes; the host language's own
// notions of blank and word differ outside ASCII.

/** Tab, line feed, vertical tab, form feed, carriage return, blank. */
export function isBlank(code: number): boolean {
  return blankTable[code] === 1;
}

const blanks = "\t\n\v\f\r ";
const wordCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

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
export const wordTable = tableOf(wordCharacters);

/** A letter, a digit or an underscore. */
export function isWord(code: number): boolean {
  return wordTable[code] === 1;
}

/** Index of the first character at or after `from` that is no blank, or the length of the text. */
export function skipBlanks(text: string, from: number): number {
  let at = from;
  while (blankTable[text.charCodeAt(at)] === 1) at++;
  return at;
}

/** The text without blanks at both ends. */
export function trimBlanks(text: string): string {
  const start = skipBlanks(text, 0);
  let end = text.length;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

/** A letter or an underscore, followed by any number of word characters. */
export function isIdentifier(text: string): boolean {
  if (text.length === 0) return false;
  const first = text.charCodeAt(0);
  if (!isWord(first) || (first >= 48 && first <= 57)) return false;
  for (let at = 1; at < text.length; at++) if (!isWord(text.charCodeAt(at))) return false;
  return true;
}
