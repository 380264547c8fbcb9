import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { ControlFlowGraph, GraphBlock, GraphEdge } from "./graph.js";
import type { Layout, LayoutEdge, LayoutGraph, LayoutNode, Point } from "./graph-layout.js";

/** Metrics of the monospaced font, in pixels. */
const CHARACTER_WIDTH = 7.3;
const LINE_HEIGHT = 15;
const PADDING = 8;

const STYLE =
  "text{font:12px monospace;fill:#222}rect{fill:#fdfdf8;stroke:#555}.dead rect{stroke-dasharray:4 3}" +
  ".outside rect{stroke:#c00}path{fill:none;stroke:#555}.true path{stroke:#070}.false path{stroke:#b00}" +
  ".loop path{stroke:#00b}";

function escapeXml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

function boxOf(id: string, lines: readonly string[]): LayoutNode {
  const columns = Math.max(1, ...lines.map((line) => line.length));
  return {
    id,
    width: Math.ceil(columns * CHARACTER_WIDTH) + 2 * PADDING,
    height: lines.length * LINE_HEIGHT + 2 * PADDING,
  };
}

/** A box of the drawing: a block, or a target outside the code. */
interface Box {
  readonly node: LayoutNode;
  readonly lines: readonly string[];
  readonly style: string;
}

function blockBox({ id, lines, reachable }: GraphBlock): Box {
  return { node: boxOf(`b${id}`, lines), lines, style: reachable ? "block" : "block dead" };
}

function outsideBox(target: number): Box {
  const lines = [`pc ${target}, outside the code`];
  return { node: boxOf(`o${target}`, lines), lines, style: "outside" };
}

function layoutEdge({ from, to, target, label }: GraphEdge): LayoutEdge {
  return {
    from: `b${from}`,
    to: to === null ? `o${target}` : `b${to}`,
    labelWidth: label.length * CHARACTER_WIDTH,
    labelHeight: label === "" ? 0 : LINE_HEIGHT,
  };
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function drawBox({ node, lines, style }: Box, centre: Point): string[] {
  const left = centre.x - node.width / 2;
  const top = centre.y - node.height / 2;
  const size = `width="${node.width}" height="${node.height}"`;
  const drawn = [`<g class="${style}"><rect x="${round(left)}" y="${round(top)}" ${size} rx="3"/>`];
  lines.forEach((line, index) => {
    const y = round(top + PADDING + (index + 0.8) * LINE_HEIGHT);
    drawn.push(`<text x="${round(left + PADDING)}" y="${y}" xml:space="preserve">${escapeXml(line)}</text>`);
  });
  drawn.push("</g>");
  return drawn;
}

function drawEdge(label: string, { points, label: place }: Layout["edges"][number]): string {
  const course = points
    .map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${round(x)} ${round(y)}`)
    .join(" ");
  const path = `<path d="${course}" marker-end="url(#arrow)"/>`;
  if (label === "") return `<g class="edge">${path}</g>`;
  const text = `<text x="${round(place.x)}" y="${round(place.y + 4)}" text-anchor="middle">${label}</text>`;
  return `<g class="edge ${label}">${path}${text}</g>`;
}

/** Most blocks to draw: layout libraries recurse from block to block. */
const MAX_BLOCKS = 2000;

export type SvgResult =
  | { readonly ok: true; readonly svg: string }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * The graph as a picture (SVG); `layout` places boxes and lines.
 * @returns the text, or the error graph-size when there are more than 2000 blocks
 */
export function renderSvg(graph: ControlFlowGraph, layout: LayoutGraph): SvgResult {
  const count = graph.blocks.length;
  if (count <= MAX_BLOCKS) return { ok: true, svg: drawGraph(graph, layout) };
  const message = `${graph.path} has ${count} basic blocks; a picture can have ${MAX_BLOCKS}`;
  const hint = "write the graph as DOT instead";
  return { ok: false, diagnostics: [{ code: "graph-size", severity: "error", message, hint }] };
}

function drawGraph(graph: ControlFlowGraph, layout: LayoutGraph): string {
  const targets = new Set(graph.edges.filter(({ to }) => to === null).map(({ target }) => target));
  const boxes = [...graph.blocks.map(blockBox), ...[...targets].map(outsideBox)];
  const placed = layout(
    boxes.map(({ node }) => node),
    graph.edges.map(layoutEdge),
  );
  const [width, height] = [Math.ceil(placed.width), Math.ceil(placed.height)];
  const origin: Point = { x: 0, y: 0 };
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escapeXml(graph.path)}</title>`,
    `<style>${STYLE}</style>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">' +
      '<path d="M0 0L8 4L0 8z" style="fill:#555;stroke:none"/></marker></defs>',
    ...graph.edges.map(({ label }, index) =>
      drawEdge(label, placed.edges[index] ?? { points: [], label: origin }),
    ),
    ...boxes.flatMap((box, index) => drawBox(box, placed.centres[index] ?? origin)),
    "</svg>",
  ];
  return `${lines.join("\n")}\n`;
}
