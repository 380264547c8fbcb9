import { targetOf } from "./node.js";
import type { AssemblerState } from "./state.js";

/** Node of the first reference to a label that has no definition. References lead from newer to older ones. */
function findFirstReference(nodes: Int32Array, entry: number): number {
  let first = 0;
  for (let node = -entry; node > 0; node = targetOf(nodes, node)) first = node;
  return first;
}

/**
 * Action list offset of the statement that first refers to a label without a definition.
 * @param table `label` for local labels 1..9 and global labels from 10, `pc` for pc labels
 * @returns undefined if the state has no map, and so does not know where statements begin
 */
export function findPendingStatement(
  state: AssemblerState,
  table: "label" | "pc",
  label: number,
): number | undefined {
  const { labels, pcLabels, nodes } = state.workspace;
  const entries = table === "pc" ? pcLabels : labels;
  const reference = findFirstReference(nodes, entries[label] ?? 0);
  let offset: number | undefined;
  // Nodes are numbered in put order.
  for (let at = 0; at < state.statementMarks.length; at += 2) {
    if ((state.statementMarks[at] as number) > reference) break;
    offset = state.statementMarks[at + 1];
  }
  return reference === 0 ? undefined : offset;
}
