import type { FunctionParts } from "../chunk.js";
import { fieldBx, fieldC, fieldOf, fieldSBx, opcodeOf, RK_CONSTANT } from "../instruction.js";
import { OP, OPERATIONS, type OperandSlot, type Operation } from "../opcodes.js";
import { createComments, explainInstruction, type InstructionComments } from "./instruction-comments.js";
import { hasLinePerInstruction } from "./lineinfo-section.js";
import { commentColumn, type Printer, startLine } from "./printer.js";
import { endLine, padTo, put, putInteger } from "./text-writer.js";

/** Whether a field holds nothing that its kind of operand cannot express. */
function fits(slot: OperandSlot, word: number): boolean {
  if (slot.kind !== "R" && slot.kind !== "U") return true;
  return fieldOf(word, slot.field) <= 255;
}

/** Whether text can express the word as an instruction: defined opcode, nothing in unused fields. */
export function isCanonical(word: number, high: number): boolean {
  const operation = OPERATIONS[opcodeOf(word)];
  if (operation === undefined || high !== 0) return false;
  for (const field of operation.unused) if (fieldOf(word, field) !== 0) return false;
  for (const slot of operation.operands) if (!fits(slot, word)) return false;
  return true;
}

function isJump(opcode: number): boolean {
  return opcode === OP.JMP || opcode === OP.FORLOOP || opcode === OP.FORPREP || opcode === OP.TFORLOOP;
}

/** Which pcs need a label, as bits; a target may lie right behind the last instruction. */
function findTargets({ code, codeHigh }: FunctionParts): Uint8Array {
  const targets = new Uint8Array(code.length + 1);
  for (let pc = 0; pc < code.length; pc++) {
    const word = code[pc] ?? 0;
    if (!isJump(opcodeOf(word)) || (codeHigh?.[pc] ?? 0) !== 0) continue;
    const target = pc + 1 + fieldSBx(word);
    if (target >= 0 && target <= code.length) targets[target] = 1;
  }
  return targets;
}

function putLetter(printer: Printer, letter: string, value: number): void {
  put(printer.writer, letter);
  putInteger(printer.writer, value);
}

function putJump(printer: Printer, prototype: FunctionParts, pc: number, offset: number): void {
  const target = pc + 1 + offset;
  if (target >= 0 && target <= prototype.code.length) putLetter(printer, " L", target);
  else put(printer.writer, ` ${offset}`);
}

/** EXTRAARG behind LOADKX is the number of a constant. */
function putExtra(printer: Printer, prototype: FunctionParts, pc: number, value: number): void {
  const afterLoad = pc > 0 && opcodeOf(prototype.code[pc - 1] ?? 0) === OP.LOADKX;
  putLetter(printer, afterLoad ? " K" : " ", value);
}

const LETTERS = { R: " R", K: " K", U: " U", P: " P" } as const;

function putOperand(
  printer: Printer,
  prototype: FunctionParts,
  slot: OperandSlot,
  pc: number,
  word: number,
): void {
  const value = fieldOf(word, slot.field);
  switch (slot.kind) {
    case "RK":
      if (value < RK_CONSTANT) putLetter(printer, " R", value);
      else putLetter(printer, " K", value - RK_CONSTANT);
      break;
    case "R":
    case "K":
    case "U":
    case "P":
      putLetter(printer, LETTERS[slot.kind], value);
      break;
    case "jump":
      putJump(printer, prototype, pc, value);
      break;
    case "extra":
      putExtra(printer, prototype, pc, value);
      break;
    case "close":
      if (value !== 0) putLetter(printer, " ", value);
      break;
    default:
      putLetter(printer, " ", value);
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
    if (slot !== undefined) putOperand(printer, prototype, slot, pc, word);
  }
}

/** An instruction without canonical spelling, as a number with its fields in a comment. */
function putWord(printer: Printer, word: number, high: number): void {
  const { writer } = printer;
  const digits = word.toString(16).padStart(8, "0");
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
  putLetter(printer, "L", pc);
  put(printer.writer, ":");
  endLine(printer.writer);
}

function putCodeLine(
  printer: Printer,
  prototype: FunctionParts,
  comments: InstructionComments | undefined,
  pc: number,
): void {
  const word = prototype.code[pc] ?? 0;
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
    putCodeLine(printer, prototype, comments, pc);
  }
  if (targets[code.length] === 1) putLabel(printer, code.length);
}
