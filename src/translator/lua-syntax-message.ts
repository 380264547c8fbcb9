import { type LuaToken, LuaTokenReader } from "./lua-tokens.js";
import { ConditionError } from "./lua-value.js";

/** LuaJIT's limit of nested expressions. */
const maximumNesting = 200;

const unaryOperators = new Set(["not", "-", "#"]);
const constants = new Set(["nil", "true", "false"]);
/** Words that end a block: `return` in front of one of them returns nothing. */
const blockEnds = new Set(["else", "elseif", "end", "until"]);

/** Left and right precedence of each binary operator, from section 2.5.6 of the Lua 5.1 manual. */
const precedence: Readonly<Record<string, readonly [left: number, right: number]>> = {
  or: [1, 1],
  and: [2, 2],
  "<": [3, 3],
  ">": [3, 3],
  "<=": [3, 3],
  ">=": [3, 3],
  "~=": [3, 3],
  "==": [3, 3],
  "..": [5, 4],
  "+": [6, 6],
  "-": [6, 6],
  "*": [7, 7],
  "/": [7, 7],
  "%": [7, 7],
  "^": [10, 9],
};
const unaryPrecedence = 8;

/** The grammar goes further than this reader: functions that have statements. */
class BeyondExpressions extends Error {}

/**
 * What LuaJIT says about the syntax of `return` with this text behind it. The parser that evaluates
 * conditions finds the same mistakes, but has its own words for them.
 *
 * @returns undefined if no mistake is found.
 */
export function findLuaSyntaxMessage(text: string): string | undefined {
  try {
    new ExpressionChecker(text).checkReturn();
    return undefined;
  } catch (error) {
    if (error instanceof ConditionError) return error.message;
    if (error instanceof BeyondExpressions) return undefined;
    throw error;
  }
}

class ExpressionChecker {
  private readonly reader: LuaTokenReader;
  private token: LuaToken;
  private depth = 0;

  constructor(text: string) {
    this.reader = new LuaTokenReader(text);
    this.token = this.reader.next();
  }

  checkReturn(): void {
    if (!blockEnds.has(this.symbol) && this.symbol !== ";" && this.token.kind !== "end") this.checkList();
    if (this.symbol === ";") this.advance();
    if (this.token.kind !== "end") this.expected("<eof>");
  }

  /** The text of a symbol or reserved word, else an empty text. */
  private get symbol(): string {
    return this.token.kind === "symbol" ? this.token.text : "";
  }

  private isAt(symbol: string): boolean {
    return this.symbol === symbol;
  }

  private advance(): void {
    this.token = this.reader.next();
  }

  private fail(message: string): never {
    const { text } = this.token;
    const code = text.charCodeAt(0);
    const shown = text.length === 1 && (code < 32 || code === 127) ? `char(${code})` : text;
    throw new ConditionError(`${message} near '${shown}'`);
  }

  private expected(what: string): never {
    this.fail(`'${what}' expected`);
  }

  private require(symbol: string): void {
    if (this.symbol !== symbol) this.expected(symbol);
    this.advance();
  }

  private requireName(): void {
    if (this.token.kind !== "name") this.expected("<name>");
    this.advance();
  }

  private checkList(): void {
    this.checkExpression();
    while (this.symbol === ",") {
      this.advance();
      this.checkExpression();
    }
  }

  private checkExpression(limit = 0): void {
    if (++this.depth >= maximumNesting) throw new ConditionError("chunk has too many syntax levels");
    if (unaryOperators.has(this.symbol)) {
      this.advance();
      this.checkExpression(unaryPrecedence);
    } else {
      this.checkOperand();
    }
    for (;;) {
      const [left, right] = precedence[this.symbol] ?? [0, 0];
      if (left <= limit) break;
      this.advance();
      this.checkExpression(right);
    }
    this.depth--;
  }

  private checkOperand(): void {
    if (this.token.kind === "number" || this.token.kind === "string" || constants.has(this.symbol)) {
      this.advance();
    } else if (this.symbol === "...") {
      this.advance();
    } else if (this.symbol === "{") {
      this.checkTable();
    } else if (this.symbol === "function") {
      throw new BeyondExpressions();
    } else {
      this.checkPrimary();
    }
  }

  private checkPrimary(): void {
    if (this.token.kind === "name") {
      this.advance();
    } else if (this.symbol === "(") {
      this.advance();
      this.checkExpression();
      this.require(")");
    } else {
      this.fail("unexpected symbol");
    }
    while (this.checkSuffix());
  }

  private checkSuffix(): boolean {
    if (this.symbol === ".") {
      this.advance();
      this.requireName();
    } else if (this.symbol === "[") {
      this.checkIndex();
    } else if (this.symbol === ":") {
      this.advance();
      this.requireName();
      this.checkArguments();
    } else if (this.symbol === "(" || this.symbol === "{" || this.token.kind === "string") {
      this.checkArguments();
    } else {
      return false;
    }
    return true;
  }

  private checkIndex(): void {
    this.advance();
    this.checkExpression();
    this.require("]");
  }

  private checkArguments(): void {
    if (this.token.kind === "string") {
      this.advance();
    } else if (this.symbol === "{") {
      this.checkTable();
    } else if (this.symbol === "(") {
      this.advance();
      if (!this.isAt(")")) this.checkList();
      this.require(")");
    } else {
      this.fail("function arguments expected");
    }
  }

  private checkTable(): void {
    this.advance();
    while (this.symbol !== "}") {
      this.checkField();
      if (this.symbol !== "," && this.symbol !== ";") break;
      this.advance();
    }
    this.require("}");
  }

  private checkField(): void {
    if (this.symbol === "[") {
      this.checkIndex();
      this.require("=");
      this.checkExpression();
      return;
    }
    if (this.token.kind === "name" && this.reader.peek().text === "=") {
      this.advance();
      this.advance();
    }
    this.checkExpression();
  }
}
