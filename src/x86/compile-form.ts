import { type Form, type ImmediateField, type ImmediateKind, Kind, type SizeRule } from "./form.js";
import { type Pattern, patternOf } from "./operand-patterns.js";
import type { Mode } from "./registers.js";
import { parseRowEncoding, type RowEncoding } from "./row-encoding.js";
import { Size } from "./sizes.js";

const COMMA = 0x2c;
const BLANK = 0x20;

/** The encoding of a row: what follows the colon, single-spaced. */
export function encodingOfRow(row: string): string {
  return row
    .slice(row.indexOf(":") + 1)
    .trim()
    .replace(/ +/g, " ");
}

/** Number of operands of a row. */
export function operandCount(row: string): number {
  const colon = row.indexOf(":");
  let count = 0;
  for (let i = 0; i < colon; i++) {
    const c = row.charCodeAt(i);
    if (c === COMMA) count++;
    else if (count === 0 && c !== BLANK) count = 1;
  }
  return count;
}

/** Whether the row exists in this mode; `engine` is `1.3`, `1.4` or `1.5`. */
export function rowApplies(row: string, mode: Mode, engine: string): boolean {
  if (mode === "x64" && (row.includes(" i64") || row.endsWith(" ao"))) return false;
  if (mode === "x86" && row.includes(" o64")) return false;
  if (row.includes(" since1.5") && engine !== "1.5") return false;
  return !(row.includes(" until1.4") && engine === "1.5");
}

function operandTokens(row: string, colon: number): string[] {
  const tokens: string[] = [];
  let start = 0;
  for (let i = 0; i <= colon; i++) {
    if (i < colon && row.charCodeAt(i) !== COMMA) continue;
    const token = row.slice(start, i).trim();
    if (token !== "") tokens.push(token);
    start = i + 1;
  }
  return tokens;
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
function assignFields(patterns: readonly Pattern[], encoding: RowEncoding): Fields {
  const fields: Fields = { rm: -1, reg: -1, digit: -1, opcodeRegister: -1, vvvv: -1, is4: -1 };
  const registers: number[] = [];
  for (let i = 0; i < patterns.length; i++) {
    const role = patterns[i]?.role;
    if (role === "rm") fields.rm = i;
    else if (role === "register") registers.push(i);
  }
  if (encoding.fields.includes("/is4")) fields.is4 = registers.pop() ?? -1;
  if (encoding.opcodeRegister) fields.opcodeRegister = registers[0] ?? -1;
  if (encoding.field === "") return fields;
  if (encoding.field === "/rr") {
    fields.rm = registers[0] ?? -1;
    fields.reg = fields.rm;
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

const NO_IMMEDIATES: readonly ImmediateField[] = [];

function assignImmediates(
  patterns: readonly Pattern[],
  encoding: RowEncoding,
  is4: number,
): readonly ImmediateField[] {
  if (encoding.fields.length === 0) return NO_IMMEDIATES;
  const immediates: ImmediateField[] = [];
  let next = 0;
  for (const token of encoding.fields) {
    let operand = is4;
    if (token !== "/is4") {
      while (next < patterns.length && patterns[next]?.role !== "immediate") next++;
      operand = next < patterns.length ? next++ : -1;
    }
    immediates.push({ kind: immediateKind(token, patterns[operand]?.kind ?? 0), operand });
  }
  return immediates;
}

/** The sizes of a letter family depend on the mode; with the mark `d64` there is no 32-bit form in 64-bit mode. */
function limit(pattern: Pattern, encoding: RowEncoding, mode: Mode): number {
  if (pattern.role === "immediate" && !encoding.exact) return Size.none;
  if (!pattern.variable) {
    return encoding.unsized && pattern.role === "rm" ? pattern.sizes | Size.unsized : pattern.sizes;
  }
  if (mode === "x86") {
    return encoding.late64 || encoding.first ? pattern.sizes : pattern.sizes & ~Size.qword;
  }
  return encoding.defaults64 ? pattern.sizes & ~Size.dword : pattern.sizes;
}

function chooseRule(encoding: RowEncoding, common: number, mixed: boolean): SizeRule {
  if (encoding.first) return "first";
  if (encoding.second) return "second";
  if (encoding.exact || encoding.unsized) return "each";
  if (common < 0 || encoding.any) return "any";
  return mixed ? "each" : "uniform";
}

/** The set of sizes that the rule looks at; with `size1` the operands of other sizes do not count. */
function ruleSizes(rule: SizeRule, common: number, eachSizes: readonly number[]): number {
  if (rule === "first") return eachSizes[0] ?? Size.none;
  return rule === "second" ? (eachSizes[1] ?? Size.none) : common;
}

interface OperandSizes {
  readonly rule: SizeRule;
  readonly sizes: number;
  readonly eachSizes: readonly number[];
  readonly agreeing: number;
}

function sizesOf(patterns: readonly Pattern[], encoding: RowEncoding, mode: Mode): OperandSizes {
  const eachSizes: number[] = [];
  let agreeing = 0;
  let common = -1;
  let mixed = false;
  for (let i = 0; i < patterns.length; i++) {
    const pattern = patterns[i];
    const sizes = pattern === undefined ? Size.none : limit(pattern, encoding, mode);
    eachSizes.push(sizes);
    if (sizes === Size.none) {
      // Memory of whatever size does not take part in a common size.
      if (pattern?.role === "rm") mixed = true;
      continue;
    }
    if (pattern?.variable) agreeing |= 1 << i;
    if (common >= 0 && common !== sizes) mixed = true;
    common = sizes;
  }
  const rule = chooseRule(encoding, common, mixed);
  return { rule, sizes: ruleSizes(rule, common, eachSizes), eachSizes, agreeing };
}

function compileAlternative(
  row: string,
  operands: readonly string[],
  patterns: readonly Pattern[],
  encoding: RowEncoding,
  mode: Mode,
): Form {
  const { rm, reg, digit, opcodeRegister, vvvv, is4 } = assignFields(patterns, encoding);
  const { rule, sizes, eachSizes, agreeing } = sizesOf(patterns, encoding, mode);
  return {
    row,
    operands,
    kinds: patterns.map((pattern) => pattern.kind),
    rule,
    sizes,
    eachSizes,
    agreeing,
    sized: encoding.any || agreeing !== 0,
    defaults64: encoding.defaults64,
    extension: encoding.extension,
    prefix: encoding.prefix,
    opcode: encoding.opcode,
    rexW: encoding.rexW,
    vex: encoding.vex,
    rm,
    reg,
    digit,
    opcodeRegister,
    vvvv,
    immediates: assignImmediates(patterns, encoding, is4),
  };
}

function unknownToken(token: string, row: string): never {
  throw new Error(`unknown operand ${token} in row ${row}`);
}

/** The pattern of one alternative of an operand: a register keeps its place in ModRM.rm. */
function alternativePattern(token: string, row: string): Pattern {
  const pattern = patternOf(token) ?? unknownToken(token, row);
  return pattern.role === "register" ? { ...pattern, role: "rm" } : pattern;
}

/**
 * Compiles a row for a mode. A row with an operand that gives alternatives (`xmm/m64`) gives one form
 * for each; a row has at most one such operand.
 */
export function compileRow(row: string, mode: Mode): readonly Form[] {
  const colon = row.indexOf(":");
  const encoding = parseRowEncoding(row, colon);
  const tokens = operandTokens(row, colon);
  const patterns: Pattern[] = [];
  let choice = -1;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] ?? "";
    const pattern = patternOf(token);
    if (pattern !== undefined) patterns.push(pattern);
    else {
      choice = i;
      patterns.push(alternativePattern(token.slice(0, token.indexOf("/")), row));
    }
  }
  const chosen = tokens[choice];
  if (chosen === undefined) return [compileAlternative(row, tokens, patterns, encoding, mode)];
  return chosen.split("/").map((token) => {
    const own = patterns.with(choice, alternativePattern(token, row));
    return compileAlternative(row, tokens.with(choice, token), own, encoding, mode);
  });
}
