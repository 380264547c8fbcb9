import type { Expression, Statement, TableConstructorExpression } from "luaparse";
import { trimBlanks, wordTable } from "./characters.js";
import type { LuaParser } from "./lua-parser.js";
import { callStringMethod, isStringMethod } from "./lua-string-methods.js";
import { findLuaSyntaxMessage } from "./lua-syntax-message.js";
import { reservedWords } from "./lua-tokens.js";
import {
  ConditionError,
  compareLuaValues,
  computeArithmetic,
  concatenate,
  describeType,
  equalLuaValues,
  isTruthy,
  type LuaValue,
  readLuaNumeral,
  tableLength,
} from "./lua-value.js";

type TableField = TableConstructorExpression["fields"][number];

const maximumNesting = 200;

/** Conditions made of names, decimal numbers, comparisons, `not`, `and` and `or` need no parser. */
const simpleToken = /[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[=~<>]=|[<>]/y;
const simpleOperators = new Set(["and", "or", "not"]);

/**
 * Evaluates a condition that consists of simple tokens only, as most do.
 * Returns undefined if it needs the parser.
 */
function evaluateSimple(text: string): boolean | undefined {
  const tokens: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (text.charCodeAt(at) === 32) {
      at++;
      continue;
    }
    simpleToken.lastIndex = at;
    const token = simpleToken.exec(text)?.[0];
    if (token === undefined || (reservedWords.has(token) && !simpleOperators.has(token))) return undefined;
    tokens.push(token);
    at += token.length;
    // `1x` is malformed, `12 34` is not an expression.
    if (/^[0-9]/.test(token) && wordTable[text.charCodeAt(at)] === 1) return undefined;
  }
  const reader: TokenReader = { tokens, at: 0, malformed: false };
  const value = readOr(reader);
  if (reader.malformed || reader.at < tokens.length) return undefined;
  return isTruthy(value) && value !== 0;
}

interface TokenReader {
  readonly tokens: readonly string[];
  at: number;
  /** Whether the parser has to look at it: it is wrong, or less simple than it seemed. */
  malformed: boolean;
}

function readOr(reader: TokenReader): LuaValue {
  let value = readAnd(reader);
  while (reader.tokens[reader.at] === "or") {
    reader.at++;
    const right = readAnd(reader);
    if (!isTruthy(value)) value = right;
  }
  return value;
}

function readAnd(reader: TokenReader): LuaValue {
  let value = readComparison(reader);
  while (reader.tokens[reader.at] === "and") {
    reader.at++;
    const right = readComparison(reader);
    if (isTruthy(value)) value = right;
  }
  return value;
}

function readComparison(reader: TokenReader): LuaValue {
  const left = readOperand(reader);
  const operator = reader.tokens[reader.at];
  if (operator === undefined || !/^[=~<>]/.test(operator)) return left;
  reader.at++;
  const right = readOperand(reader);
  if (operator === "==") return left === right;
  if (operator === "~=") return left !== right;
  if (typeof left !== "number" || typeof right !== "number") {
    reader.malformed = true;
    return undefined;
  }
  if (operator === "<") return left < right;
  if (operator === "<=") return left <= right;
  return operator === ">" ? left > right : left >= right;
}

function readOperand(reader: TokenReader): LuaValue {
  let negations = 0;
  while (reader.tokens[reader.at] === "not") {
    negations++;
    reader.at++;
  }
  const token = reader.tokens[reader.at++];
  if (token === undefined || token === "and" || token === "or" || /^[=~<>]/.test(token)) {
    reader.malformed = true;
    return undefined;
  }
  const value = /^[0-9]/.test(token) ? Number(token) : undefined;
  if (negations === 0) return value;
  return (value !== undefined) === (negations % 2 === 0);
}

/**
 * Evaluates the condition of `.if` as a Lua 5.1 expression without any variables. Nothing is
 * executed: the syntax tree is computed here, and only operators and methods of strings exist.
 *
 * @returns whether the value counts as true: it is neither nil, nor false, nor the number 0.
 * Throws a ConditionError whose message is that of the reference's host.
 */
export function evaluateCondition(text: string, loadParser: () => LuaParser): boolean {
  const simple = evaluateSimple(text);
  if (simple !== undefined) return simple;
  const expression = parseCondition(text, loadParser());
  if (expression === undefined) return false;
  const value = evaluate(expression, 0);
  return isTruthy(value) && value !== 0 && value !== 0n;
}

const stringOrNumeral =
  /"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|\[(=*)\[[\s\S]*?\]\1\]|--.*|[A-Za-z_]\w*|0[bB][01]+|0[xX]\.[0-9a-fA-F]+(?:[pP][+-]?[0-9]+)?/g;

/** Writes the numerals that LuaJIT reads and luaparse does not in another way. */
function rewriteNumerals(text: string): string {
  return text.replace(stringOrNumeral, (token) =>
    /^0[bBxX]/.test(token) ? String(readLuaNumeral(token)) : token,
  );
}

/** A constant of its own, because the type declarations of the parser do not allow its last option. */
const parserOptions = {
  luaVersion: "LuaJIT",
  comments: false,
  encodingMode: "pseudo-latin1",
  // LuaJIT takes every byte above 127 as a letter.
  extendedIdentifiers: true,
} as const;

/** The syntax tree of a condition, or undefined for one that is empty (a comment only). */
function parseCondition(text: string, parser: LuaParser): Expression | undefined {
  // First, because the parser takes some texts that LuaJIT does not.
  const mistake = findLuaSyntaxMessage(text);
  if (mistake !== undefined) throw new ConditionError(mistake);
  let body: readonly Statement[];
  try {
    body = parser.parse(`return ${rewriteNumerals(text)}\n`, parserOptions).body as readonly Statement[];
  } catch (error) {
    throw new ConditionError(describeSyntaxError(error));
  }
  const statement = body[0];
  if (body.length !== 1 || statement?.type !== "ReturnStatement") {
    throw new ConditionError(`'<eof>' expected near '${trimBlanks(text)}'`);
  }
  return statement.arguments[0];
}

function describeSyntaxError(error: unknown): string {
  // Very deep nesting exhausts the parser's stack, which is the user's doing, too.
  if (error instanceof RangeError) return "chunk has too many syntax levels";
  const message = error instanceof Error ? error.message : "syntax error";
  return message.replace(/^\[\d+:\d+\] /, "");
}

function evaluate(expression: Expression, depth: number): LuaValue {
  if (depth > maximumNesting) throw new ConditionError("chunk has too many syntax levels");
  const next = depth + 1;
  switch (expression.type) {
    case "NilLiteral":
    case "Identifier":
      return undefined;
    case "BooleanLiteral":
      return expression.value;
    case "NumericLiteral":
      return readLuaNumeral(expression.raw);
    case "StringLiteral":
      return expression.value;
    case "VarargLiteral":
      // The arguments of a chunk that has none.
      return undefined;
    case "TableConstructorExpression":
      return buildTable(expression.fields, next);
    case "FunctionDeclaration":
      return { kind: "function", result: functionResult(expression.body) };
    case "UnaryExpression":
      return evaluateUnary(expression.operator, evaluate(expression.argument, next), expression.argument);
    case "LogicalExpression": {
      const left = evaluate(expression.left, next);
      if (isTruthy(left) === (expression.operator === "or")) return left;
      return evaluate(expression.right, next);
    }
    case "BinaryExpression":
      return evaluateBinary(expression, next);
    case "MemberExpression":
      return indexValue(evaluate(expression.base, next), expression.identifier.name, expression.base);
    case "IndexExpression": {
      const key = evaluate(expression.index, next);
      return indexValue(evaluate(expression.base, next), key, expression.base);
    }
    case "CallExpression":
      return evaluateCall(expression.base, expression.arguments, next);
    case "StringCallExpression":
    case "TableCallExpression": {
      const argument =
        expression.type === "StringCallExpression" ? expression.argument : expression.arguments;
      return evaluateCall(expression.base, [argument], next);
    }
    default:
      throw new ConditionError("unexpected symbol");
  }
}

function buildTable(fields: readonly TableField[], depth: number): LuaValue {
  const entries = new Map<LuaValue, LuaValue>();
  let position = 0;
  for (const field of fields) {
    const value = evaluate(field.value, depth);
    if (field.type === "TableValue") entries.set(++position, value);
    else entries.set(field.type === "TableKey" ? evaluate(field.key, depth) : field.key.name, value);
  }
  return { kind: "table", fields: entries };
}

/** What a function returns, for functions that consist of a return statement at most. */
function functionResult(body: readonly Statement[]): Expression | undefined {
  if (body.length === 0) return undefined;
  const statement = body[0];
  if (body.length === 1 && statement?.type === "ReturnStatement") return statement.arguments[0];
  throw new ConditionError("functions with statements are not supported in conditions");
}

/** How Lua names an operand in its messages. */
function describeOperand(expression: Expression, value: LuaValue): string {
  const type = describeType(value);
  if (expression.type === "Identifier") return `global '${expression.name}' (a ${type} value)`;
  if (expression.type === "MemberExpression") {
    const what = expression.indexer === ":" ? "method" : "field";
    return `${what} '${expression.identifier.name}' (a ${type} value)`;
  }
  return `a ${type} value`;
}

function evaluateUnary(operator: string, value: LuaValue, operand: Expression): LuaValue {
  switch (operator) {
    case "not":
      return !isTruthy(value);
    case "-": {
      const result = computeArithmetic("-", typeof value === "bigint" ? 0n : -0, value);
      if (result === undefined) {
        throw new ConditionError(`attempt to perform arithmetic on ${describeOperand(operand, value)}`);
      }
      return result;
    }
    case "#":
      if (typeof value === "string") return value.length;
      if (typeof value === "object" && value.kind === "table") return tableLength(value);
      throw new ConditionError(`attempt to get length of ${describeOperand(operand, value)}`);
    default:
      throw new ConditionError(`unexpected symbol near '${operator}'`);
  }
}

type BinaryExpression = Extract<Expression, { type: "BinaryExpression" }>;

function evaluateBinary(expression: BinaryExpression, depth: number): LuaValue {
  const left = evaluate(expression.left, depth);
  const right = evaluate(expression.right, depth);
  switch (expression.operator) {
    case "==":
      return equalLuaValues(left, right);
    case "~=":
      return !equalLuaValues(left, right);
    case "<":
      return compareLuaValues(left, right) < 0;
    case "<=":
      return compareLuaValues(left, right) <= 0;
    case ">":
      return compareLuaValues(right, left) < 0;
    case ">=":
      return compareLuaValues(right, left) <= 0;
    case "..": {
      const joined = concatenate(left, right);
      if (joined !== undefined) return joined;
      const [operand, value] =
        typeof left === "string" || typeof left === "number"
          ? [expression.right, right]
          : [expression.left, left];
      throw new ConditionError(`attempt to concatenate ${describeOperand(operand, value)}`);
    }
    default: {
      const result = computeArithmetic(expression.operator, left, right);
      if (result !== undefined) return result;
      const leftFails = computeArithmetic("+", left, 1) === undefined;
      const [operand, value] = leftFails ? [expression.left, left] : [expression.right, right];
      throw new ConditionError(`attempt to perform arithmetic on ${describeOperand(operand, value)}`);
    }
  }
}

function indexValue(base: LuaValue, key: LuaValue, expression: Expression): LuaValue {
  if (typeof base === "string") {
    return typeof key === "string" && isStringMethod(key) ? { kind: "method", name: key } : undefined;
  }
  if (typeof base === "object" && base.kind === "table") return base.fields.get(key);
  throw new ConditionError(`attempt to index ${describeOperand(expression, base)}`);
}

function evaluateCall(callee: Expression, args: readonly Expression[], depth: number): LuaValue {
  const method = callee.type === "MemberExpression" && callee.indexer === ":" ? callee : undefined;
  const target = evaluate(callee, depth);
  const values = args.map((argument) => evaluate(argument, depth));
  if (method !== undefined) values.unshift(evaluate(method.base, depth));
  if (typeof target === "object" && target.kind === "method") return callStringMethod(target.name, values);
  if (typeof target === "object" && target.kind === "function") {
    return target.result === undefined ? undefined : evaluate(target.result as Expression, depth + 1);
  }
  throw new ConditionError(`attempt to call ${describeOperand(callee, target)}`);
}
