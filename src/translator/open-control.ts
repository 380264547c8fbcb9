import { isWord, skipBlanks, trimmedEnd } from "./characters.js";

const closingParenthesis = 41;
const hash = 35;

/** Only so much text before the end of a host run can belong to its last statement. */
const considered = 2000;

const commentOrString = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;

/** The end of the code in front of the comments at the end of a text. */
function endOfCode(text: string): number {
  let end = trimmedEnd(text, 0);
  for (;;) {
    if (text.endsWith("*/", end)) {
      const start = text.lastIndexOf("/*", end - 3);
      if (start < 0) return end;
      end = trimmedEnd(text.slice(0, start), 0);
      continue;
    }
    const lineStart = text.lastIndexOf("\n", end - 1) + 1;
    const comment = text.indexOf("//", lineStart);
    if (comment < 0 || comment >= end) return end;
    end = trimmedEnd(text.slice(0, comment), 0);
  }
}

/** A control keyword and where in the text it stands. */
export interface OpenControl {
  readonly keyword: string;
  readonly start: number;
}

/** The same number of characters, without anything that could be mistaken for code. */
function hide(match: string): string {
  return match.startsWith("/") ? " ".repeat(match.length) : `"${" ".repeat(match.length - 2)}"`;
}

/**
 * The control statement that a piece of C ends with, if that statement still lacks its body:
 * `if (...)`, `else`, `for (...)`, `while (...)`.
 */
export function findOpenControl(text: string): OpenControl | undefined {
  const end = endOfCode(text);
  const isElse = text.endsWith("else", end) && !isWord(text.charCodeAt(end - 5));
  if (!isElse && text.charCodeAt(end - 1) !== closingParenthesis) return undefined;
  const lineStart = text.lastIndexOf("\n", end - 1) + 1;
  if (text.charCodeAt(skipBlanks(text, lineStart)) === hash) return undefined;
  if (isElse) return { keyword: "else", start: end - "else".length };
  const from = Math.max(0, end - considered);
  const code = text.slice(from, end).replace(commentOrString, hide);
  const codeEnd = trimmedEnd(code, 0);
  if (code.charCodeAt(codeEnd - 1) !== closingParenthesis) return undefined;
  const found = keywordBefore(code, matchingParenthesis(code, codeEnd - 1));
  return found === undefined ? undefined : { keyword: found.keyword, start: from + found.start };
}

/**
 * Whether a text of these pieces, with texts without slashes between them, could end in an open
 * control statement: a cheap test that is sometimes wrong in saying yes.
 */
export function mayOpenControl(pieces: readonly string[]): boolean {
  if (pieces.some((piece) => piece.includes("/"))) return true;
  const last = pieces.at(-1) ?? "";
  const end = trimmedEnd(last, 0);
  return end === 0 || last.charCodeAt(end - 1) === closingParenthesis || last.endsWith("else", end);
}

/** Index of the parenthesis that the one at `close` closes, or -1. */
function matchingParenthesis(code: string, close: number): number {
  let depth = 0;
  for (let at = close; at >= 0; at--) {
    const character = code[at];
    if (character === ")") depth++;
    else if (character === "(" && --depth === 0) return at;
  }
  return -1;
}

function keywordBefore(code: string, open: number): OpenControl | undefined {
  if (open < 0) return undefined;
  const from = Math.max(0, open - 40);
  const match = /(^|[^\w#]|#\s+)(if|for|while)\s*$/.exec(code.slice(from, open));
  const [, before, keyword] = match ?? [];
  if (match === null || before === undefined || keyword === undefined || before.startsWith("#"))
    return undefined;
  return { keyword, start: from + match.index + before.length };
}
