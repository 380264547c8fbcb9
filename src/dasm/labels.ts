import {
  addNode,
  contentOf,
  estimateOf,
  headOf,
  NODE,
  setContent,
  setHead,
  setTarget,
  targetOf,
} from "./node.js";
import { type AssemblerState, FIRST_GLOBAL, requireAlive, STAGE } from "./state.js";
import { STATUS } from "./status.js";

/**
 * Adds a reference to a label table entry: bound at once if the label is defined, otherwise linked
 * in front of the entry's pending references (their `target` leads from one to the next).
 */
export function addReference(
  state: AssemblerState,
  table: Int32Array,
  entry: number,
  head: number,
  estimate: number,
): void {
  const current = table[entry] as number;
  if (current > 0) {
    addNode(state, head, estimate, current, 0);
    return;
  }
  table[entry] = -addNode(state, head, estimate, -current, 0);
}

/** Adds a reference to the next definition of a local label, also if the label is defined already. */
export function addForwardReference(
  state: AssemblerState,
  entry: number,
  head: number,
  estimate: number,
): void {
  const current = state.labels[entry] as number;
  state.labels[entry] = -addNode(state, head, estimate, current > 0 ? 0 : -current, 0);
}

/** Defines a label here and binds all pending references to it. Returns its node. */
export function defineLabel(
  state: AssemblerState,
  table: Int32Array,
  entry: number,
  head: number,
  estimate: number,
): number {
  const label = addNode(state, head, estimate, state.section, -1);
  const { nodes } = state;
  let pending = -(table[entry] as number);
  while (pending > 0) {
    const next = targetOf(nodes, pending);
    setTarget(nodes, pending, label);
    pending = next;
  }
  table[entry] = label;
  return label;
}

/** Gives a label just defined an absolute address. */
export function setLabelAddress(state: AssemblerState, label: number, address: number): void {
  setHead(state.nodes, label, NODE.ADDRESS | (headOf(state.nodes, label) & ~0xff));
  setContent(state.nodes, label, address);
}

/**
 * Offset of a pc label: before link inside its section and as estimated, after link from the start of the code.
 * @returns -1 if the label is used but not defined, -2 if it is unused or there is no such label
 * @throws DasmError if no unit was set up
 */
export function getPcLabel(state: AssemblerState, label: number): number {
  requireAlive(state, "getPcLabel");
  if (!Number.isInteger(label) || label < 0 || label >= state.pcLabelCount) return -2;
  const node = state.pcLabels[label] as number;
  if (node < 0) return -1;
  if (node === 0) return -2;
  return state.stage === STAGE.LINKED ? contentOf(state.nodes, node) : estimateOf(state.nodes, node);
}

/**
 * Makes references that are still pending for global labels refer to the globals array: their
 * target becomes minus (index in the array + 1).
 */
export function bindExternalGlobals(state: AssemblerState): void {
  const { labels, labelsUsed, nodes } = state;
  for (let entry = FIRST_GLOBAL; entry < labelsUsed; entry += 1) {
    let pending = -(labels[entry] as number);
    while (pending > 0) {
      const next = targetOf(nodes, pending);
      setTarget(nodes, pending, FIRST_GLOBAL - 1 - entry);
      pending = next;
    }
  }
}

/** Status for the lowest local label that is referred to but not defined, or OK. */
export function findPendingLocal(state: AssemblerState): number {
  const end = Math.min(state.labelsUsed, FIRST_GLOBAL);
  for (let entry = 1; entry < end; entry += 1) {
    if ((state.labels[entry] as number) < 0) return STATUS.UNDEF_L | entry;
  }
  return STATUS.OK;
}

/** Status for the lowest pc label that is referred to but not defined, or OK. */
export function findPendingPcLabel(state: AssemblerState): number {
  for (let label = 0; label < state.pcLabelCount; label += 1) {
    if ((state.pcLabels[label] as number) < 0) return STATUS.UNDEF_PC | label;
  }
  return STATUS.OK;
}
