import { fail } from "./failure.js";
import { NODE_FIELDS, setNode } from "./node.js";
import type { OPERATION } from "./operation.js";
import { type AssemblerState, FIRST_GLOBAL } from "./state.js";
import { STATUS } from "./status.js";

/**
 * Appends a node; put has made room for it.
 * @param head kind, and the detail above bit 8
 * @returns the node
 */
export function addNode(
  state: AssemblerState,
  nodes: Int32Array,
  head: number,
  estimate: number,
  target: number,
  value: number,
): number {
  const node = state.nodesEnd;
  setNode(nodes, node, head, estimate, target, value);
  state.nodesEnd = node + NODE_FIELDS;
  return node;
}

/** Prepares the use of a local or global label. Returns whether there is such a label; if not, that is remembered. */
export function useLabel(state: AssemblerState, entry: number, offset: number): boolean {
  if (entry >= state.labelCount) {
    fail(state, STATUS.RANGE_LG, offset, entry);
    return false;
  }
  const { workspace } = state;
  if (entry >= workspace.labelsUsed) workspace.labelsUsed = entry + 1;
  return true;
}

/**
 * Adds a reference to a label: bound if the label is defined and the reference does not lead forward,
 * otherwise pending.
 * @param kind kind of the operation
 * @param head head of the node
 * @returns false if the reference leads backward to a label that is not defined
 */
export function addReference(
  state: AssemblerState,
  nodes: Int32Array,
  table: Int32Array,
  entry: number,
  kind: number,
  head: number,
  estimate: number,
): boolean {
  const node = state.nodesEnd;
  const current = table[entry] as number;
  let target = current;
  if (current <= 0 || kind === (12 satisfies typeof OPERATION.FORWARD)) {
    if (kind === (11 satisfies typeof OPERATION.BACKWARD)) return false;
    target = current > 0 ? 0 : -current;
    table[entry] = -node;
  }
  nodes[node] = head;
  nodes[node + 1] = estimate;
  nodes[node + 2] = target;
  nodes[node + 3] = 0;
  state.nodesEnd = node + 4;
  return true;
}

/** Defines a label here and binds the references that wait for it. */
export function defineLabel(
  state: AssemblerState,
  nodes: Int32Array,
  table: Int32Array,
  entry: number,
  head: number,
  estimate: number,
): void {
  const label = state.nodesEnd;
  let pending = -(table[entry] as number);
  while (pending > 0) {
    const next = nodes[pending + 2] as number;
    nodes[pending + 2] = label;
    pending = next;
  }
  table[entry] = label;
  nodes[label] = head;
  nodes[label + 1] = estimate;
  nodes[label + 2] = state.section;
  nodes[label + 3] = -1;
  state.nodesEnd = label + 4;
}

/**
 * Remembers a second definition of a label as an error; local labels may have any number of them.
 * @returns whether it is one
 */
export function failDuplicate(
  state: AssemblerState,
  table: Int32Array,
  entry: number,
  offset: number,
): boolean {
  const isPcLabel = table === state.workspace.pcLabels;
  if ((table[entry] as number) <= 0 || (!isPcLabel && entry < FIRST_GLOBAL)) return false;
  fail(state, isPcLabel ? STATUS.DUPLICATE_PC : STATUS.DUPLICATE_LG, offset, entry);
  return true;
}
