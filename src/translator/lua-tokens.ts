import { blankTable, isWord } from "./characters.js";
import { ConditionError, readLuaNumeral } from "./lua-value.js";

/** A token of a Lua expression; symbols and reserved words are their own text. */
export interface LuaToken {
  readonly kind: "name" | "number" | "string" | "symbol" | "end";
  /** As it stands in the source, `<eof>` at the end. */
  readonly text: string;
}

const endToken: LuaToken = { kind: "end", text: "<eof>" };

/** Words that are no names. `goto` is one to LuaJIT, which knows the statement by its place. */
export const reservedWords: ReadonlySet<string> = new Set(
  "and break do else elseif end false for function if in local nil not or repeat return then true until while".split(
    " ",
  ),
);

const longBracket = /\[(=*)\[/y;
const symbol = /\.\.\.|\.\.|[=~<>]=|::|[\s\S]/y;
const simpleEscapes = new Set("abfnrtv\\\"'\n\r");

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** LuaJIT takes every byte above 127 as a letter. */
function isLuaWord(code: number): boolean {
  return isWord(code) || code > 127;
}

function fail(message: string, near: string): never {
  throw new ConditionError(`${message} near '${near}'`);
}

/** Reads the tokens of a text, with the complaints of LuaJIT's lexer. */
export class LuaTokenReader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  next(): LuaToken {
    this.skipBlanksAndComments();
    const { text, at } = this;
    if (at >= text.length) return endToken;
    const code = text.charCodeAt(at);
    if (isDigit(code) || (code === 46 && isDigit(text.charCodeAt(at + 1)))) return this.readNumber();
    if (isLuaWord(code)) return this.readWord();
    if (code === 34 || code === 39) return this.readString();
    if (code === 91 && this.skipLong("long string")) return { kind: "string", text: text.slice(at, this.at) };
    symbol.lastIndex = at;
    const [token = ""] = symbol.exec(text) ?? [];
    this.at += token.length;
    return { kind: "symbol", text: token };
  }

  /** The token that comes next, without passing it. */
  peek(): LuaToken {
    const { at } = this;
    const token = this.next();
    this.at = at;
    return token;
  }

  private skipBlanksAndComments(): void {
    const { text } = this;
    for (;;) {
      while (blankTable[text.charCodeAt(this.at)] === 1) this.at++;
      if (!text.startsWith("--", this.at)) return;
      this.at += 2;
      if (this.skipLong("long comment")) continue;
      const end = text.indexOf("\n", this.at);
      this.at = end < 0 ? text.length : end;
    }
  }

  /** Skips a text between long brackets, if there is one. */
  private skipLong(what: "long string" | "long comment"): boolean {
    longBracket.lastIndex = this.at;
    const match = longBracket.exec(this.text);
    if (match === null) {
      const [delimiter] = /^\[=+/.exec(this.text.slice(this.at)) ?? [];
      if (delimiter !== undefined && what === "long string") fail("invalid long string delimiter", delimiter);
      return false;
    }
    const close = `]${match[1]}]`;
    const end = this.text.indexOf(close, longBracket.lastIndex);
    if (end < 0) fail(`unfinished ${what}`, endToken.text);
    this.at = end + close.length;
    return true;
  }

  /** A numeral is taken as far as letters, digits, points and signs of exponents go, and then looked at. */
  private readNumber(): LuaToken {
    const { text, at } = this;
    const exponent = /^0[xX]/.test(text.slice(at, at + 2)) ? "p" : "e";
    let end = at + 1;
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end);
      const isSign = code === 43 || code === 45;
      const continues = isSign ? text[end - 1]?.toLowerCase() === exponent : isLuaWord(code) || code === 46;
      if (!continues) break;
    }
    this.at = end;
    const token = text.slice(at, end);
    readLuaNumeral(token);
    return { kind: "number", text: token };
  }

  private readWord(): LuaToken {
    const { text, at } = this;
    while (isLuaWord(text.charCodeAt(this.at))) this.at++;
    const word = text.slice(at, this.at);
    return { kind: reservedWords.has(word) ? "symbol" : "name", text: word };
  }

  private readString(): LuaToken {
    const { text, at } = this;
    const quote = text[at];
    let value = "";
    for (this.at++; text[this.at] !== quote; ) {
      const character = text[this.at];
      if (character === undefined) fail("unfinished string", endToken.text);
      if (character === "\n" || character === "\r") fail("unfinished string", `${quote}${value}`);
      if (character === "\\") {
        this.skipEscape(`${quote}${value}`);
        value += "?";
      } else {
        value += character;
        this.at++;
      }
    }
    this.at++;
    return { kind: "string", text: text.slice(at, this.at) };
  }

  private skipEscape(before: string): void {
    const rest = this.text.slice(this.at + 1, this.at + 12);
    if (rest === "") fail("unfinished string", endToken.text);
    const decimal = /^\d{1,3}/.exec(rest)?.[0];
    const long = /^(?:x[\da-fA-F]{2}|u\{0*[\da-fA-F]{1,6}\}|z\s*)/.exec(rest)?.[0];
    const length = decimal?.length ?? long?.length ?? (simpleEscapes.has(rest.charAt(0)) ? 1 : 0);
    if (length === 0 || Number(decimal ?? 0) > 255) fail("invalid escape sequence", before);
    this.at += 1 + length;
  }
}
