import type { Constant, FunctionParts } from "./chunk.js";
import { formatConstant, quoteString, showName } from "./format-constant.js";
import { fieldAx, fieldOf, opcodeOf, RK_CONSTANT } from "./instruction.js";
import { OP, OPERATIONS, type OperandSlot, operandValue } from "./opcodes.js";

const MAX_NOTE = 40;

function shorten(text: string): string {
  return text.length <= MAX_NOTE ? text : `${text.slice(0, MAX_NOTE - 3)}...`;
}

function showOperand(slot: OperandSlot, word: number, pc: number): string {
  const value = operandValue(slot, word);
  switch (slot.kind) {
    case "R":
      return `R${value}`;
    case "RK":
      return value < RK_CONSTANT ? `R${value}` : `K${value - RK_CONSTANT}`;
    case "K":
      return `K${value}`;
    case "U":
      return `U${value}`;
    case "P":
      return `P${value}`;
    case "jump":
      return `-> ${pc + 1 + value}`;
    default:
      return String(value);
  }
}

/** A constant, of which no more is looked at than is shown. */
function noteConstant(constant: Constant | undefined): string | undefined {
  if (constant === undefined) return undefined;
  if (constant.kind !== "string") return formatConstant(constant);
  return shorten(quoteString(constant.value.slice(0, MAX_NOTE)));
}

/** The constant or the name an operand stands for, or undefined when it stands for itself. */
function noteOperand(
  prototype: FunctionParts,
  { kind, field }: OperandSlot,
  word: number,
): string | undefined {
  const value = fieldOf(word, field);
  if (kind === "U") {
    const name = prototype.upvalueNames[value] ?? null;
    if (name === null) return undefined;
    if (name.length <= MAX_NOTE) return showName(name);
    return `${quoteString(name.slice(0, MAX_NOTE)).slice(1, MAX_NOTE - 2)}...`;
  }
  if (kind !== "K" && (kind !== "RK" || value < RK_CONSTANT)) return undefined;
  return noteConstant(prototype.constants[kind === "K" ? value : value - RK_CONSTANT]);
}

function noteExtra(prototype: FunctionParts, pc: number): string | undefined {
  if (opcodeOf(prototype.code[pc] ?? 0) !== OP.LOADKX) return undefined;
  return noteConstant(prototype.constants[fieldAx(prototype.code[pc + 1] ?? 0)]);
}

/**
 * One instruction for people: `GETTABUP R0 U0 K0 ; _ENV "print"`. Jumps show their target pc (`-> 12`); words
 * that are no instruction are shown in hex.
 */
export function instructionText(prototype: FunctionParts, pc: number): string {
  const word = prototype.code[pc] ?? 0;
  const high = prototype.codeHigh?.[pc] ?? 0;
  const operation = OPERATIONS[opcodeOf(word)];
  if (operation === undefined || high !== 0) {
    return `.word 0x${high === 0 ? "" : high.toString(16)}${word.toString(16).padStart(8, "0")}`;
  }
  const operands = operation.operands.map((slot) => showOperand(slot, word, pc));
  const notes = operation.operands.map((slot) => noteOperand(prototype, slot, word));
  notes.push(noteExtra(prototype, pc));
  const note = notes.filter((text) => text !== undefined).join(" ");
  return [operation.name, ...operands, ...(note === "" ? [] : [";", note])].join(" ");
}
