import { usageError } from "./dasm-error.js";
import { contentOf, estimateOf, headOf, NODE, setContent, setHead, setTarget, targetOf } from "./node.js";
import { type AssemblerState, FIRST_GLOBAL, requireAlive, STAGE } from "./state.js";
import { STATUS } from "./status.js";

/** Binds pending references to a label. Their targets lead from one to the next. */
export function bindReferences(nodes: Int32Array, first: number, label: number): void {
  let pending = first;
  while (pending > 0) {
    const next = targetOf(nodes, pending);
    setTarget(nodes, pending, label);
    pending = next;
  }
}

/** Gives a label just defined an absolute address. */
export function setLabelAddress(nodes: Int32Array, label: number, address: number): void {
  setHead(nodes, label, NODE.ADDRESS | (headOf(nodes, label) & ~0xff));
  setContent(nodes, label, address);
}

/**
 * Offset of a pc label: before link inside its section and as estimated, after link from the start of the code.
 * @returns -1 if the label is used but not defined, -2 if it is unused or there is no such label
 * @throws DasmError if no unit was set up
 */
export function getPcLabel(state: AssemblerState, label: number): number {
  requireAlive(state, "getPcLabel");
  if (typeof label !== "number") throw usageError("getPcLabel: the label must be a number");
  if (!Number.isInteger(label) || label < 0 || label >= state.pcLabelCount) return -2;
  const { nodes, pcLabels } = state.workspace;
  const node = pcLabels[label] ?? 0;
  if (node < 0) return -1;
  if (node === 0) return -2;
  return state.stage === STAGE.LINKED ? contentOf(nodes, node) : estimateOf(nodes, node);
}

/**
 * Makes references that are still pending for global labels refer to the globals array: their
 * target becomes minus (index in the array + 1).
 */
export function bindExternalGlobals(state: AssemblerState): void {
  const { labels, labelsUsed, nodes } = state.workspace;
  for (let entry = FIRST_GLOBAL; entry < labelsUsed; entry += 1) {
    bindReferences(nodes, -(labels[entry] as number), FIRST_GLOBAL - 1 - entry);
  }
}

/** Status for the lowest local label that is referred to but not defined, or OK. */
export function findPendingLocal(state: AssemblerState): number {
  const { labels, labelsUsed } = state.workspace;
  const end = Math.min(labelsUsed, FIRST_GLOBAL);
  for (let entry = 1; entry < end; entry += 1) {
    if ((labels[entry] as number) < 0) return STATUS.UNDEF_L | entry;
  }
  return STATUS.OK;
}

/** Status for the lowest pc label that is referred to but not defined, or OK. */
export function findPendingPcLabel(state: AssemblerState): number {
  const { pcLabelCount } = state;
  const { pcLabels } = state.workspace;
  for (let label = 0; label < pcLabelCount; label += 1) {
    if ((pcLabels[label] as number) < 0) return STATUS.UNDEF_PC | label;
  }
  return STATUS.OK;
}

/**
 * Makes all local labels unused, up to the first one that is referred to but not defined.
 * @returns the status for that one, or OK
 */
export function retireLocalLabels(state: AssemblerState): number {
  const { labels, labelsUsed } = state.workspace;
  const end = Math.min(labelsUsed, FIRST_GLOBAL);
  for (let entry = 1; entry < end; entry += 1) {
    if ((labels[entry] as number) < 0) return STATUS.UNDEF_L | entry;
    labels[entry] = 0;
  }
  return STATUS.OK;
}
