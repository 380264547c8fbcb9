import { fail } from "./failure.js";
import { setLabelAddress } from "./labels.js";
import { NODE, NODE_FIELDS } from "./node.js";
import { DETAIL_SHIFT, KIND_BITS, OPERATION, VARIABLE } from "./operation.js";
import { addNode } from "./put-label.js";
import { putRegister, REGISTER_EFFECT } from "./put-register.js";
import type { AssemblerState } from "./state.js";
import { STATUS } from "./status.js";

/** Merges a variable register into the instruction before `position`. */
function putVariableRegister(
  state: AssemblerState,
  detail: number,
  offset: number,
  n: number,
  position: number,
): number {
  const { workspace } = state;
  const { register1, register2 } = workspace;
  const group = (detail >> 3) & 3;
  const droppable = group !== 0 && (group < 2 || register1 <= 7) && (group < 3 || register2 <= 7);
  const effects = putRegister(workspace.code, detail & 0xff, n, droppable, position, state.badRegisterBits);
  if (effects === REGISTER_EFFECT.BAD_REGISTER) return fail(state, STATUS.RANGE_VREG, offset, n);
  workspace.register2 = register1;
  workspace.register1 = n;
  let end = position;
  if ((effects & REGISTER_EFFECT.DROPPED_PREFIX) !== 0) {
    end -= 1;
    workspace.mark -= 1;
  }
  if (detail >> 8 !== VARIABLE) workspace.mark = end - (detail >> 8);
  return (effects & REGISTER_EFFECT.ADDED_SIB) === 0 ? end : end + 1;
}

function putSizedWord(
  state: AssemblerState,
  detail: number,
  offset: number,
  n: number,
  position: number,
): number {
  const { view, mark } = state.workspace;
  const opcode = (detail === VARIABLE ? mark : position - detail) - 2;
  if ((n << 24) >> 24 === n) {
    view.setUint8(opcode, view.getUint8(opcode) + 2);
    view.setInt8(position, n);
    return position + 1;
  }
  if ((n & 0xffff) !== n) return fail(state, STATUS.RANGE_I, offset, n);
  view.setInt16(position, n, true);
  return position + 2;
}

function putSpace(state: AssemblerState, byte: number, offset: number, n: number, position: number): number {
  const { workspace } = state;
  const estimate = position + workspace.shift;
  if (n < 0) return fail(state, STATUS.RANGE_I, offset, n);
  if (n > state.limit - estimate) return fail(state, STATUS.NOMEM, offset, n);
  addNode(state, workspace.nodes, NODE.SPACE | (byte << 8), estimate, 0, n);
  workspace.shift += n;
  return position;
}

/**
 * Executes an operation that is not worth a place in the loop of put. SECTION is left to put, too.
 * @param n the argument, if it takes one
 * @returns the position behind it, or FAILED
 */
export function putRarely(
  state: AssemblerState,
  head: number,
  offset: number,
  n: number,
  position: number,
): number {
  const detail = head >>> DETAIL_SHIFT;
  const { workspace } = state;
  const { nodes } = workspace;
  const estimate = position + workspace.shift;
  switch (head & KIND_BITS) {
    case OPERATION.VREG:
      return putVariableRegister(state, detail, offset, n, position);
    case OPERATION.IMM_WB:
      return putSizedWord(state, detail, offset, n, position);
    case OPERATION.SPACE:
      return putSpace(state, detail, offset, n, position);
    case OPERATION.SETLABEL:
      setLabelAddress(nodes, state.nodesEnd - NODE_FIELDS, n);
      return position;
    case OPERATION.REL_A:
      addNode(state, nodes, NODE.RELATIVE_ADDRESS, estimate, 0, n);
      return position + 4;
    case OPERATION.EXTERN:
      addNode(state, nodes, NODE.EXTERN | (detail << 8), estimate, 0, 0);
      return position + 4;
    case OPERATION.ALIGN:
      addNode(state, nodes, NODE.ALIGN | (detail << 8), estimate, 0, 0);
      workspace.shift += detail;
      return position;
    case OPERATION.SECTION:
      if (detail < state.sectionCount) return position;
      return fail(state, STATUS.RANGE_SEC, offset, detail);
    case OPERATION.MARK:
      workspace.mark = position - detail;
      return position;
    default:
      state.statementMarks.push(addNode(state, nodes, NODE.LABEL, estimate, state.section, -1), detail);
      return position;
  }
}
