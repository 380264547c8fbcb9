import {
  type Form,
  type ImmediateField,
  type ImmediateKind,
  Kind,
  type SizeRule,
  type VexFields,
} from "./form.js";
import type { Mode } from "./registers.js";
import { Size } from "./sizes.js";

const ALL = Size.byte | Size.word | Size.dword | Size.qword;
const V = Size.word | Size.dword | Size.qword;
const Y = Size.dword | Size.qword;
const XY = Size.oword | Size.yword;

/** What an operand token of a row means. */
interface Pattern {
  readonly kind: number;
  readonly sizes: number;
  /** Belongs to a letter family, so that its size shapes the encoding. */
  readonly variable: boolean;
  /** Its place in the encoding. */
  readonly role: "register" | "rm" | "immediate" | "implicit";
}

const register = (sizes: number, variable = false): Pattern => ({
  kind: Kind.register,
  sizes,
  variable,
  role: "register",
});
const either = (sizes: number, variable = false): Pattern => ({
  kind: Kind.registerOrMemory,
  sizes,
  variable,
  role: "rm",
});
const memory = (sizes: number, variable = false): Pattern => ({
  kind: Kind.memory,
  sizes,
  variable,
  role: "rm",
});
const implicit = (kind: number, sizes: number, variable = false): Pattern => ({
  kind,
  sizes,
  variable,
  role: "implicit",
});
const immediate = (kind: number, sizes: number = Size.none): Pattern => ({
  kind,
  sizes,
  variable: false,
  role: "immediate",
});

function sizeOfName(name: string): { sizes: number; variable: boolean } {
  switch (name) {
    case "8":
      return { sizes: Size.byte, variable: false };
    case "16":
      return { sizes: Size.word, variable: false };
    case "32":
      return { sizes: Size.dword, variable: false };
    case "64":
      return { sizes: Size.qword, variable: false };
    case "80":
      return { sizes: Size.tword, variable: false };
    case "128":
      return { sizes: Size.oword, variable: false };
    case "256":
      return { sizes: Size.yword, variable: false };
    case "*":
      return { sizes: ALL, variable: true };
    case "v":
      return { sizes: V, variable: true };
    case "y":
      return { sizes: Y, variable: true };
    case "xy":
      return { sizes: XY, variable: true };
    default:
      return { sizes: Size.none, variable: false };
  }
}

function specialPattern(token: string): Pattern | undefined {
  switch (token) {
    case "xmm":
      return register(Size.oword);
    case "ymm":
      return register(Size.yword);
    case "xy":
      return register(XY, true);
    case "xy/m":
      return either(XY, true);
    case "al":
      return implicit(Kind.accumulator, Size.byte);
    case "ax":
      return implicit(Kind.accumulator, Size.word);
    case "eax":
      return implicit(Kind.accumulator, Size.dword);
    case "rax":
      return implicit(Kind.accumulator, Size.qword);
    case "xmm0":
      return implicit(Kind.accumulator, Size.oword);
    case "dx":
      return implicit(Kind.dx, Size.none);
    case "cl":
      return implicit(Kind.cl, Size.none);
    case "ecx":
      return implicit(Kind.count, Size.dword);
    case "rcx":
      return implicit(Kind.count, Size.qword);
    case "st":
      return { kind: Kind.x87, sizes: Size.fp, variable: false, role: "register" };
    case "st0":
      return implicit(Kind.x87Top, Size.fp);
    case "vm32x":
    case "vm64x":
      return { kind: Kind.vectorMemoryX, sizes: Size.none, variable: false, role: "rm" };
    case "vm32y":
    case "vm64y":
      return { kind: Kind.vectorMemoryY, sizes: Size.none, variable: false, role: "rm" };
    case "moffs":
      return { kind: Kind.offset, sizes: Size.none, variable: false, role: "immediate" };
    case "1":
      return implicit(Kind.one, Size.none);
    case "imm":
      return immediate(Kind.immediate);
    case "imm8":
      return immediate(Kind.immediate, Size.byte);
    case "imm16":
      return immediate(Kind.immediate, Size.word);
    case "imm8s":
      return immediate(Kind.signedByte);
    case "imm~":
      return immediate(Kind.runtime);
    case "rel8":
      return immediate(Kind.immediate);
    case "rel32":
      return immediate(Kind.target);
    default:
      return undefined;
  }
}

function patternOf(token: string): Pattern {
  const special = specialPattern(token);
  if (special !== undefined) return special;
  if (token.startsWith("rm")) {
    const { sizes, variable } = sizeOfName(token.slice(2));
    return either(sizes, variable);
  }
  const { sizes, variable } = sizeOfName(token.slice(1));
  switch (token.charAt(0)) {
    case "r":
      return register(sizes, variable);
    case "a":
      return implicit(Kind.accumulator, sizes, variable);
    default:
      return memory(sizes, variable);
  }
}

/** Splits the operands of a row; alternatives of different size become tokens of their own. */
function alternativesOf(token: string): readonly string[] {
  switch (token) {
    case "xmm/m128":
    case "ymm/m256":
    case "xy/m":
      return [token];
    default:
      return token.includes("/") ? token.split("/") : [token];
  }
}

/** An alternative that is a register keeps its place in ModRM.rm. */
function alternativePattern(token: string, alternatives: readonly string[]): Pattern {
  if (token === "xmm/m128") return either(Size.oword);
  if (token === "ymm/m256") return either(Size.yword);
  const pattern = patternOf(token);
  return alternatives.length > 1 && pattern.role === "register" ? { ...pattern, role: "rm" } : pattern;
}

const SEPARATOR = ":";

/** The text of a row before the colon, without blanks around. */
export function operandsOfRow(row: string): string {
  return row.slice(0, row.indexOf(SEPARATOR)).trim();
}

/** The encoding of a row: what follows the colon, single-spaced. */
export function encodingOfRow(row: string): string {
  return row
    .slice(row.indexOf(SEPARATOR) + 1)
    .trim()
    .replace(/ +/g, " ");
}

/** Number of operands of a row. */
export function operandCount(row: string): number {
  const colon = row.indexOf(SEPARATOR);
  let count = 0;
  for (let i = 0; i < colon; i++) {
    const c = row.charCodeAt(i);
    if (c === 0x2c) count++;
    else if (count === 0 && c !== 0x20) count = 1;
  }
  return count;
}

/** Whether the row exists in this mode; `engine` is `1.3`, `1.4` or `1.5`. */
export function rowApplies(row: string, mode: Mode, engine: string): boolean {
  if (mode === "x64" && (row.includes(" i64") || row.endsWith(" ao"))) return false;
  if (row.includes(" o64") && mode === "x86") return false;
  if (row.includes(" since1.5") && engine !== "1.5") return false;
  return !(row.includes(" until1.4") && engine === "1.5");
}

interface Encoding {
  readonly prefix: number[];
  readonly opcode: number[];
  rexW: boolean;
  vex: VexFields | undefined;
  opcodeRegister: boolean;
  field: string;
  readonly fields: string[];
  first: boolean;
  second: boolean;
  late64: boolean;
  exact: boolean;
  any: boolean;
  defaults64: boolean;
  extension: boolean;
}

function parseVex(token: string): VexFields {
  let map = 1;
  let prefix = 0;
  let w = false;
  let wide = false;
  for (const part of token.split(".")) {
    if (part === "0F38") map = 2;
    else if (part === "0F3A") map = 3;
    else if (part === "66") prefix = 1;
    else if (part === "F3") prefix = 2;
    else if (part === "F2") prefix = 3;
    else if (part === "W1") w = true;
    else if (part === "256") wide = true;
  }
  return { map, prefix, w, wide };
}

function parseMark(token: string, encoding: Encoding): boolean {
  switch (token) {
    case "":
    case "i64":
    case "o64":
    case "since1.5":
    case "until1.4":
      return true;
    case "size1":
      encoding.first = true;
      return true;
    case "size2":
      encoding.second = true;
      return true;
    case "late64":
      encoding.late64 = true;
      return true;
    case "exact":
      encoding.exact = true;
      return true;
    case "anysize":
      encoding.any = true;
      return true;
    case "d64":
      encoding.defaults64 = true;
      return true;
    case "[ext]":
      encoding.extension = true;
      return true;
    case "REX.W":
      encoding.rexW = true;
      return true;
    default:
      return false;
  }
}

function parseEncodingToken(token: string, encoding: Encoding): void {
  if (parseMark(token, encoding)) return;
  const first = token.charCodeAt(0);
  if (token.startsWith("VEX.")) encoding.vex = parseVex(token);
  else if (first === 0x2f) {
    if (token === "/is4") encoding.fields.push(token);
    else encoding.field = token;
  } else if (first >= 0x61) encoding.fields.push(token);
  else {
    encoding.opcode.push(Number.parseInt(token.slice(0, 2), 16));
    if (token.length > 2) encoding.opcodeRegister = true;
  }
}

function isMandatoryPrefix(byte: number | undefined): boolean {
  return byte === 0x66 || byte === 0xf2 || byte === 0xf3 || byte === 0x9b;
}

function parseEncoding(row: string): Encoding {
  const encoding: Encoding = {
    prefix: [],
    opcode: [],
    rexW: false,
    vex: undefined,
    opcodeRegister: false,
    field: "",
    fields: [],
    first: false,
    second: false,
    late64: false,
    exact: false,
    any: false,
    defaults64: false,
    extension: false,
  };
  for (const token of row.slice(row.indexOf(SEPARATOR) + 1).split(" ")) parseEncodingToken(token, encoding);
  while (encoding.opcode.length > 1 && isMandatoryPrefix(encoding.opcode[0])) {
    encoding.prefix.push(encoding.opcode.shift() ?? 0);
  }
  return encoding;
}

interface Fields {
  rm: number;
  reg: number;
  digit: number;
  opcodeRegister: number;
  vvvv: number;
  is4: number;
}

/** Distributes the register operands over the fields of the encoding. */
function assignFields(patterns: readonly Pattern[], encoding: Encoding): Fields {
  const fields: Fields = { rm: -1, reg: -1, digit: -1, opcodeRegister: -1, vvvv: -1, is4: -1 };
  const registers: number[] = [];
  patterns.forEach((pattern, index) => {
    if (pattern.role === "rm") fields.rm = index;
    else if (pattern.role === "register") registers.push(index);
  });
  if (encoding.fields.includes("/is4")) fields.is4 = registers.pop() ?? -1;
  if (encoding.opcodeRegister) fields.opcodeRegister = registers[0] ?? -1;
  if (encoding.field === "") return fields;
  if (encoding.field === "/rr") {
    fields.reg = fields.rm = registers[0] ?? -1;
    fields.digit = 0;
    return fields;
  }
  const memoryFirst = fields.rm === 0;
  if (fields.rm < 0) fields.rm = registers.pop() ?? -1;
  if (encoding.field === "/r") {
    fields.digit = 0;
    fields.reg = (memoryFirst ? registers.pop() : registers.shift()) ?? -1;
  } else fields.digit = encoding.field.charCodeAt(1) - 0x30;
  fields.vvvv = registers.shift() ?? -1;
  return fields;
}

function immediateKind(token: string, kind: number): ImmediateKind {
  switch (token) {
    case "ib":
      return kind === Kind.signedByte ? "signed-byte" : "byte";
    case "iw":
      return "word";
    case "iz~":
      return "run-time";
    case "cb":
      return "distance";
    case "cd":
      return "relative";
    case "ao":
      return "offset";
    case "/is4":
      return "register";
    default:
      return "operand";
  }
}

function assignImmediates(patterns: readonly Pattern[], encoding: Encoding, is4: number): ImmediateField[] {
  const operands: number[] = [];
  patterns.forEach((pattern, index) => {
    if (pattern.role === "immediate") operands.push(index);
  });
  return encoding.fields.map((token) => {
    const operand = token === "/is4" ? is4 : (operands.shift() ?? -1);
    return { kind: immediateKind(token, patterns[operand]?.kind ?? 0), operand };
  });
}

interface Sizes {
  readonly rule: SizeRule;
  readonly sizes: number;
  readonly eachSizes: readonly number[];
  readonly agreeing: number;
  readonly sized: boolean;
}

function sizesOf(patterns: readonly Pattern[], encoding: Encoding, mode: Mode): Sizes {
  let agreeing = 0;
  let common = -1;
  let mixed = false;
  let sized = encoding.any;
  const eachSizes: number[] = [];
  patterns.forEach((pattern, index) => {
    const sizes =
      pattern.role === "immediate" && !encoding.exact ? Size.none : limit(pattern, encoding, mode);
    eachSizes.push(sizes);
    if (sizes === Size.none) return;
    if (pattern.variable) {
      agreeing |= 1 << index;
      sized = true;
    }
    if (common >= 0 && common !== sizes) mixed = true;
    common = sizes;
  });
  const anyMemory = patterns.some((pattern) => pattern.role === "rm" && pattern.sizes === Size.none);
  const rule = chooseRule(encoding, common, mixed || anyMemory);
  // With `size1` the operands of other sizes do not count.
  const sizes = rule === "first" ? (eachSizes[0] ?? 0) : rule === "second" ? (eachSizes[1] ?? 0) : common;
  return { rule, sizes, eachSizes, agreeing, sized };
}

function chooseRule(encoding: Encoding, common: number, mixed: boolean): SizeRule {
  if (encoding.first) return "first";
  if (encoding.second) return "second";
  if (encoding.exact) return "each";
  if (common < 0 || encoding.any) return "any";
  return mixed ? "each" : "uniform";
}

/** The sizes of a letter family depend on the mode; with the mark `d64` there is no 32-bit form in 64-bit mode. */
function limit(pattern: Pattern, encoding: Encoding, mode: Mode): number {
  if (!pattern.variable) return pattern.sizes;
  if (mode === "x86") return encoding.late64 || encoding.first ? pattern.sizes : pattern.sizes & ~Size.qword;
  return encoding.defaults64 ? pattern.sizes & ~Size.dword : pattern.sizes;
}

function compileAlternative(
  row: string,
  operands: readonly string[],
  patterns: readonly Pattern[],
  mode: Mode,
): Form {
  const encoding = parseEncoding(row);
  const { is4, ...fields } = assignFields(patterns, encoding);
  return {
    row,
    operands,
    kinds: patterns.map((pattern) => pattern.kind),
    ...sizesOf(patterns, encoding, mode),
    defaults64: encoding.defaults64,
    extension: encoding.extension,
    prefix: encoding.prefix,
    opcode: encoding.opcode,
    rexW: encoding.rexW,
    vex: encoding.vex,
    ...fields,
    immediates: assignImmediates(patterns, encoding, is4),
  };
}

/** Compiles a row for a mode; a row with alternatives gives one form for each. */
export function compileRow(row: string, mode: Mode): readonly Form[] {
  const text = operandsOfRow(row);
  const tokens = text === "" ? [] : text.split(",").map((token) => token.trim());
  const alternatives = tokens.map(alternativesOf);
  let lists: { operands: string[]; patterns: Pattern[] }[] = [{ operands: [], patterns: [] }];
  for (const choices of alternatives) {
    lists = lists.flatMap((list) =>
      choices.map((choice) => ({
        operands: [...list.operands, choice],
        patterns: [...list.patterns, alternativePattern(choice, choices)],
      })),
    );
  }
  return lists.map((list) => compileAlternative(row, list.operands, list.patterns, mode));
}
