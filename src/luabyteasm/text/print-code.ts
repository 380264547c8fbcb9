import type { FunctionParts } from "../chunk.js";
import { fieldBx, fieldC, fieldOf, fieldSBx, opcodeOf, RK_CONSTANT, signedWords } from "../instruction.js";
import { type Field, OP, OPERATIONS, type OperandSlot, type Operation, operandValue } from "../opcodes.js";
import { createComments, explainInstruction, type InstructionComments } from "./instruction-comments.js";
import { hasLinePerInstruction } from "./lineinfo-section.js";
import { commentColumn, numberedText, type Printer, startLine } from "./printer.js";
import { endLine, padTo, put } from "./text-writer.js";

/** The highest bit of a field: operands that are registers or upvalues have numbers up to 255. */
const HIGH_BIT: Readonly<Partial<Record<Field, number>>> = { B: 0x80000000, C: 0x400000 };

/** The bits that are 0 in every word of an operation that text can express as an instruction. */
function bitsBeyondText({ operands, unusedBits }: Operation): number {
  const numbered = operands.filter(({ kind }) => kind === "R" || kind === "U");
  return numbered.reduce((bits, { field }) => bits | (HIGH_BIT[field] ?? 0), unusedBits);
}

const BITS_BEYOND_TEXT: readonly number[] = OPERATIONS.map(bitsBeyondText);

/** Whether text can express the word as an instruction: defined opcode, nothing in unused fields. */
function isCanonical(word: number, high: number): boolean {
  const beyond = BITS_BEYOND_TEXT[opcodeOf(word)];
  return beyond !== undefined && high === 0 && (word & beyond) === 0;
}

function isJump(opcode: number): boolean {
  return opcode === OP.JMP || opcode === OP.FORLOOP || opcode === OP.FORPREP || opcode === OP.TFORLOOP;
}

/** Which pcs need a label, as bits; a target may lie right behind the last instruction. */
function findTargets({ code, codeHigh }: FunctionParts): Uint8Array {
  const targets = new Uint8Array(code.length + 1);
  const words = signedWords(code);
  for (let pc = 0; pc < words.length; pc++) {
    const word = words[pc] ?? 0;
    if (!isJump(opcodeOf(word)) || (codeHigh?.[pc] ?? 0) !== 0) continue;
    const target = pc + 1 + fieldSBx(word);
    if (target >= 0 && target <= code.length) targets[target] = 1;
  }
  return targets;
}

/** Jumps name the label of their target where there is one. */
function jumpText({ code }: FunctionParts, pc: number, offset: number): string {
  const target = pc + 1 + offset;
  return target >= 0 && target <= code.length ? ` L${target}` : ` ${offset}`;
}

function operandText(
  { operandTexts }: Printer,
  prototype: FunctionParts,
  slot: OperandSlot,
  pc: number,
  word: number,
): string {
  const value = operandValue(slot, word);
  switch (slot.kind) {
    case "RK":
      return value < RK_CONSTANT
        ? numberedText(operandTexts.R, " R", value)
        : numberedText(operandTexts.K, " K", value - RK_CONSTANT);
    case "R":
      return numberedText(operandTexts.R, " R", value);
    case "K":
      return numberedText(operandTexts.K, " K", value);
    case "U":
      return ` U${value}`;
    case "P":
      return ` P${value}`;
    case "jump":
      return jumpText(prototype, pc, value);
    case "extra": {
      // Behind LOADKX it is the number of a constant.
      const afterLoad = pc > 0 && opcodeOf(prototype.code[pc - 1] ?? 0) === OP.LOADKX;
      return afterLoad ? ` K${value}` : ` ${value}`;
    }
    case "close":
      return value === 0 ? "" : ` ${value}`;
    default:
      return numberedText(operandTexts.number, " ", value);
  }
}

function putInstruction(
  printer: Printer,
  prototype: FunctionParts,
  operation: Operation,
  pc: number,
  word: number,
): void {
  put(printer.writer, operation.name);
  const { operands, opcode } = operation;
  const count = opcode === OP.TAILCALL && fieldC(word) === 0 ? operands.length - 1 : operands.length;
  for (let index = 0; index < count; index++) {
    const slot = operands[index];
    if (slot !== undefined) put(printer.writer, operandText(printer, prototype, slot, pc, word));
  }
}

/** An instruction without canonical spelling, as a number with its fields in a comment. */
function putWord(printer: Printer, word: number, high: number): void {
  const { writer } = printer;
  const digits = (word >>> 0).toString(16).padStart(8, "0");
  put(writer, `.word 0x${high === 0 ? "" : high.toString(16)}${digits}`);
  if (!printer.comments) return;
  const name = OPERATIONS[opcodeOf(word)]?.name ?? `opcode ${opcodeOf(word)}`;
  const fields = `A=${fieldOf(word, "A")} B=${fieldOf(word, "B")} C=${fieldC(word)} Bx=${fieldBx(word)}`;
  padTo(writer, commentColumn(printer));
  put(writer, `; ${name} ${fields}`);
}

function putLine(printer: Printer, line: number | bigint): void {
  startLine(printer, 0);
  put(printer.writer, `.line ${line}`);
  endLine(printer.writer);
}

function putLabel(printer: Printer, pc: number): void {
  startLine(printer, 0);
  put(printer.writer, `L${pc}:`);
  endLine(printer.writer);
}

function putCodeLine(
  printer: Printer,
  prototype: FunctionParts,
  comments: InstructionComments | undefined,
  pc: number,
  word: number,
): void {
  const high = prototype.codeHigh?.[pc] ?? 0;
  const operation = OPERATIONS[opcodeOf(word)];
  startLine(printer, 1);
  if (operation === undefined || !isCanonical(word, high)) putWord(printer, word, high);
  else {
    putInstruction(printer, prototype, operation, pc, word);
    if (comments !== undefined) explainInstruction(printer, comments, operation, pc, word);
  }
  endLine(printer.writer);
}

/** Prints `.instruction`: labels, line numbers and instructions. */
export function printCode(printer: Printer, prototype: FunctionParts): void {
  const { code, lineInfo } = prototype;
  if (code.length === 0) return;
  const words = signedWords(code);
  const targets = findTargets(prototype);
  const withLines = hasLinePerInstruction(prototype);
  const comments = printer.comments ? createComments(prototype, printer.header) : undefined;
  startLine(printer, 0);
  put(printer.writer, ".instruction");
  endLine(printer.writer);
  for (let pc = 0; pc < code.length; pc++) {
    if (targets[pc] === 1) putLabel(printer, pc);
    const line = lineInfo[pc] ?? 0;
    if (withLines && (pc === 0 || line !== lineInfo[pc - 1])) putLine(printer, line);
    putCodeLine(printer, prototype, comments, pc, words[pc] ?? 0);
  }
  if (targets[code.length] === 1) putLabel(printer, code.length);
}
