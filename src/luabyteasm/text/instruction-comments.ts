import type { ChunkHeader, Constant, FunctionParts } from "../chunk.js";
import {
  decodeFloatingByte,
  fieldAx,
  fieldB,
  fieldC,
  fieldSBx,
  opcodeOf,
  RK_CONSTANT,
} from "../instruction.js";
import { OP, type OperandSlot, type Operation, operandValue } from "../opcodes.js";
import { printConstant } from "./const-section.js";
import { createLiveLocals, type LiveLocals, moveTo, nameOfRegister } from "./live-locals.js";
import { commentColumn, type Printer } from "./printer.js";
import { printString } from "./string-literals.js";
import { padTo, put } from "./text-writer.js";

/** What the comments of one function need to know. */
export interface InstructionComments {
  readonly prototype: FunctionParts;
  readonly numberSize: 4 | 8;
  readonly live: LiveLocals | undefined;
  /** Texts of constants that have been shown. */
  readonly constantTexts: (string | undefined)[];
}

const longestText = 40;

export function createComments(prototype: FunctionParts, header: ChunkHeader): InstructionComments {
  return {
    prototype,
    numberSize: header.numberSize,
    live: createLiveLocals(prototype.locals),
    constantTexts: [],
  };
}

function cut(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText)}...`;
}

function describeConstant(constant: Constant, numberSize: 4 | 8): string {
  if (constant.kind !== "string") return printConstant(constant, numberSize);
  // Most of a very long string is cut off anyway.
  return cut(printString(constant.value.slice(0, longestText + 1)));
}

function constantText(comments: InstructionComments, index: number): string | undefined {
  const known = comments.constantTexts[index];
  if (known !== undefined) return known;
  const constant = comments.prototype.constants[index];
  if (constant === undefined) return undefined;
  const text = describeConstant(constant, comments.numberSize);
  comments.constantTexts[index] = text;
  return text;
}

const identifier = /^[A-Za-z_]\w*$/;

/** A name as it stands when it cannot be mistaken, otherwise as a string. */
function nameText(name: string | null | undefined): string | undefined {
  if (name === null || name === undefined) return undefined;
  return name.length <= longestText && identifier.test(name)
    ? name
    : cut(printString(name.slice(0, longestText + 1)));
}

function registerText(comments: InstructionComments, register: number): string | undefined {
  return comments.live === undefined ? undefined : nameText(nameOfRegister(comments.live, register));
}

function jumpText(pc: number, word: number): string {
  const offset = fieldSBx(word);
  return `to ${pc + 1 + offset} (${offset < 0 ? "" : "+"}${offset})`;
}

function operandText(
  comments: InstructionComments,
  slot: OperandSlot,
  pc: number,
  word: number,
): string | undefined {
  const value = operandValue(slot, word);
  switch (slot.kind) {
    case "R":
      return registerText(comments, value);
    case "RK":
      return value < RK_CONSTANT
        ? registerText(comments, value)
        : constantText(comments, value - RK_CONSTANT);
    case "K":
      return constantText(comments, value);
    case "U":
      return nameText(comments.prototype.upvalueNames[value]);
    case "jump":
      return jumpText(pc, word);
    default:
      return undefined;
  }
}

/** What an instruction means beyond its operands. */
function extraText(comments: InstructionComments, pc: number, word: number): string | undefined {
  const { code } = comments.prototype;
  switch (opcodeOf(word)) {
    case OP.NEWTABLE:
      if (fieldB(word) < 8 && fieldC(word) < 8) return undefined;
      return `sizes ${decodeFloatingByte(fieldB(word))} ${decodeFloatingByte(fieldC(word))}`;
    case OP.LOADKX: {
      const next = code[pc + 1] ?? 0;
      return opcodeOf(next) === OP.EXTRAARG ? constantText(comments, fieldAx(next)) : undefined;
    }
    default:
      return undefined;
  }
}

/** Appends a comment that says what the operands stand for, if there is anything to say. */
export function explainInstruction(
  printer: Printer,
  comments: InstructionComments,
  operation: Operation,
  pc: number,
  word: number,
): void {
  if (comments.live !== undefined) moveTo(comments.live, pc);
  const { writer } = printer;
  let started = false;
  const { operands } = operation;
  for (let index = 0; index <= operands.length; index++) {
    const slot = operands[index];
    const text = slot === undefined ? extraText(comments, pc, word) : operandText(comments, slot, pc, word);
    if (text === undefined) continue;
    if (!started) padTo(writer, commentColumn(printer));
    put(writer, started ? " " : "; ");
    put(writer, text);
    started = true;
  }
}
