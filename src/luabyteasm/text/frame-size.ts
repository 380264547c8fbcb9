import { frameNeed } from "../frame-need.js";
import { fieldA, opcodeOf } from "../instruction.js";
import { OP } from "../opcodes.js";

/**
 * Registers that an instruction asks the frame for when its size is not given: those it touches, and
 * also R(A) of a RETURN or VARARG of no values, which is only named.
 */
export function wantedFrame(word: number): number {
  const need = frameNeed(word);
  const opcode = opcodeOf(word);
  return opcode === OP.RETURN || opcode === OP.VARARG ? Math.max(need, fieldA(word) + 1) : need;
}
