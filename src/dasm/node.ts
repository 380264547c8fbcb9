/**
 * Kinds of nodes. A node stands for a place in a section whose bytes depend on final addresses. All
 * nodes are in put order, in one array; a node has four int32 fields:
 *
 * | field | meaning |
 * |---|---|
 * | 0 | kind, and above bit 8 a detail |
 * | 1 | estimate of the place |
 * | 2 | reference: target (see labels.ts); label: its section; segment: next segment of the section, 0 at the end |
 * | 3 | value; label: final offset, -1 until link has come there; segment: position of its first code byte |
 *
 * A section consists of segments: each change of the section begins one, and the nodes behind its
 * SEGMENT node, up to the next one of any section, belong to it. Nodes 0 and 1 are not used, so that
 * every node has a number above 0 and can be told from the end of a chain.
 *
 * Switches over kinds in the inner loops name them as `5 satisfies typeof NODE.SHORT`: a literal makes
 * a jump table, a property does not, and the compiler still checks the number.
 */
export const NODE = {
  /** The section goes on here. */
  SEGMENT: 0,
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
} as const;

/** Number of int32 fields of a node. */
export const NODE_FIELDS = 4;
/** The node that begins the first segment of section 0. */
export const FIRST_NODE = NODE_FIELDS;

export const headOf = (nodes: Int32Array, node: number): number => nodes[node] as number;
export const estimateOf = (nodes: Int32Array, node: number): number => nodes[node + 1] as number;
export const targetOf = (nodes: Int32Array, node: number): number => nodes[node + 2] as number;
export const contentOf = (nodes: Int32Array, node: number): number => nodes[node + 3] as number;

export function setHead(nodes: Int32Array, node: number, head: number): void {
  nodes[node] = head;
}

export function setTarget(nodes: Int32Array, node: number, target: number): void {
  nodes[node + 2] = target;
}

export function setContent(nodes: Int32Array, node: number, value: number): void {
  nodes[node + 3] = value;
}

/** @param head kind, and the detail above bit 8 */
export function setNode(
  nodes: Int32Array,
  node: number,
  head: number,
  estimate: number,
  target: number,
  value: number,
): void {
  nodes[node] = head;
  nodes[node + 1] = estimate;
  nodes[node + 2] = target;
  nodes[node + 3] = value;
}
