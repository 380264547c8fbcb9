import type { AssemblerState } from "./state.js";

/**
 * Kinds of nodes. A node stands for a place in a section whose bytes depend on final addresses.
 * Nodes of a section form a list in put order; the nodes of numbers 0..sections-1 are the heads of
 * these lists. A node has five int32 fields:
 *
 * | field | meaning |
 * |---|---|
 * | 0 | kind, and above bit 8 a detail |
 * | 1 | estimate of the place; head: estimated size of the section |
 * | 2 | reference: target (see labels.ts); label: its section; head: estimated start of the section |
 * | 3 | next node of the section, 0 at the end |
 * | 4 | value; label: final offset, -1 until link has come there; head: last node of the section |
 *
 * Switches over kinds in the inner loops name them as `5 satisfies typeof NODE.SHORT`: a literal makes
 * a jump table, a property does not, and the compiler still checks the number.
 */
export const NODE = {
  HEAD: 0,
  /** Local or pc label: leaves no trace in the output. */
  LABEL: 1,
  /** Global label; detail: entry in the label table. */
  GLOBAL: 2,
  /** Label whose address is the content; detail: entry, if it is a global label. */
  ADDRESS: 3,
  /** Relative reference; detail: bytes that a jump loses when it becomes short, 0 for others. */
  RELATIVE: 4,
  /** Jump that link made short. */
  SHORT: 5,
  /** Address of a label. */
  IMMEDIATE: 6,
  /** Relative reference to the address in the content. */
  RELATIVE_ADDRESS: 7,
  /** Padding; detail: alignment - 1. */
  ALIGN: 8,
  /** As many fill bytes as the content says; detail: the byte. */
  SPACE: 9,
  /** Extern symbol; detail: type, and the index above bit 8. */
  EXTERN: 10,
  /** The section goes on at the position of the code bytes that the content says. */
  SEGMENT: 11,
} as const;

/** Number of int32 fields of a node. */
export const NODE_FIELDS = 5;

export const headOf = (nodes: Int32Array, node: number): number => nodes[node] as number;
export const estimateOf = (nodes: Int32Array, node: number): number => nodes[node + 1] as number;
export const targetOf = (nodes: Int32Array, node: number): number => nodes[node + 2] as number;
export const nextOf = (nodes: Int32Array, node: number): number => nodes[node + 3] as number;
export const contentOf = (nodes: Int32Array, node: number): number => nodes[node + 4] as number;

export function setHead(nodes: Int32Array, node: number, head: number): void {
  nodes[node] = head;
}

export function setEstimate(nodes: Int32Array, node: number, estimate: number): void {
  nodes[node + 1] = estimate;
}

export function setTarget(nodes: Int32Array, node: number, target: number): void {
  nodes[node + 2] = target;
}

export function setContent(nodes: Int32Array, node: number, value: number): void {
  nodes[node + 4] = value;
}

/** Makes a node the empty head of a section. */
export function resetHead(nodes: Int32Array, head: number): void {
  nodes[head] = 0 satisfies typeof NODE.HEAD;
  nodes[head + 1] = 0;
  nodes[head + 2] = 0;
  nodes[head + 3] = 0;
  nodes[head + 4] = head;
}

function growNodes(state: AssemblerState): Int32Array {
  const larger = new Int32Array(2 * state.nodes.length);
  larger.set(state.nodes);
  state.nodes = larger;
  return larger;
}

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
  const nodes = node + 5 > state.nodes.length ? growNodes(state) : state.nodes;
  nodes[node] = head;
  nodes[node + 1] = estimate;
  nodes[node + 2] = target;
  nodes[node + 3] = 0;
  nodes[node + 4] = value;
  nodes[state.tail + 3] = node;
  state.tail = node;
  state.nodesEnd = node + 5;
  return node;
}
