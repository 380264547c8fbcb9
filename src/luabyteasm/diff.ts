import { type Chunk, type ChunkHeader, type FunctionParts, MAX_DEPTH } from "./chunk.js";
import {
  codeKeys,
  constantKeys,
  createKeyTable,
  type DiffOptions,
  type KeyedFunction,
  type KeyTable,
  type KnownFunctions,
  keyChunk,
  keyOf,
  localKeys,
} from "./diff-keys.js";
import { type Matching, matchNested } from "./diff-match.js";
import { diffSequences, type NumberSequence } from "./diff-sequences.js";
import { formatConstant, quoteString, showSource } from "./format-constant.js";
import { type ChunkSource, sourceOfChunk } from "./function-source.js";
import { instructionText } from "./instruction-text.js";

export type { DiffOptions } from "./diff-keys.js";

/** An item that only one side has, or has in another place. */
export interface DiffLine {
  /** `-` only in the old chunk, `+` only in the new one. */
  readonly sign: "-" | "+";
  /** Number of the item (pc, constant, ...) on its side, from 0. */
  readonly index: number;
  readonly text: string;
}

/** One difference between two chunks. */
export interface Difference {
  /** Path of the function in the old chunk, in the new one when the old has no such function. */
  readonly path: string;
  /** Path in the new chunk when it is another one. */
  readonly newPath: string;
  readonly part: "header" | "function" | "code" | "constants" | "upvalues" | "nested" | "debug";
  readonly message: string;
  readonly lines: readonly DiffLine[];
}

export interface DiffResult {
  readonly same: boolean;
  readonly differences: readonly Difference[];
}

/** A function whose content is at hand. */
interface ReadFunction extends KeyedFunction {
  readonly prototype: FunctionParts;
}

/** Two functions that correspond, while they are compared. */
interface Comparison {
  readonly table: KeyTable;
  readonly differences: Difference[];
  readonly one: ReadFunction;
  readonly other: ReadFunction;
  /** The difference of the source names of the enclosing functions, which is not repeated. */
  readonly outerSources: string;
}

function report(
  { differences, one, other }: Comparison,
  part: Difference["part"],
  message: string,
  lines: readonly DiffLine[] = [],
): void {
  differences.push({ path: one.path, newPath: other.path, part, message, lines });
}

function compareValue(
  comparison: Comparison,
  part: Difference["part"],
  name: string,
  one: unknown,
  other: unknown,
): void {
  if (one !== other) report(comparison, part, `${name}: ${one} -> ${other}`);
}

/** Compares two lists by their keys and shows the items that differ. */
function compareLists(
  comparison: Comparison,
  part: Difference["part"],
  message: string,
  keys: NumberSequence,
  otherKeys: NumberSequence,
  show: (prototype: FunctionParts, index: number) => string,
): void {
  const lines: DiffLine[] = [];
  const { prototype } = comparison.one;
  const otherPrototype = comparison.other.prototype;
  for (const { oldStart, oldEnd, newStart, newEnd } of diffSequences(keys, otherKeys)) {
    for (let i = oldStart; i < oldEnd; i++) lines.push({ sign: "-", index: i, text: show(prototype, i) });
    for (let i = newStart; i < newEnd; i++)
      lines.push({ sign: "+", index: i, text: show(otherPrototype, i) });
  }
  if (lines.length > 0) report(comparison, part, message, lines);
}

function compareHeads(comparison: Comparison): void {
  const { prototype: one } = comparison.one;
  const { prototype: other } = comparison.other;
  compareValue(comparison, "function", "numparams", one.numParams, other.numParams);
  compareValue(comparison, "function", "is_vararg", one.isVararg, other.isVararg);
  compareValue(comparison, "function", "maxstacksize", one.maxStackSize, other.maxStackSize);
}

function compareCode(comparison: Comparison, { pairs }: Matching): void {
  const { table, one, other } = comparison;
  const partner = new Map(pairs.map(([oldIndex, newIndex]) => [newIndex, oldIndex]));
  const keys = codeKeys(table, one.prototype, (index) => `P${index}`);
  const otherKeys = codeKeys(table, other.prototype, (index) => {
    const oldIndex = partner.get(index);
    return oldIndex === undefined ? `new P${index}` : `P${oldIndex}`;
  });
  compareLists(comparison, "code", "instructions differ", keys, otherKeys, instructionText);
}

function showConstant({ constants }: FunctionParts, index: number): string {
  const constant = constants[index];
  if (constant === undefined) return "";
  // Shown numbers are rounded to 14 digits; these are not.
  return constant.kind === "number" ? String(constant.value) : formatConstant(constant);
}

/** Constants as sets: those that only one side has. */
function compareConstantSets(comparison: Comparison): void {
  const { table, one, other } = comparison;
  const lines: DiffLine[] = [];
  const addMissing = (sign: "-" | "+", from: FunctionParts, known: ReadonlySet<number>) => {
    const ordered = constantKeys(createOrdered(table), from);
    ordered.forEach((key, index) => {
      if (!known.has(key)) lines.push({ sign, index, text: showConstant(from, index) });
    });
  };
  addMissing("-", one.prototype, new Set(constantKeys(table, other.prototype)));
  addMissing("+", other.prototype, new Set(constantKeys(table, one.prototype)));
  if (lines.length > 0) report(comparison, "constants", "constants differ", lines);
}

/** The same keys, for lists in their own order. */
function createOrdered(table: KeyTable): KeyTable {
  return { numbers: table.numbers, options: { ...table.options, ignoreConstantOrder: false } };
}

function compareConstants(comparison: Comparison): void {
  const { table, one, other } = comparison;
  if (table.options.ignoreConstantOrder === true) {
    compareConstantSets(comparison);
    return;
  }
  const [keys, otherKeys] = [constantKeys(table, one.prototype), constantKeys(table, other.prototype)];
  compareLists(comparison, "constants", "constants differ", keys, otherKeys, showConstant);
}

function compareUpvalues(comparison: Comparison): void {
  const { table, one, other } = comparison;
  const show = ({ upvalues }: FunctionParts, index: number) =>
    `L${upvalues[index]?.inStack ?? 0} R${upvalues[index]?.index ?? 0}`;
  const keys = (prototype: FunctionParts) =>
    prototype.upvalues.map((_, index) => keyOf(table, `u${show(prototype, index)}`));
  compareLists(comparison, "upvalues", "upvalues differ", keys(one.prototype), keys(other.prototype), show);
}

function showText(text: string | null): string {
  return text === null ? "none" : quoteString(text);
}

function sourcesOf({ one, other }: Comparison): string {
  return `${showText(one.prototype.source)} -> ${showText(other.prototype.source)}`;
}

function compareLines(comparison: Comparison): void {
  const [one, other] = [comparison.one.prototype.lineInfo, comparison.other.prototype.lineInfo];
  if (one.length !== other.length) {
    const areComplete =
      one.length === comparison.one.prototype.code.length &&
      other.length === comparison.other.prototype.code.length;
    if (areComplete) return; // The instructions differ in number, which has been reported.
    report(comparison, "debug", `number of line entries: ${one.length} -> ${other.length}`);
    return;
  }
  let first = -1;
  let count = 0;
  for (let pc = 0; pc < one.length; pc++) {
    if (String(one[pc]) === String(other[pc])) continue;
    if (first < 0) first = pc;
    count++;
  }
  if (count === 0) return;
  const example = `the first at pc ${first}: ${one[first]} -> ${other[first]}`;
  report(comparison, "debug", `${count} of ${one.length} line numbers differ, ${example}`);
}

function compareDebug(comparison: Comparison): void {
  const { table } = comparison;
  const { prototype: one } = comparison.one;
  const { prototype: other } = comparison.other;
  compareValue(comparison, "debug", "linedefined", one.lineDefined, other.lineDefined);
  compareValue(comparison, "debug", "lastlinedefined", one.lastLineDefined, other.lastLineDefined);
  if (sourcesOf(comparison) !== comparison.outerSources) {
    compareValue(comparison, "debug", "source", showText(one.source), showText(other.source));
  }
  compareLines(comparison);
  const showLocal = ({ locals }: FunctionParts, index: number) => {
    const local = locals[index];
    return local === undefined ? "" : `${showText(local.name)} ${local.startPc} ${local.endPc}`;
  };
  compareLists(
    comparison,
    "debug",
    "local variables differ",
    localKeys(table, one),
    localKeys(table, other),
    showLocal,
  );
  const showUpvalue = ({ upvalueNames }: FunctionParts, index: number) =>
    showText(upvalueNames[index] ?? null);
  const nameKeys = ({ upvalueNames }: FunctionParts) =>
    upvalueNames.map((name) => keyOf(table, `t${showText(name)}`));
  compareLists(comparison, "debug", "upvalue names differ", nameKeys(one), nameKeys(other), showUpvalue);
}

function describeFunction({ path, source: where }: KeyedFunction): string {
  const { lineDefined, lastLineDefined, source, code } = where.read();
  return `${path} <${showSource(source)}:${lineDefined},${lastLineDefined}> (${code.length} instructions)`;
}

function compareNested(comparison: Comparison, matching: Matching): void {
  const { one, other } = comparison;
  const lines: DiffLine[] = [];
  const add = (sign: "-" | "+", index: number, nested: KeyedFunction | undefined) => {
    if (nested !== undefined) lines.push({ sign, index, text: describeFunction(nested) });
  };
  for (const index of matching.onlyOld) add("-", index, one.nested[index]);
  for (const index of matching.onlyNew) add("+", index, other.nested[index]);
  if (lines.length > 0) report(comparison, "nested", "nested functions without counterpart", lines);
  const order = matching.pairs.map(([, newIndex]) => newIndex);
  if (order.some((newIndex, i) => newIndex < (order[i - 1] ?? 0))) {
    const shown = matching.pairs.map(([oldIndex, newIndex]) => `P${oldIndex}=P${newIndex}`).join(" ");
    report(comparison, "nested", `nested functions are in another order: ${shown}`);
  }
}

/** What the comparison of two functions takes over from that of the functions around them. */
type ComparisonContext = Omit<Comparison, "one" | "other">;

function compareFunctions(
  context: ComparisonContext,
  oldFunction: KeyedFunction,
  newFunction: KeyedFunction,
): void {
  if (oldFunction.whole === newFunction.whole) return;
  const one: ReadFunction = { ...oldFunction, prototype: oldFunction.source.read() };
  const other: ReadFunction = { ...newFunction, prototype: newFunction.source.read() };
  const comparison: Comparison = { ...context, one, other };
  const { table } = context;
  if (one.isTooDeep && other.isTooDeep) {
    report(comparison, "nested", `functions nested more than ${MAX_DEPTH} levels deep are not compared`);
    return;
  }
  const matching = matchNested(one, other);
  compareHeads(comparison);
  compareCode(comparison, matching);
  compareConstants(comparison);
  compareNested(comparison, matching);
  compareUpvalues(comparison);
  if (table.options.ignoreDebug !== true) compareDebug(comparison);
  const outerSources = sourcesOf(comparison);
  for (const [oldIndex, newIndex] of matching.pairs) {
    const [oldNested, newNested] = [one.nested[oldIndex], other.nested[newIndex]];
    if (oldNested === undefined || newNested === undefined) continue;
    compareFunctions({ ...context, outerSources }, oldNested, newNested);
  }
}

function compareHeaders(differences: Difference[], one: ChunkHeader, other: ChunkHeader): void {
  for (const key of Object.keys(one) as (keyof ChunkHeader)[]) {
    if (one[key] === other[key]) continue;
    const message = `${key}: ${one[key]} -> ${other[key]}`;
    differences.push({ path: "header", newPath: "header", part: "header", message, lines: [] });
  }
}

/**
 * Compares two chunks function by function. Nested functions are matched first (equal ones, then the most
 * alike), so that one inserted or moved function does not make all others differ.
 * @returns `same` when nothing that counts under `options` differs, and all differences in order of the old
 *   chunk's functions
 */
export function diffChunks(one: Chunk, other: Chunk, options: DiffOptions = {}): DiffResult {
  return diffSources(sourceOfChunk(one), sourceOfChunk(other), options);
}

/** As {@link diffChunks}, for chunks whose functions are read one at a time. */
export function diffSources(one: ChunkSource, other: ChunkSource, options: DiffOptions = {}): DiffResult {
  const table = createKeyTable(options);
  const differences: Difference[] = [];
  if (options.ignoreLayout !== true) compareHeaders(differences, one.header, other.header);
  const known: KnownFunctions = new Map();
  const [main, otherMain] = [keyChunk(table, known, one), keyChunk(table, known, other)];
  compareFunctions({ table, differences, outerSources: "" }, main, otherMain);
  return { same: differences.length === 0, differences };
}

/** The differences as text, `-` lines for the old chunk and `+` lines for the new one; empty when there are none. */
export function renderDiff({ differences }: DiffResult): string {
  const lines: string[] = [];
  for (const { path, newPath, message, lines: items } of differences) {
    lines.push(`${path === newPath ? path : `${path} (now ${newPath})`}: ${message}`);
    for (const { sign, index, text } of items) lines.push(`  ${sign} ${String(index).padStart(4)}  ${text}`);
  }
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}
