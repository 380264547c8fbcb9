import { isBlank, isWord, skipBlanks } from "./characters.js";

const closingParenthesis = 41;
const hash = 35;

/** Only so much text before the end of a host run can belong to its last statement. */
const considered = 2000;

const commentOrString = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;

function lastCode(text: string): number {
  let end = text.length;
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end--;
  return end;
}

/** The end of the code in front of the comments at the end of a text. */
function endOfCode(text: string): number {
  let end = lastCode(text);
  for (;;) {
    if (text.endsWith("*/", end)) {
      const start = text.lastIndexOf("/*", end - 3);
      if (start < 0) return end;
      end = lastCode(text.slice(0, start));
      continue;
    }
    const lineStart = text.lastIndexOf("\n", end - 1) + 1;
    const comment = text.indexOf("//", lineStart);
    if (comment < 0 || comment >= end) return end;
    end = lastCode(text.slice(0, comment));
  }
}

/**
 * The keyword of the control statement that a piece of C ends with, if that statement still lacks
 * its body: `if (...)`, `else`, `for (...)`, `while (...)`.
 */
export function findOpenControl(text: string): string | undefined {
  const end = endOfCode(text);
  const isElse = text.endsWith("else", end) && !isWord(text.charCodeAt(end - 5));
  if (!isElse && text.charCodeAt(end - 1) !== closingParenthesis) return undefined;
  const lineStart = text.lastIndexOf("\n", end - 1) + 1;
  if (text.charCodeAt(skipBlanks(text, lineStart)) === hash) return undefined;
  if (isElse) return "else";
  const code = text
    .slice(Math.max(0, end - considered), end)
    .replace(commentOrString, (match) => (match.startsWith("/") ? " " : '""'));
  const codeEnd = lastCode(code);
  if (code.charCodeAt(codeEnd - 1) !== closingParenthesis) return undefined;
  return keywordBefore(code, matchingParenthesis(code, codeEnd - 1));
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

function keywordBefore(code: string, open: number): string | undefined {
  if (open < 0) return undefined;
  const match = /(^|[^\w#]|#\s+)(if|for|while)\s*$/.exec(code.slice(Math.max(0, open - 40), open));
  return match === null || match[1]?.startsWith("#") ? undefined : match[2];
}
