/**
 * Character codes and classes of the text language. Text is scanned as latin-1, one character per
 * byte, and always ends with a line end, so that every scan stops there.
 */
export const CHAR = {
  tab: 9,
  lineFeed: 10,
  carriageReturn: 13,
  space: 32,
  quote: 34,
  dollar: 36,
  apostrophe: 39,
  star: 42,
  plus: 43,
  comma: 44,
  minus: 45,
  dot: 46,
  zero: 48,
  nine: 57,
  colon: 58,
  semicolon: 59,
  equals: 61,
  at: 64,
  K: 75,
  L: 76,
  P: 80,
  R: 82,
  U: 85,
  backslash: 92,
  underscore: 95,
  e: 101,
} as const;

const BLANK = 1;
const LINE_END = 2;
const NAME = 4;
const DIGIT = 8;
/** Blank, line end, comma, semicolon: what ends an operand. */
const TOKEN_END = 16;
/** Line end or semicolon: nothing of the line follows. */
const CONTENT_END = 32;

function classify(code: number): number {
  const char = String.fromCharCode(code);
  if (char === "\n" || char === "\r") return LINE_END | TOKEN_END | CONTENT_END;
  if (char === ";") return TOKEN_END | CONTENT_END;
  if (char === ",") return TOKEN_END;
  if (" \t\v\f".includes(char)) return BLANK | TOKEN_END;
  if (char >= "0" && char <= "9") return NAME | DIGIT;
  return /^[A-Za-z_]$/.test(char) ? NAME : 0;
}

const CLASSES = Uint8Array.from({ length: 256 }, (_, code) => classify(code));

function hasClass(code: number, mask: number): boolean {
  return ((CLASSES[code] ?? 0) & mask) !== 0;
}

export function isBlank(code: number): boolean {
  return hasClass(code, BLANK);
}

export function isLineEnd(code: number): boolean {
  return hasClass(code, LINE_END);
}

export function isNameCharacter(code: number): boolean {
  return hasClass(code, NAME);
}

export function isDigit(code: number): boolean {
  return hasClass(code, DIGIT);
}

export function isTokenEnd(code: number): boolean {
  return hasClass(code, TOKEN_END);
}

export function isContentEnd(code: number): boolean {
  return hasClass(code, CONTENT_END);
}

/** Position of the first character at or after `from` that is not a blank. */
export function skipBlanks(text: string, from: number): number {
  let at = from;
  while (isBlank(text.charCodeAt(at))) at++;
  return at;
}

/** Position of the line end at or after `from`. */
export function findLineEnd(text: string, from: number): number {
  let at = from;
  while (!isLineEnd(text.charCodeAt(at))) at++;
  return at;
}

/** Position behind the operand-like token at `from`. */
export function findTokenEnd(text: string, from: number): number {
  let at = from;
  while (!isTokenEnd(text.charCodeAt(at))) at++;
  return at;
}

/** Position behind the name (letters, digits, `_`) at `from`. */
export function findNameEnd(text: string, from: number): number {
  let at = from;
  while (isNameCharacter(text.charCodeAt(at))) at++;
  return at;
}

/** Position behind the last non-blank character of the line before a comment or the line end. */
export function findContentEnd(text: string, from: number): number {
  let at = from;
  let end = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (isContentEnd(code)) return end;
    at++;
    if (!isBlank(code)) end = at;
  }
}

/** Whether text[start..end) is a label or variable name: letters, digits, `_`. */
export function isName(text: string, start: number, end: number): boolean {
  return end > start && findNameEnd(text, start) === end;
}
