import { type Chunk, type Constant, MAX_DEPTH, type Prototype } from "./chunk.js";
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
function keyOfRkWord(prototype: Prototype, word: number, slots: readonly string[]): string {
  const name = (value: number, field: string) =>
    slots.includes(field) && value >= RK_CONSTANT
      ? constantKeyAt(prototype, value - RK_CONSTANT)
      : String(value);
  return `${word & 0x3fff} ${name(fieldB(word), "B")} ${name(fieldC(word), "C")}`;
}

function constantKeyAt(prototype: Prototype, index: number): string {
  const constant = prototype.constants[index];
  return constant === undefined ? `no K${index}` : JSON.stringify(constantKey(constant));
}

/** The word with constants named by value instead of number; undefined when it names none. */
function wordByValue(prototype: Prototype, word: number, pc: number): string | undefined {
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
  prototype: Prototype,
  nameNested: (index: number) => string,
): readonly number[] {
  const { code, codeHigh } = prototype;
  return Array.from(code, (word, pc) => {
    const high = codeHigh?.[pc] ?? 0;
    if (high !== 0) return keyOf(table, `w${high} ${word}`);
    if (opcodeOf(word) === OP.CLOSURE) {
      return keyOf(table, `c${word & 0x3fff} ${nameNested(fieldBx(word))}`);
    }
    const text = table.options.ignoreConstantOrder === true ? wordByValue(prototype, word, pc) : undefined;
    return text === undefined ? word : keyOf(table, text);
  });
}

/** Keys of the constants, without repetitions and in a fixed order when the order is to be ignored. */
export function constantKeys(table: KeyTable, { constants }: Prototype): readonly number[] {
  const keys = constants.map((constant) => keyOf(table, `k${constantKey(constant)}`));
  return table.options.ignoreConstantOrder === true ? [...new Set(keys)].sort((a, b) => a - b) : keys;
}

function nameKey(name: string | null): string {
  return name === null ? "null" : JSON.stringify(name);
}

export function localKeys(table: KeyTable, { locals }: Prototype): readonly number[] {
  return locals.map(({ name, startPc, endPc }) => keyOf(table, `l${nameKey(name)} ${startPc} ${endPc}`));
}

/** The debug part and the lines as one text. */
function debugText(prototype: Prototype): string {
  const { lineDefined, lastLineDefined, source, lineInfo, locals, upvalueNames } = prototype;
  const variables = locals.map(({ name, startPc, endPc }) => `${nameKey(name)} ${startPc} ${endPc}`);
  const names = upvalueNames.map(nameKey);
  return [
    lineDefined,
    lastLineDefined,
    nameKey(source),
    lineInfo.join(),
    variables.join(),
    names.join(),
  ].join(";");
}

/** Everything else that belongs to a function and not to its lists. */
function headText({ numParams, isVararg, maxStackSize, upvalues }: Prototype): string {
  const places = upvalues.map(({ inStack, index }) => `${inStack}.${index}`);
  return [numParams, isVararg, maxStackSize, places.join()].join(" ");
}

/** A function with the keys of everything below it; equal `whole` means no difference that counts. */
export interface KeyedFunction {
  readonly prototype: Prototype;
  readonly path: string;
  readonly whole: number;
  readonly nested: readonly KeyedFunction[];
  /** True beyond the nesting that chunk files have: the functions inside are not looked at. */
  readonly isTooDeep: boolean;
}

function keyFunction(table: KeyTable, prototype: Prototype, path: string, level: number): KeyedFunction {
  // A function too deep for a chunk file is not looked into: it equals none.
  if (level > MAX_DEPTH) {
    return {
      prototype,
      path,
      whole: keyOf(table, `deep ${table.numbers.size}`),
      nested: [],
      isTooDeep: true,
    };
  }
  const nested = prototype.prototypes.map((inner, index) =>
    keyFunction(table, inner, `${path}/${index}`, level + 1),
  );
  const parts = [
    headText(prototype),
    codeKeys(table, prototype, String).join(),
    constantKeys(table, prototype).join(),
    nested.map(({ whole }) => whole).join(),
    table.options.ignoreDebug === true ? "" : debugText(prototype),
  ];
  return { prototype, path, whole: keyOf(table, `f${parts.join("|")}`), nested, isTooDeep: false };
}

export function keyChunk(table: KeyTable, chunk: Chunk): KeyedFunction {
  return keyFunction(table, chunk.main, "main", 1);
}
