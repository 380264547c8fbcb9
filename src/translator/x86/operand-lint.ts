import type { StatementWarning } from "../assembled-statement.js";
import { isDigit, isLetter, isWord, skipBlanks, wordEnd } from "../characters.js";
import type { StatementContext } from "./statement-context.js";

// What is no register, label or number is handed to the host language as an expression, without a
// message. The checks here find expressions that can't be meant as such. Each is conservative: a
// name that could be one of the host program's is left alone.

/** Where an expression stands: in brackets, behind a size keyword, or alone. */
export type ExpressionPlace = "address" | "sized" | "plain";

function warn(context: StatementContext, warning: Omit<StatementWarning, "part">, text: string): void {
  context.warnings.push({ ...warning, part: { kind: "parameter", index: context.parameter, text } });
}

/** Registers that other assemblers know by names that are none here. */
const OTHER_NAMES: Readonly<Record<string, string>> = { spl: "r4b", bpl: "r5b", sil: "r6b", dil: "r7b" };

/** A register name with one letter doubled, such as `ebxx`, without the second of them; else the same text. */
function withoutDoubledLetter(word: string, isRegister: (name: string) => boolean): string | undefined {
  for (let i = 1; i < word.length; i++) {
    if (word.charAt(i) !== word.charAt(i - 1) || isDigit(word.charCodeAt(i))) continue;
    const shorter = word.slice(0, i) + word.slice(i + 1);
    if (isRegister(shorter)) return shorter;
  }
  return undefined;
}

const TOO_HIGH = /^(?:r(?:1[6-9]|2\d|3[01])[dwb]?|[xyz]mm(?:1[6-9]|2\d|3[01]))$/;
const KNOWN_ELSEWHERE = /^(?:mm[0-7]|zmm\d+|[cd]r\d|r(?:[89]|1[0-5])[lq])$/;
const REGISTER_OF_X64 = /^(?:r(?:[abcd]x|[sb]p|[sd]i)|r(?:[89]|1[0-5])[dwb]?|[xy]mm(?:[89]|1[0-5]))$/;

/** What a word that looks like a register could be meant as: a hint, or undefined if it looks like no register. */
function suspectedRegister(word: string, context: StatementContext): string | undefined {
  if (word.length < 2 || word.length > 6) return undefined;
  const { tokenOf } = context.registers;
  const isRegister = (name: string): boolean => tokenOf.has(name);
  const lower = word.toLowerCase();
  // Two capital letters are more often a constant of the host program (`SP`, `DI`) than a register.
  if (lower !== word && word.length > 2 && isRegister(lower) && !isRegister(word)) {
    return `register names are in lower case: \`${lower}'`;
  }
  const other = Object.hasOwn(OTHER_NAMES, word) ? OTHER_NAMES[word] : undefined;
  if (other !== undefined) {
    return context.mode === "x64" ? `it is called \`${other}' here` : "32-bit mode does not have it";
  }
  if (TOO_HIGH.test(word)) return "there is no register with this number";
  if (KNOWN_ELSEWHERE.test(word)) return "there is no register of this name";
  if (context.mode === "x86" && REGISTER_OF_X64.test(word)) return "32-bit mode does not have it";
  if (word.length < 4) return undefined;
  const shorter = withoutDoubledLetter(word, isRegister);
  return shorter === undefined ? undefined : `did you mean \`${shorter}'?`;
}

/** What may stand behind a register name in an address: nothing, or an operator. */
function endsLikeRegister(text: string, end: number): boolean {
  const next = skipBlanks(text, end);
  if (next >= text.length) return true;
  const code = text.charCodeAt(next);
  // - but not -> ; + and *
  return code === 0x2b || code === 0x2a || (code === 0x2d && text.charCodeAt(next + 1) !== 0x3e);
}

function isWordStart(code: number): boolean {
  return isLetter(code) || code === 0x5f;
}

function lintFirstWord(text: string, place: ExpressionPlace, context: StatementContext): void {
  if (text === "" || !isWordStart(text.charCodeAt(0))) return;
  const end = wordEnd(text, 0);
  if (text.charCodeAt(end) === 0x3a) {
    lintColon(text, end, context);
    return;
  }
  if (!endsLikeRegister(text, end)) {
    if (place === "sized") lintKeyword(text, end, context);
    return;
  }
  const word = text.slice(0, end);
  if (place === "address" && (word === "rip" || word === "eip")) {
    const message = `\`${word}' is no register here: the address becomes the expression \`${text}'`;
    const hint = "write the label alone: [->label] or [=>label] is relative to the instruction pointer";
    warn(context, { code: "rip-expression", message, hint }, word);
    return;
  }
  // Of an immediate, only a word that stands alone is looked at.
  if (place !== "address" && skipBlanks(text, end) < text.length) return;
  const hint = suspectedRegister(word, context);
  if (hint === undefined) return;
  const message = `\`${word}' looks like a register, but is passed on as an expression`;
  warn(context, { code: "register-like-name", message, hint }, word);
}

/** `fs:[...]`, or `Type:register` with a type that is not declared. */
function lintColon(text: string, colon: number, context: StatementContext): void {
  const before = text.slice(0, colon);
  if (/^[c-gs]s$/.test(before)) {
    const message = `\`${before}:' is no prefix here: the operand is passed on as an expression`;
    const hint = `write the prefix as a statement of its own: ${before}; mov eax, [0]`;
    warn(context, { code: "segment-expression", message, hint }, `${before}:`);
    return;
  }
  const end = wordEnd(text, text.charCodeAt(colon + 1) === 0x40 ? colon + 2 : colon + 1);
  const register = context.registers.byToken.get(text.slice(colon + 1, end));
  if (register === undefined) return;
  const message = `type \`${before}' is not declared: the operand is passed on as an expression`;
  const hint = `declare it first: .type ${before}, ctype, ${register.name}`;
  warn(context, { code: "undeclared-type", message, hint }, before);
}

/** `dword ptr [rax]`: the keyword of other assemblers. */
function lintKeyword(text: string, end: number, context: StatementContext): void {
  if (text.slice(0, end).toLowerCase() !== "ptr" || text.charCodeAt(skipBlanks(text, end)) !== 0x5b) return;
  const message = "`ptr' is no keyword here: the operand is passed on as an expression";
  warn(context, { code: "ptr-expression", message, hint: "leave it out: dword [rax]" }, text.slice(0, end));
}

/** A register inside an expression: the host language gets its internal token, which it can't read. */
function lintTokens(text: string, context: StatementContext): void {
  const at = text.indexOf("@");
  if (at < 0 || text.includes('"') || text.includes("'")) return;
  if (at > 0 && isWord(text.charCodeAt(at - 1))) return;
  const token = text.slice(at, wordEnd(text, at + 1));
  const register = context.registers.byToken.get(token);
  if (register === undefined) return;
  const message = `\`${register.name}' in an expression becomes \`${token}', which the host language cannot read`;
  const hint =
    "an address has a base, then an index with a scale of 1, 2, 4 or 8, then the displacement; " +
    "a name that only looks like a register needs another name";
  warn(context, { code: "register-in-expression", message, hint }, register.name);
}

/** Checks a text that becomes an expression. */
export function lintExpression(text: string, place: ExpressionPlace, context: StatementContext): void {
  const before = context.warnings.length;
  lintFirstWord(text, place, context);
  if (context.warnings.length === before) lintTokens(text, context);
}

/** A scale of more than one digit, of which only the first is read: `[ecx*16]`. */
export function lintScale(text: string, end: number, context: StatementContext): void {
  if (end >= text.length || !isDigit(text.charCodeAt(end))) return;
  const digit = text.charAt(end - 1);
  const rest = text.slice(end, wordEnd(text, end));
  const message = `\`*${digit}${rest}' is read as a scale of ${digit} and the displacement ${Number(rest)}`;
  warn(context, { code: "scale-digits", message, hint: "the scale must be 1, 2, 4 or 8" }, `${digit}${rest}`);
}
