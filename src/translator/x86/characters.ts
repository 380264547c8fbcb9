/**
 * Character classes of ASCII codes, one bit each. Codes above, and NaN for a place behind the end of
 * a text, are in no class.
 */
const BLANK = 1;
const ALPHANUMERIC = 2;
const WORD = 4;
const RUN = 8;

function createClasses(): Uint8Array {
  const classes = new Uint8Array(128);
  for (let code = 0; code < 128; code++) {
    const digit = code >= 0x30 && code <= 0x39;
    const letter = (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
    if (digit || letter) classes[code] = ALPHANUMERIC | WORD | RUN;
    else if (code === 0x5f) classes[code] = WORD | RUN;
    else if (code === 0x40 || code === 0x3a) classes[code] = RUN;
    else if (code === 0x20 || (code >= 0x09 && code <= 0x0d)) classes[code] = BLANK;
  }
  return classes;
}

const CLASSES = createClasses();

function endOf(text: string, start: number, mask: number): number {
  const { length } = text;
  let i = start;
  while (i < length) {
    const code = text.charCodeAt(i);
    if (code > 127 || ((CLASSES[code] ?? 0) & mask) === 0) break;
    i++;
  }
  return i;
}

export function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

export function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/** A character of a C identifier. */
export function isWord(code: number): boolean {
  return isDigit(code) || isLetter(code) || code === 0x5f;
}

/** Index behind the blanks at `start`. */
export function skipBlanks(text: string, start: number): number {
  return endOf(text, start, BLANK);
}

/** Index behind the letters and digits at `start`. */
export function alphanumericEnd(text: string, start: number): number {
  return endOf(text, start, ALPHANUMERIC);
}

/** Index behind the characters of a C identifier at `start`. */
export function wordEnd(text: string, start: number): number {
  return endOf(text, start, WORD);
}

/** Index behind the characters of a register token or of `type:register` at `start`. */
export function runEnd(text: string, start: number): number {
  return endOf(text, start, RUN);
}

/** Index behind the last character that is no blank, not before `start`. */
export function trimmedEnd(text: string, start: number): number {
  let end = text.length;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return end;
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
