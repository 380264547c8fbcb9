import type { FunctionParts } from "../chunk.js";
import type { FunctionBuilder } from "./builders.js";
import { integerKey, type KeyRule, parsePairs } from "./pairs.js";
import type { ParserState, Section } from "./parser-state.js";
import { type Printer, startLine } from "./printer.js";
import { endLine, put } from "./text-writer.js";

function largestInt(state: ParserState): bigint {
  return (1n << BigInt(state.header.intSize * 8 - 1)) - 1n;
}

const byteKey = integerKey(() => 255n, "a number from 0 to 255");
const lineKey = integerKey(largestInt, "a number from 0 to the largest int of the chunk");

const varargKey: KeyRule = {
  expects: "true, false or a number from 0 to 255",
  parse: (pair, state) => {
    if (pair.value === "true" && !pair.quoted) return 1;
    return pair.value === "false" && !pair.quoted ? 0 : byteKey.parse(pair, state);
  },
};

const sourceKey: KeyRule = { expects: "a word or a string", parse: (pair) => pair.value };

/** Keys of `.header`. */
export const HEADER_KEYS: ReadonlyMap<string, KeyRule> = new Map([
  ["linedefined", lineKey],
  ["lastlinedefined", lineKey],
  ["numparams", byteKey],
  ["is_vararg", varargKey],
  ["maxstack", byteKey],
  ["maxstacksize", byteKey],
  ["source", sourceKey],
]);

const ALIASES: ReadonlyMap<string, string> = new Map([["vararg", "is_vararg"]]);

function parseHeaderLine(state: ParserState, fn: FunctionBuilder): void {
  parsePairs(state, HEADER_KEYS, ALIASES, fn.header);
}

export const headerSection: Section = { name: ".header", parseLine: parseHeaderLine };

export function printHeader(printer: Printer, prototype: FunctionParts): void {
  const { lineDefined, lastLineDefined, numParams, isVararg, maxStackSize } = prototype;
  const { writer } = printer;
  startLine(printer, 0);
  put(writer, ".header");
  endLine(writer);
  startLine(printer, 1);
  put(writer, `linedefined=${lineDefined}, lastlinedefined=${lastLineDefined}, `);
  put(writer, `numparams=${numParams}, is_vararg=${isVararg}, maxstacksize=${maxStackSize}`);
  endLine(writer);
}
