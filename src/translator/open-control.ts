import { isBlank, isWord } from "./characters.js";

/** Only so much text before the end of a host run can belong to its last statement. */
const considered = 2000;

const commentOrString = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;

function lastCode(text: string): number {
  let end = text.length;
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end--;
  return end;
}

/**
 * The keyword of the control statement that a piece of C ends with, if that statement still lacks
 * its body: `if (...)`, `else`, `for (...)`, `while (...)`.
 */
export function findOpenControl(text: string): string | undefined {
  const end = lastCode(text);
  const last = text[end - 1];
  const lastLine = text.slice(text.lastIndexOf("\n", end - 1) + 1, end);
  if (last !== ")" && last !== "e" && last !== "/" && !lastLine.includes("//")) return undefined;
  if (/^\s*#/.test(lastLine)) return undefined;
  const code = text
    .slice(Math.max(0, end - considered), end)
    .replace(commentOrString, (match) => (match.startsWith("/") ? " " : '""'));
  const codeEnd = lastCode(code);
  if (code.endsWith("else", codeEnd) && !isWord(code.charCodeAt(codeEnd - 5))) return "else";
  if (code[codeEnd - 1] !== ")") return undefined;
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
