import { DEFAULT_HEADER, isDefaultHeader, VERSION } from "../chunk.js";
import type { HeaderEntry } from "./builders.js";
import { choiceKey, integerKey, type KeyRule, parsePairs } from "./pairs.js";
import type { ParserState, Section } from "./parser-state.js";
import type { Printer } from "./printer.js";
import { endLine, put } from "./text-writer.js";

const endianKey: KeyRule = {
  expects: "little or big",
  parse: ({ value, quoted }) => (!quoted && (value === "little" || value === "big") ? value : undefined),
};

/** Keys of `.chunk`. */
export const CHUNK_KEYS: ReadonlyMap<string, KeyRule> = new Map([
  ["endian", endianKey],
  ["int", choiceKey(2, 4, 8)],
  ["size_t", choiceKey(2, 4, 8)],
  ["instruction", choiceKey(4, 8)],
  ["number", choiceKey(4, 8)],
  ["integral", choiceKey(0, 1)],
  ["format", integerKey(() => 255n, "a number from 0 to 255")],
  ["version", choiceKey(VERSION)],
]);

const NO_ALIASES: ReadonlyMap<string, string> = new Map();

function sizeOf<Size extends 2 | 4 | 8>(
  entries: ReadonlyMap<string, HeaderEntry>,
  key: string,
  choices: readonly Size[],
): Size | undefined {
  const value = entries.get(key)?.value;
  return choices.find((choice) => choice === value);
}

/** Parses pairs of `.chunk` from `state.position` to the end of the line. */
export function parseChunkLine(state: ParserState): void {
  const { header, chunkKeys: keys } = state;
  parsePairs(state, CHUNK_KEYS, NO_ALIASES, keys);
  header.format = Number(keys.get("format")?.value ?? DEFAULT_HEADER.format);
  header.littleEndian = keys.get("endian")?.value !== "big";
  header.intSize = sizeOf(keys, "int", [2, 4, 8]) ?? DEFAULT_HEADER.intSize;
  header.sizeTSize = sizeOf(keys, "size_t", [2, 4, 8]) ?? DEFAULT_HEADER.sizeTSize;
  header.instructionSize = sizeOf(keys, "instruction", [4, 8]) ?? DEFAULT_HEADER.instructionSize;
  header.numberSize = sizeOf(keys, "number", [4, 8]) ?? DEFAULT_HEADER.numberSize;
  header.integral = keys.get("integral")?.value === 1;
  // Numbers may be of another kind from here on.
  state.constantCache.clear();
}

export const chunkSection: Section = { name: ".chunk", parseLine: parseChunkLine };

/** Prints `.chunk` with all keys when the layout is not the default one. */
export function printChunkHeader(printer: Printer): void {
  const { header, writer } = printer;
  if (isDefaultHeader(header)) return;
  put(writer, `.chunk endian=${header.littleEndian ? "little" : "big"}, int=${header.intSize}, `);
  put(writer, `size_t=${header.sizeTSize}, instruction=${header.instructionSize}, `);
  put(writer, `number=${header.numberSize}, integral=${header.integral ? 1 : 0}, format=${header.format}`);
  endLine(writer);
}
