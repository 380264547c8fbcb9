import { CHAR, isContentEnd, isDigit, isLineEnd, skipBlanks } from "./characters.js";

/** A string literal that was read, or why it is none. */
export type StringLiteral =
  | { readonly kind: "string"; readonly value: string; readonly end: number; readonly hasBackslash: boolean }
  | { readonly kind: "unterminated"; readonly end: number }
  | { readonly kind: "bad-escape"; readonly end: number; readonly escape: string };

const simpleEscapes: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  '"': '"',
  "'": "'",
};

/** Whether a string literal of either form starts at `at`. */
export function startsString(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code === CHAR.quote) return true;
  return code === CHAR.e && text.charCodeAt(at + 1) === CHAR.quote;
}

function nothingFollows(text: string, from: number): boolean {
  return isContentEnd(text.charCodeAt(skipBlanks(text, from)));
}

/** A plain string ends at the next quote, or, with `toLast`, at the first one that only a comment follows. */
function readPlain(text: string, start: number, toLast: boolean): StringLiteral {
  let hasBackslash = false;
  for (let at = start + 1; ; at++) {
    const code = text.charCodeAt(at);
    if (isLineEnd(code)) return { kind: "unterminated", end: at };
    if (code === CHAR.backslash) hasBackslash = true;
    if (code === CHAR.quote && (!toLast || nothingFollows(text, at + 1))) {
      return { kind: "string", value: text.slice(start + 1, at), end: at + 1, hasBackslash };
    }
  }
}

/** The byte of `\ddd` or `\xXX` and where it ends; undefined when it is malformed or above 255. */
function readNumericEscape(text: string, at: number): { char: string; end: number } | undefined {
  if (text.charAt(at) === "x") {
    const digits = text.slice(at + 1, at + 3);
    if (!/^[0-9a-fA-F]{2}$/.test(digits)) return undefined;
    return { char: String.fromCharCode(Number.parseInt(digits, 16)), end: at + 3 };
  }
  let end = at;
  while (end < at + 3 && isDigit(text.charCodeAt(end))) end++;
  const value = Number(text.slice(at, end));
  return end > at && value <= 255 ? { char: String.fromCharCode(value), end } : undefined;
}

/** One escape behind its backslash: what it stands for and where it ends. */
function readEscape(text: string, at: number): { char: string; end: number } | undefined {
  const simple = simpleEscapes[text.charAt(at)];
  if (simple !== undefined) return { char: simple, end: at + 1 };
  if (text.charAt(at) === "z") return { char: "", end: skipBlanks(text, at + 1) };
  return readNumericEscape(text, at);
}

/** Pieces of a string joined at a time, so that a long one full of escapes is not held as a list of them. */
const PIECES_PER_JOIN = 4096;

function readEscaped(text: string, start: number): StringLiteral {
  const joined: string[] = [];
  let parts: string[] = [];
  let from = start + 2;
  for (let at = from; ; ) {
    const code = text.charCodeAt(at);
    if (isLineEnd(code)) return { kind: "unterminated", end: at };
    if (code === CHAR.quote) {
      parts.push(text.slice(from, at));
      const value = joined.length === 0 ? parts.join("") : joined.join("") + parts.join("");
      return { kind: "string", value, end: at + 1, hasBackslash: false };
    }
    if (code !== CHAR.backslash) {
      at++;
      continue;
    }
    if (isLineEnd(text.charCodeAt(at + 1))) return { kind: "unterminated", end: at + 1 };
    const read = readEscape(text, at + 1);
    if (read === undefined) return { kind: "bad-escape", end: at + 2, escape: text.slice(at, at + 2) };
    parts.push(text.slice(from, at), read.char);
    if (parts.length >= PIECES_PER_JOIN) {
      joined.push(parts.join(""));
      parts = [];
    }
    at = read.end;
    from = at;
  }
}

/**
 * Reads the string literal at `start` (see {@link startsString}). `toLast` selects the rule of
 * constants, where a plain string may contain quotes.
 */
export function readString(text: string, start: number, toLast: boolean): StringLiteral {
  return text.charCodeAt(start) === CHAR.quote ? readPlain(text, start, toLast) : readEscaped(text, start);
}

const printedEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\t": "\\t",
  "\r": "\\r",
};

function printEscape(char: string): string {
  return printedEscapes[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

/** Text of a byte string: plain when that is possible, otherwise with escapes. */
export function printString(value: string): string {
  if (!/[^ -~]|["\\;]/.test(value)) return `"${value}"`;
  return `e"${value.replace(/[^ -~]|["\\]/g, printEscape)}"`;
}
