import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { DEFAULT_HEADER } from "./chunk.js";
import { showSource } from "./format-constant.js";
import { type ChunkSource, type FunctionSource, forEachNested } from "./function-source.js";
import { bytesLong, decodeField, type FieldRow, type HeaderField, hexPairs } from "./header-field.js";
import { describeForeignHeader } from "./header-info-foreign.js";
import { identifyFile } from "./identify-file.js";
import { openChunk } from "./read-chunk.js";
import { nameVersion } from "./read-header.js";

export type { HeaderField } from "./header-field.js";

/** Who expects the values of a Lua 5.2 header. */
const STOCK = "stock Lua 5.2";

/** Sums over all functions of a chunk. */
export interface ChunkSummary {
  /** Source name of the main function: a byte string, or null when there is none. */
  readonly source: string | null;
  readonly functions: number;
  readonly instructions: number;
  readonly constants: number;
  /** Deepest nesting; 1 when there is only the main function. */
  readonly depth: number;
  /** True when no function has line info, local variables or upvalue names. */
  readonly stripped: boolean;
}

/** What a file is, as far as its first bytes tell. */
export interface HeaderInfo {
  /** `Lua 5.2 chunk`, `Lua 5.4 chunk`, `LuaJIT bytecode`, `ELF file`, `empty file` ... */
  readonly kind: string;
  /** True when it is a Lua 5.2 chunk that can be read. */
  readonly readable: boolean;
  /** True when stock Lua 5.2 (64-bit, little-endian) loads it. */
  readonly loadable: boolean;
  readonly fields: readonly HeaderField[];
  /** Null when it is not readable. */
  readonly summary: ChunkSummary | null;
  /** What is wrong and what to do about it. */
  readonly advice: readonly string[];
  /** Faults and warnings of reading, for a Lua 5.2 chunk. */
  readonly diagnostics: readonly Diagnostic[];
}

// biome-ignore format: one field per line
const FIELDS_OF_52: readonly FieldRow[] = [
  { name: "signature",           offset: 0,  size: 4, expected: [0x1b, 0x4c, 0x75, 0x61],             explain: () => 'ESC "Lua"' },
  { name: "version",             offset: 4,  size: 1, expected: [0x52],                               explain: nameVersion },
  { name: "format",              offset: 5,  size: 1, expected: [0],                                  explain: (value) => (value === 0 ? "official" : "not official") },
  { name: "byte order",          offset: 6,  size: 1, expected: [1],                                  explain: (value) => ["big-endian", "little-endian"][value] ?? "neither 0 nor 1" },
  { name: "size of int",         offset: 7,  size: 1, expected: [DEFAULT_HEADER.intSize],             explain: bytesLong },
  { name: "size of size_t",      offset: 8,  size: 1, expected: [DEFAULT_HEADER.sizeTSize],           explain: bytesLong },
  { name: "size of instruction", offset: 9,  size: 1, expected: [DEFAULT_HEADER.instructionSize],     explain: bytesLong },
  { name: "size of number",      offset: 10, size: 1, expected: [DEFAULT_HEADER.numberSize],          explain: bytesLong },
  { name: "integral flag",       offset: 11, size: 1, expected: [0],                                  explain: (value) => ["floating-point numbers", "integer numbers"][value] ?? "neither 0 nor 1" },
  { name: "tail",                offset: 12, size: 6, expected: [0x19, 0x93, 0x0d, 0x0a, 0x1a, 0x0a], explain: () => "shows transfers in text mode" },
];

function summarise({ main }: ChunkSource): ChunkSummary {
  const sums = { functions: 0, instructions: 0, constants: 0, depth: 0, stripped: true };
  function addParts(source: FunctionSource): string | null {
    const parts = source.read();
    sums.functions++;
    sums.instructions += parts.code.length;
    sums.constants += parts.constants.length;
    if (parts.lineInfo.length + parts.locals.length + parts.upvalueNames.length > 0) sums.stripped = false;
    return parts.source;
  }
  function add(source: FunctionSource, level: number): void {
    if (level > 1) addParts(source);
    sums.depth = Math.max(sums.depth, level);
    forEachNested(source, (nested) => add(nested, level + 1));
  }
  const source = addParts(main);
  add(main, 1);
  return { source, ...sums };
}

/** Options of `convert` that turn the layout of these fields into the stock one. */
function convertOptions(fields: readonly HeaderField[]): readonly string[] {
  const options: Readonly<Record<string, string>> = {
    format: "--format 0",
    "byte order": "--endian little",
    "size of int": "--int 4",
    "size of size_t": "--size-t 8",
    "size of instruction": "--instruction 4",
    "size of number": "--number 8",
    "integral flag": "--integral 0",
  };
  return fields.flatMap(({ name, expected }) => (expected === null ? [] : (options[name] ?? [])));
}

function adviseOn52(
  fields: readonly HeaderField[],
  readable: boolean,
  faults: readonly Diagnostic[],
): string[] {
  const advice: string[] = [];
  const wrong = fields.filter(({ expected }) => expected !== null);
  if (wrong.length > 0) {
    const names = wrong.map(
      ({ name, bytes, expected }) => `${name} is ${bytes || "missing"}, not ${expected}`,
    );
    advice.push(`stock Lua 5.2 on a 64-bit little-endian machine does not load this: ${names.join("; ")}`);
  }
  const options = convertOptions(fields);
  if (readable && options.length > 0) {
    advice.push(
      `convert it: luabyteasm convert ${options.join(" ")}, or load it with a Lua built for this layout`,
    );
  }
  for (const { hint } of faults) if (hint !== undefined) advice.push(hint);
  return advice;
}

function describe52(bytes: Uint8Array): HeaderInfo {
  const fields = FIELDS_OF_52.map((row) => decodeField(bytes, row, STOCK));
  const opened = openChunk(bytes);
  const headerFits = fields.every(({ expected }) => expected === null);
  return {
    kind: "Lua 5.2 chunk",
    readable: opened.ok,
    loadable: opened.ok && headerFits,
    fields,
    summary: opened.ok ? summarise(opened.source) : null,
    advice: adviseOn52(fields, opened.ok, opened.diagnostics),
    diagnostics: opened.diagnostics,
  };
}

/**
 * Says what a file is: every header field of Lua 5.2 chunks (with sums over its functions), of chunks of Lua 5.1,
 * 5.3 and 5.4 and of LuaJIT bytecode, the kind of anything else, which fields differ from what stock Lua 5.2
 * expects, and what to do.
 */
export function describeHeader(bytes: Uint8Array): HeaderInfo {
  if (bytes.length >= 5 && hexPairs(bytes.subarray(0, 5)) === "1B 4C 75 61 52") return describe52(bytes);
  const foreign = describeForeignHeader(bytes) ?? identifyFile(bytes);
  return { fields: [], ...foreign, readable: false, loadable: false, summary: null, diagnostics: [] };
}

function renderFields(fields: readonly HeaderField[]): string[] {
  const width = Math.max(...fields.map(({ bytes }) => bytes.length));
  return fields.map(({ name, offset, bytes, meaning, expected, expectedBy }) => {
    const remark = expected === null ? "" : `   <- ${expectedBy}: ${expected}`;
    return `  ${String(offset).padStart(4)}  ${bytes.padEnd(width)}  ${name.padEnd(19)}  ${meaning}${remark}`;
  });
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function renderSummary({
  source,
  functions,
  instructions,
  constants,
  depth,
  stripped,
}: ChunkSummary): string[] {
  const sums = [
    count(functions, "function"),
    count(instructions, "instruction"),
    count(constants, "constant"),
  ];
  const debug = stripped ? "stripped" : "with debug information";
  return [`  source: ${showSource(source)}`, `  ${sums.join(", ")}, depth ${depth}, ${debug}`];
}

/** The result of `describeHeader` as text, ending with a line end. */
export function renderHeaderInfo(info: HeaderInfo): string {
  const lines = [info.loadable ? `${info.kind}, loads in stock Lua 5.2` : info.kind];
  lines.push(...renderFields(info.fields));
  if (info.summary !== null) lines.push(...renderSummary(info.summary));
  lines.push(...info.diagnostics.map(({ severity, code, message }) => `${severity}: ${message} [${code}]`));
  lines.push(...info.advice.map((line) => `note: ${line}`));
  return `${lines.join("\n")}\n`;
}
