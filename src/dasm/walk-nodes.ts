import { contentOf, estimateOf, headOf, NODE, NODE_FIELDS, targetOf } from "./node.js";
import { firstSegmentOf, sizeOf } from "./section.js";
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
  const { nodes, sections } = state.workspace;
  let adjustment = 0;
  for (let section = 0; section < state.sectionCount; section += 1) {
    let segment = firstSegmentOf(sections, section);
    for (; segment !== 0; segment = targetOf(nodes, segment)) {
      adjustment = walkSegment(nodes, segment, adjustment, visit);
    }
    adjustment += sizeOf(sections, section);
  }
}

/** @returns what to add to an estimate behind the segment to get a final offset */
function walkSegment(nodes: Int32Array, segment: number, before: number, visit: NodeVisitor): number {
  let adjustment = before;
  for (let node = segment + NODE_FIELDS; ; node += NODE_FIELDS) {
    const head = headOf(nodes, node);
    if ((head & 0xff) === NODE.SEGMENT) return adjustment;
    const offset = estimateOf(nodes, node) + adjustment;
    visit(node, head & 0xff, head >> 8, offset);
    adjustment -= savedBy(nodes, node, offset);
  }
}

/** Final offset of a label of a linked unit, or undefined for labels with a given address. */
export function finalOffset(nodes: Int32Array, label: number): number | undefined {
  return (headOf(nodes, label) & 0xff) === NODE.ADDRESS ? undefined : contentOf(nodes, label);
}
