import type { HeaderEntry } from "./builders.js";
import { CHAR, findNameEnd, findTokenEnd, isContentEnd, skipBlanks } from "./characters.js";
import { parseInteger } from "./numerals.js";
import type { ParserState } from "./parser-state.js";
import { reportError, reportWarning } from "./reporter.js";
import { readString, type StringLiteral, startsString } from "./string-literals.js";
import { didYouMean } from "./suggest.js";

/** One `key=value` pair of a line; positions are offsets in the text. */
interface Pair {
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  /** The value without quotes. */
  readonly value: string;
  readonly quoted: boolean;
}

/** What a key accepts: turns a pair into a value, or says what it expects. */
export interface KeyRule {
  /** What is accepted, for messages. */
  readonly expects: string;
  readonly parse: (pair: Pair, state: ParserState) => number | bigint | string | undefined;
}

/** An integer from 0 to a limit that may depend on the chunk's layout. */
export function integerKey(limit: (state: ParserState) => bigint, expects: string): KeyRule {
  return {
    expects,
    parse: (pair, state) => {
      const value = pair.quoted ? undefined : parseInteger(pair.value);
      if (value === undefined || value < 0n || value > limit(state)) return undefined;
      return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
    },
  };
}

/** One of a few integers. */
export function choiceKey(...choices: readonly number[]): KeyRule {
  return {
    expects: choices.length === 1 ? `0x${choices[0]?.toString(16)}` : choices.join(", "),
    parse: (pair) => {
      const value = pair.quoted ? undefined : parseInteger(pair.value);
      return choices.find((choice) => value === BigInt(choice));
    },
  };
}

/** Records why a string literal cannot be read. */
export function reportString(
  state: ParserState,
  start: number,
  literal: Exclude<StringLiteral, { kind: "string" }>,
): void {
  if (literal.kind === "unterminated") {
    const message = "the string has no closing quote";
    reportError(state.reporter, "string-unterminated", start, literal.end, message);
    return;
  }
  const message = `unknown escape ${literal.escape}`;
  const hint = String.raw`escapes are \a \b \f \n \r \t \v \\ \" \' \ddd \xXX \z`;
  reportError(state.reporter, "bad-escape", start, literal.end, message, hint);
}

function reportSyntax(state: ParserState, start: number, keyEnd: number): void {
  const end = Math.max(keyEnd, findTokenEnd(state.text, start), start + 1);
  reportError(state.reporter, "header-syntax", start, end, "expected key=value");
}

/** Reads the pair at `start`; undefined after an error, which ends the line. */
function readPair(state: ParserState, start: number): Pair | undefined {
  const { text } = state;
  const keyEnd = findNameEnd(text, start);
  const equals = skipBlanks(text, keyEnd);
  if (keyEnd === start || text.charCodeAt(equals) !== CHAR.equals) {
    reportSyntax(state, start, keyEnd);
    return undefined;
  }
  const valueStart = skipBlanks(text, equals + 1);
  const place = { key: text.slice(start, keyEnd), keyStart: start, keyEnd, valueStart };
  if (startsString(text, valueStart)) {
    const literal = readString(text, valueStart, false);
    if (literal.kind === "string") {
      return { ...place, valueEnd: literal.end, value: literal.value, quoted: true };
    }
    reportString(state, valueStart, literal);
    return undefined;
  }
  const valueEnd = findTokenEnd(text, valueStart);
  if (valueEnd === valueStart) {
    reportSyntax(state, start, keyEnd);
    return undefined;
  }
  return { ...place, valueEnd, value: text.slice(valueStart, valueEnd), quoted: false };
}

function applyPair(
  state: ParserState,
  pair: Pair,
  rules: ReadonlyMap<string, KeyRule>,
  aliases: ReadonlyMap<string, string>,
  entries: Map<string, HeaderEntry>,
): void {
  const { reporter } = state;
  const key = aliases.get(pair.key) ?? pair.key;
  const rule = rules.get(key);
  if (rule === undefined) {
    const message = `unknown key ${pair.key} is ignored`;
    const hint = () => didYouMean(pair.key, rules.keys());
    reportWarning(reporter, "header-unknown-key", pair.keyStart, pair.keyEnd, message, hint);
    return;
  }
  if (entries.has(key)) {
    const message = `${pair.key} is given again: this value counts`;
    reportWarning(reporter, "duplicate-key", pair.keyStart, pair.keyEnd, message);
  }
  const value = rule.parse(pair, state);
  if (value === undefined) {
    const message = `${pair.key} expects ${rule.expects}`;
    reportError(reporter, "header-value", pair.valueStart, pair.valueEnd, message);
    return;
  }
  entries.set(key, { value, start: pair.keyStart, end: pair.keyEnd });
}

/** Parses `key=value` pairs, separated by commas and blanks, from `state.position` to the end of the line. */
export function parsePairs(
  state: ParserState,
  rules: ReadonlyMap<string, KeyRule>,
  aliases: ReadonlyMap<string, string>,
  entries: Map<string, HeaderEntry>,
): void {
  const { text } = state;
  for (;;) {
    let at = state.position;
    do at = skipBlanks(text, at);
    while (text.charCodeAt(at) === CHAR.comma && at++ >= 0);
    if (isContentEnd(text.charCodeAt(at))) return;
    const pair = readPair(state, at);
    if (pair === undefined) return;
    applyPair(state, pair, rules, aliases, entries);
    state.position = pair.valueEnd;
  }
}
