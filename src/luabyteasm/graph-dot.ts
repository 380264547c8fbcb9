import type { ControlFlowGraph } from "./graph.js";

function quote(text: string): string {
  return text.replace(/["\\]/g, "\\$&");
}

/** The graph in the DOT language of Graphviz. */
export function renderDot(graph: ControlFlowGraph): string {
  const lines = [`digraph "${quote(graph.path)}" {`, "  node [shape=box fontname=monospace fontsize=10];"];
  lines.push("  edge [fontname=monospace fontsize=10];");
  for (const { id, lines: text, reachable } of graph.blocks) {
    const label = text.map((line) => `${quote(line)}\\l`).join("");
    lines.push(`  b${id} [label="${label}"${reachable ? "" : " style=dashed"}];`);
  }
  const outside = new Set<number>();
  for (const { from, to, target, label } of graph.edges) {
    if (to === null) outside.add(target);
    const end = to === null ? `"pc ${target}"` : `b${to}`;
    lines.push(`  b${from} -> ${end}${label === "" ? "" : ` [label="${label}"]`};`);
  }
  for (const target of outside)
    lines.push(`  "pc ${target}" [label="pc ${target}, outside the code" color=red];`);
  lines.push("}");
  return `${lines.join("\n")}\n`;
}
