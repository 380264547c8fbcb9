import { fail } from "./failure.js";
import { bindReferences } from "./labels.js";
import { NODE_FIELDS, setNode } from "./node.js";
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

/** Adds a reference to a label: bound if the label is defined, otherwise pending. */
export function addReference(
  state: AssemblerState,
  nodes: Int32Array,
  table: Int32Array,
  entry: number,
  head: number,
  estimate: number,
): void {
  const current = table[entry] as number;
  const node = addNode(state, nodes, head, estimate, Math.abs(current), 0);
  if (current <= 0) table[entry] = -node;
}

/** Adds a pending reference to the next definition of a local label. */
export function addForwardReference(
  state: AssemblerState,
  nodes: Int32Array,
  table: Int32Array,
  entry: number,
  head: number,
  estimate: number,
): void {
  const current = table[entry] as number;
  table[entry] = -addNode(state, nodes, head, estimate, current > 0 ? 0 : -current, 0);
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
  const label = addNode(state, nodes, head, estimate, state.section, -1);
  const current = table[entry] as number;
  if (current < 0) bindReferences(nodes, -current, label);
  table[entry] = label;
}

/** Whether a second definition of a label is an error; local labels may have any number of them. */
export function isDuplicate(state: AssemblerState, table: Int32Array, entry: number): boolean {
  if (!state.rejectDuplicates || (table[entry] as number) <= 0) return false;
  return table === state.workspace.pcLabels || entry >= FIRST_GLOBAL;
}
