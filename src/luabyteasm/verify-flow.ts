import type { FunctionParts } from "./chunk.js";
import type { FunctionSource } from "./function-source.js";
import { fieldA, fieldB, opcodeOf } from "./instruction.js";
import { OP, OPERATIONS } from "./opcodes.js";
import { createFlow, type Flow, failFlow, flowTo, loadRow, takePending } from "./verify-flow-joins.js";
import { FLOW_STEPS } from "./verify-flow-steps.js";
import { addFinding, type FindingList } from "./verify-rules.js";

/** True for the instructions that take all values up to the open top. */
function consumesTop(word: number): boolean {
  const opcode = opcodeOf(word);
  const canConsume =
    opcode === OP.CALL || opcode === OP.TAILCALL || opcode === OP.RETURN || opcode === OP.SETLIST;
  return canConsume && fieldB(word) === 0;
}

/** The first register whose values an instruction with an open top takes. */
function openBase(word: number): number {
  return opcodeOf(word) === OP.RETURN ? fieldA(word) : fieldA(word) + 1;
}

function checkTop(flow: Flow, word: number, pc: number): void {
  const { top } = flow.state;
  if (!consumesTop(word)) {
    if (top >= 0) {
      const fact = `the top is open from R${top} up, but the instruction takes a fixed number of values`;
      failFlow(flow, "open-unconsumed", pc, fact);
    }
  } else if (top < 0) {
    failFlow(
      flow,
      "open-missing",
      pc,
      "the instruction takes all values up to the top, which is not open",
      "B",
    );
  } else if (top < openBase(word)) {
    failFlow(flow, "open-base", pc, `the top is open from R${top} up, below R${openBase(word)}`, "A");
  }
}

/** Follows the code from a join until the path ends, meets another join or breaks a rule. */
function followPath(flow: Flow, start: number): void {
  const { words } = flow;
  loadRow(flow, start);
  let pc = start;
  while (flow.error === null) {
    const word = words[pc] ?? 0;
    const operation = OPERATIONS[opcodeOf(word)];
    if (operation === undefined) return;
    checkTop(flow, word, pc);
    const next = FLOW_STEPS[operation.name](flow, word, pc);
    if (next < 0 || flow.error !== null) return;
    if (next >= words.length) {
      failFlow(flow, "fall-off-end", pc, "execution can go on after the last instruction");
      return;
    }
    if (flow.joins[next] === 1) {
      flowTo(flow, next, flow.state);
      return;
    }
    pc = next;
  }
}

/**
 * The rules about values and paths: abstract interpretation of reachable code, iterated to a fixed point. Stops
 * at the first error. The function must have no structural error, so that every operand is in range.
 */
export function verifyFlow(list: FindingList, prototype: FunctionParts, source: FunctionSource): void {
  const flow = createFlow(prototype, source);
  flowTo(flow, 0, flow.state);
  for (let pc = takePending(flow); pc >= 0 && flow.error === null; pc = takePending(flow))
    followPath(flow, pc);
  if (flow.error === null) return;
  const { rule, pc, fact, operand } = flow.error;
  const name = OPERATIONS[opcodeOf(prototype.code[pc] ?? 0)]?.name;
  addFinding(list, "error", rule, pc, `${name}: ${fact}`, operand);
}
