import type { AssemblerState } from "./state.js";

/**
 * Kinds of nodes. A node stands for a place in a section whose bytes depend on final addresses.
 * Nodes of a section form a list in put order; nodes 0..sections-1 are the heads of these lists.
 */
export const NODE = {
  HEAD: 0,
  /** Label that leaves no trace in the output. Fields: section, final offset. */
  LABEL: 1,
  /** Global label; the entry is in the detail. */
  GLOBAL: 2,
  /** Label with a given address (in `value`); detail: entry, if it is a global label. */
  ADDRESS: 3,
  /** Relative reference; detail: bytes to lose when short. `target` is a label's node. */
  RELATIVE: 4,
  /** Jump that link made short. */
  SHORT: 5,
  /** Address of a label. */
  IMMEDIATE: 6,
  /** Relative reference to the address in `value`. */
  RELATIVE_ADDRESS: 7,
  /** Padding; detail: alignment - 1. */
  ALIGN: 8,
  /** `value` fill bytes; detail: the byte. */
  SPACE: 9,
  /** Extern symbol; detail: index and type. */
  EXTERN: 10,
  /** The section goes on at position `value` of the code bytes. */
  SEGMENT: 11,
} as const;

/** Number of int32 fields of a node: kind and detail, estimate, target, next node, value. */
export const NODE_FIELDS = 5;
export const NODE_ESTIMATE = 1;
/** Target of a reference (see labels.ts), or section of a label. */
export const NODE_TARGET = 2;
export const NODE_NEXT = 3;
/** Final offset of a label, -1 until link has come there; other meanings see {@link NODE}. */
export const NODE_VALUE = 4;

/**
 * Appends a node to the current section.
 * @param head kind, and the detail above bit 8
 * @returns index of the node
 */
export function addNode(
  state: AssemblerState,
  head: number,
  estimate: number,
  target: number,
  value: number,
): number {
  const node = state.nodesEnd;
  let nodes = state.nodes;
  if (node + NODE_FIELDS > nodes.length) {
    nodes = new Int32Array(2 * nodes.length);
    nodes.set(state.nodes);
    state.nodes = nodes;
  }
  nodes[node] = head;
  nodes[node + NODE_ESTIMATE] = estimate;
  nodes[node + NODE_TARGET] = target;
  nodes[node + NODE_NEXT] = 0;
  nodes[node + NODE_VALUE] = value;
  nodes[state.tail + NODE_NEXT] = node;
  state.tail = node;
  state.nodesEnd = node + NODE_FIELDS;
  return node;
}
