import { type Constant, type FunctionParts, MAX_DEPTH } from "./chunk.js";
import type { NumberSequence } from "./diff-sequences.js";
import { type ChunkSource, type FunctionSource, forEachNested } from "./function-source.js";
import { fieldAx, fieldB, fieldBx, fieldC, opcodeOf, RK_CONSTANT } from "./instruction.js";
import { OP, OPERATIONS } from "./opcodes.js";

export interface DiffOptions {
  /** Ignore everything that stripping removes, and the lines of definition (default false). */
  readonly ignoreDebug?: boolean;
  /** Ignore the order and repetition of constants: operands are compared by value (default false). */
  readonly ignoreConstantOrder?: boolean;
  /** Ignore byte order and field sizes of the header (default false). */
  readonly ignoreLayout?: boolean;
}

/** Keys of texts start here; below, an instruction word is its own key. */
const FIRST_TEXT_KEY = 2 ** 32;

/** Gives equal texts equal numbers, so that everything compared later is a number. */
export interface KeyTable {
  readonly numbers: Map<string, number>;
  readonly options: DiffOptions;
}

export function createKeyTable(options: DiffOptions): KeyTable {
  return { numbers: new Map(), options };
}

export function keyOf(table: KeyTable, text: string): number {
  const known = table.numbers.get(text);
  if (known !== undefined) return known;
  const key = FIRST_TEXT_KEY + table.numbers.size;
  table.numbers.set(text, key);
  return key;
}

/** Text that differs for constants that differ in any bit. */
export function constantKey(constant: Constant): string {
  switch (constant.kind) {
    case "nil":
      return "nil";
    case "boolean":
      return `b${constant.byte}`;
    case "number":
      return `n${Object.is(constant.value, -0) ? "-0" : constant.value}`;
    case "nan":
      return `N${constant.bits}`;
    case "integer":
      return `i${constant.value}`;
    case "string":
      return `s${constant.value}`;
  }
}

/** Constants a word names through B and C, by value; the word itself without those fields. */
function keyOfRkWord(prototype: FunctionParts, word: number, slots: readonly string[]): string {
  const name = (value: number, field: string) =>
    slots.includes(field) && value >= RK_CONSTANT
      ? constantKeyAt(prototype, value - RK_CONSTANT)
      : String(value);
  return `${word & 0x3fff} ${name(fieldB(word), "B")} ${name(fieldC(word), "C")}`;
}

function constantKeyAt(prototype: FunctionParts, index: number): string {
  const constant = prototype.constants[index];
  return constant === undefined ? `no K${index}` : JSON.stringify(constantKey(constant));
}

/** The word with constants named by value instead of number; undefined when it names none. */
function wordByValue(prototype: FunctionParts, word: number, pc: number): string | undefined {
  const opcode = opcodeOf(word);
  if (opcode === OP.LOADK) return `${word & 0x3fff} ${constantKeyAt(prototype, fieldBx(word))}`;
  if (opcode === OP.EXTRAARG && opcodeOf(prototype.code[pc - 1] ?? 0) === OP.LOADKX) {
    return `extra ${constantKeyAt(prototype, fieldAx(word))}`;
  }
  const slots = (OPERATIONS[opcode]?.operands ?? []).filter(({ kind }) => kind === "RK");
  if (slots.length === 0) return undefined;
  const fields = slots.map(({ field }) => field);
  return keyOfRkWord(prototype, word, fields);
}

/**
 * Keys of the instructions of a function.
 * @param nameNested what stands for the number of a nested function in CLOSURE
 */
export function codeKeys(
  table: KeyTable,
  prototype: FunctionParts,
  nameNested: (index: number) => string,
): Float64Array {
  const { code, codeHigh } = prototype;
  const byValue = table.options.ignoreConstantOrder === true;
  const keys = new Float64Array(code.length);
  for (let pc = 0; pc < code.length; pc++) {
    const word = code[pc] ?? 0;
    const high = codeHigh?.[pc] ?? 0;
    const text = byValue ? wordByValue(prototype, word, pc) : undefined;
    if (high !== 0) keys[pc] = keyOf(table, `w${high} ${word}`);
    else if (opcodeOf(word) === OP.CLOSURE) {
      keys[pc] = keyOf(table, `c${word & 0x3fff} ${nameNested(fieldBx(word))}`);
    } else keys[pc] = text === undefined ? word : keyOf(table, text);
  }
  return keys;
}

/** Keys of the constants, without repetitions and in a fixed order when the order is to be ignored. */
export function constantKeys(table: KeyTable, { constants }: FunctionParts): readonly number[] {
  const keys = constants.map((constant) => keyOf(table, `k${constantKey(constant)}`));
  return table.options.ignoreConstantOrder === true ? [...new Set(keys)].sort((a, b) => a - b) : keys;
}

function nameKey(name: string | null): string {
  return name === null ? "null" : JSON.stringify(name);
}

export function localKeys(table: KeyTable, { locals }: FunctionParts): readonly number[] {
  return locals.map(({ name, startPc, endPc }) => keyOf(table, `l${nameKey(name)} ${startPc} ${endPc}`));
}

/** Everything that belongs to a function and not to its lists or its debug part. */
function headText({ numParams, isVararg, maxStackSize, upvalues }: FunctionParts): string {
  const places = upvalues.map(({ inStack, index }) => `${inStack}.${index}`);
  return [numParams, isVararg, maxStackSize, places.join()].join(" ");
}

/** What the debug part and the lines of definition have besides their lists. */
function debugText({ lineDefined, lastLineDefined, source }: FunctionParts): string {
  return `${lineDefined} ${lastLineDefined} ${nameKey(source)}`;
}

function lineKeys(table: KeyTable, { lineInfo }: FunctionParts): NumberSequence {
  if (lineInfo instanceof Int32Array) return lineInfo;
  return Array.from(lineInfo, (line) => {
    const number = Number(line);
    return (number | 0) === number ? number : keyOf(table, `i${line}`);
  });
}

/** Lists of numbers that are equal for functions without any difference that counts, and for no others. */
type FunctionContent = readonly NumberSequence[];

function listContent(
  table: KeyTable,
  parts: FunctionParts,
  nested: readonly KeyedFunction[],
): FunctionContent {
  const content: FunctionContent = [
    [keyOf(table, `h${headText(parts)}`)],
    codeKeys(table, parts, String),
    constantKeys(table, parts),
    nested.map(({ whole }) => whole),
  ];
  if (table.options.ignoreDebug === true) return content;
  return [
    ...content,
    [keyOf(table, `d${debugText(parts)}`)],
    lineKeys(table, parts),
    localKeys(table, parts),
    parts.upvalueNames.map((name) => keyOf(table, `t${nameKey(name)}`)),
  ];
}

function hashContent(content: FunctionContent): number {
  let hash = 0;
  for (const list of content) {
    hash = Math.imul(hash ^ list.length, 0x01000193);
    for (let at = 0; at < list.length; at++) {
      hash = Math.imul(hash ^ (list[at] ?? 0) ^ (hash >>> 15), 0x01000193);
    }
  }
  return hash;
}

function isSameList(one: NumberSequence, other: NumberSequence): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}

function isSameContent(one: FunctionContent, other: FunctionContent): boolean {
  return one.every((list, index) => isSameList(list, other[index] ?? []));
}

/** A function with the keys of everything below it; equal `whole` means no difference that counts. */
export interface KeyedFunction {
  readonly source: FunctionSource;
  readonly path: string;
  readonly whole: number;
  readonly nested: readonly KeyedFunction[];
  /** True beyond the nesting that chunk files have: the functions inside are not looked at. */
  readonly isTooDeep: boolean;
}

/** One function of each kind known so far, by a hash of its content: contents are not kept, but read again. */
export type KnownFunctions = Map<number, KeyedFunction[]>;

/** The number that all functions with this content share. */
function keyOfContent(
  table: KeyTable,
  known: KnownFunctions,
  content: FunctionContent,
  create: (whole: number) => KeyedFunction,
): KeyedFunction {
  const hash = hashContent(content);
  const alike = known.get(hash) ?? [];
  for (const { source, nested, whole } of alike) {
    if (isSameContent(content, listContent(table, source.read(), nested))) return create(whole);
  }
  const first = create(keyOf(table, `f${table.numbers.size}`));
  alike.push(first);
  known.set(hash, alike);
  return first;
}

function keyFunction(
  table: KeyTable,
  known: KnownFunctions,
  source: FunctionSource,
  path: string,
  level: number,
): KeyedFunction {
  // A function too deep for a chunk file is not looked into: it equals none.
  if (level > MAX_DEPTH) {
    const whole = keyOf(table, `deep ${table.numbers.size}`);
    return { source, path, whole, nested: [], isTooDeep: true };
  }
  const nested: KeyedFunction[] = [];
  forEachNested(source, (inner, index) => {
    nested.push(keyFunction(table, known, inner, `${path}/${index}`, level + 1));
  });
  return keyOfContent(table, known, listContent(table, source.read(), nested), (whole) => ({
    source,
    path,
    whole,
    nested,
    isTooDeep: false,
  }));
}

/** Keys of the functions of a chunk; `known` has those of the chunk that it is compared with. */
export function keyChunk(table: KeyTable, known: KnownFunctions, chunk: ChunkSource): KeyedFunction {
  return keyFunction(table, known, chunk.main, "main", 1);
}
