import { fieldA, fieldB, fieldC, opcodeOf, RK_CONSTANT } from "./instruction.js";
import { OP, OPERATIONS, type OperandSlot } from "./opcodes.js";

const A_REGISTER = 1;
const B_REGISTER = 2;
const B_RK = 4;
const C_REGISTER = 8;
const C_RK = 16;

function registerUse({ kind, field }: OperandSlot): number {
  if (kind === "R") return field === "A" ? A_REGISTER : field === "B" ? B_REGISTER : C_REGISTER;
  if (kind === "RK") return field === "B" ? B_RK : C_RK;
  return 0;
}

/** Which fields of an opcode name registers, as bits. */
const REGISTER_USE: readonly number[] = OPERATIONS.map(({ operands }) =>
  operands.reduce((bits, slot) => bits | registerUse(slot), 0),
);

/** Registers needed by the operands that name one: the highest plus 1. */
function needOfOperands(word: number, use: number): number {
  let need = 0;
  if ((use & A_REGISTER) !== 0) need = fieldA(word) + 1;
  const b = fieldB(word);
  if (b >= need && ((use & B_REGISTER) !== 0 || ((use & B_RK) !== 0 && b < RK_CONSTANT))) need = b + 1;
  const c = fieldC(word);
  if (c >= need && ((use & C_REGISTER) !== 0 || ((use & C_RK) !== 0 && c < RK_CONSTANT))) need = c + 1;
  return need;
}

/**
 * Number of registers the frame must have for an instruction: the highest register it touches, named by an
 * operand or not, plus 1. 0 for undefined opcodes. Up to 766 (a CALL with extreme operands).
 */
export function frameNeed(word: number): number {
  const opcode = opcodeOf(word);
  const a = fieldA(word);
  const b = fieldB(word);
  switch (opcode) {
    case OP.LOADNIL:
      return a + b + 1;
    case OP.SELF:
      return Math.max(a + 2, needOfOperands(word, REGISTER_USE[opcode] ?? 0));
    case OP.CALL:
      return Math.max(a + 1, a + b, a + fieldC(word) - 1);
    case OP.TAILCALL:
      return Math.max(a + 1, a + b);
    case OP.RETURN:
    case OP.VARARG:
      return b === 0 ? a : a + b - 1;
    case OP.SETLIST:
      return a + b + 1;
    case OP.FORPREP:
    case OP.FORLOOP:
      return a + 4;
    case OP.TFORCALL:
      return Math.max(a + 6, a + 3 + fieldC(word));
    case OP.TFORLOOP:
      return a + 2;
    default:
      return needOfOperands(word, REGISTER_USE[opcode] ?? 0);
  }
}
