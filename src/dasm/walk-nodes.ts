import { contentOf, estimateOf, headOf, NODE, NODE_FIELDS, nextOf } from "./node.js";
import type { AssemblerState } from "./state.js";

/** Asked for each node of a linked unit, in output order, with its final offset. */
export type NodeVisitor = (node: number, kind: number, detail: number, offset: number) => void;

/** How much shorter a node is in the output than estimated. */
function savedBy(nodes: Int32Array, node: number, offset: number): number {
  const detail = headOf(nodes, node) >> 8;
  switch (headOf(nodes, node) & 0xff) {
    case NODE.SHORT:
      return detail;
    case NODE.ALIGN:
      return detail - (-offset & detail);
    default:
      return 0;
  }
}

/**
 * Visits the nodes of a linked unit. The offset of a shortened jump is where its long form would
 * have had the displacement.
 */
export function walkNodes(state: AssemblerState, visit: NodeVisitor): void {
  const { nodes, sectionCount } = state;
  let start = 0;
  for (let section = 0; section < sectionCount * NODE_FIELDS; section += NODE_FIELDS) {
    let adjustment = start;
    for (let node = nextOf(nodes, section); node !== 0; node = nextOf(nodes, node)) {
      const head = headOf(nodes, node);
      const offset = estimateOf(nodes, node) + adjustment;
      visit(node, head & 0xff, head >> 8, offset);
      adjustment -= savedBy(nodes, node, offset);
    }
    start = estimateOf(nodes, section) + adjustment;
  }
}

/** Final offset of a label of a linked unit, or undefined for labels with a given address. */
export function finalOffset(nodes: Int32Array, label: number): number | undefined {
  return (headOf(nodes, label) & 0xff) === NODE.ADDRESS ? undefined : contentOf(nodes, label);
}
