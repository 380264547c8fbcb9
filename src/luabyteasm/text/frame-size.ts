import { fieldA, fieldB, fieldC, opcodeOf, RK_CONSTANT } from "../instruction.js";
import { OP, OPERATIONS, type OperandKind } from "../opcodes.js";

const A_REGISTER = 1;
const B_REGISTER = 2;
const C_REGISTER = 4;

/** Which fields of each opcode can name a register. */
const REGISTER_FIELDS = Uint8Array.from(OPERATIONS, ({ operands }) => {
  const names = (kind: OperandKind): boolean => kind === "R" || kind === "RK";
  const bits = { A: A_REGISTER, B: B_REGISTER, C: C_REGISTER, Bx: 0, sBx: 0, Ax: 0 };
  return operands.reduce((mask, { kind, field }) => mask | (names(kind) ? bits[field] : 0), 0);
});

/** Registers that an instruction uses without naming them, as the frame size they need. */
function needOfImplied(opcode: number, a: number, b: number, c: number): number {
  switch (opcode) {
    case OP.LOADNIL:
      return a + b + 1;
    case OP.SELF:
      return a + 2;
    case OP.CALL:
      return Math.max(a + b, a + c - 1);
    case OP.TAILCALL:
      return a + b;
    case OP.RETURN:
    case OP.VARARG:
      return a + b - 1;
    case OP.SETLIST:
      return a + b + 1;
    case OP.FORPREP:
    case OP.FORLOOP:
      return a + 4;
    case OP.TFORCALL:
      return Math.max(a + 6, a + 3 + c);
    case OP.TFORLOOP:
      return a + 2;
    default:
      return 0;
  }
}

/**
 * Size of the frame that one instruction needs: the highest register it touches + 1; 0 for undefined
 * opcodes, JMP and EXTRAARG.
 */
export function frameNeed(word: number): number {
  const opcode = opcodeOf(word);
  const fields = REGISTER_FIELDS[opcode] ?? 0;
  if (fields === 0) return 0;
  const a = fieldA(word);
  const b = fieldB(word);
  const c = fieldC(word);
  let need = needOfImplied(opcode, a, b, c);
  if ((fields & A_REGISTER) !== 0) need = Math.max(need, a + 1);
  if ((fields & B_REGISTER) !== 0 && b < RK_CONSTANT) need = Math.max(need, b + 1);
  if ((fields & C_REGISTER) !== 0 && c < RK_CONSTANT) need = Math.max(need, c + 1);
  return need;
}
