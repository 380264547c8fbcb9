import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { ControlFlowGraph, GraphBlock, GraphEdge } from "./graph.js";
import type { Layout, LayoutEdge, LayoutGraph, LayoutNode, Point } from "./graph-layout.js";

/** Metrics of the monospaced font, in pixels. */
const CHARACTER_WIDTH = 7.3;
const LINE_HEIGHT = 15;
const PADDING = 8;

const STYLE =
  "text{font:12px monospace;fill:#222}.edge text{stroke:#fff;stroke-width:4px;paint-order:stroke}rect{fill:#fdfdf8;stroke:#555}.dead rect{stroke-dasharray:4 3}" +
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
const MAX_BLOCKS = 1000;

/** Most layers that all lines together may cross: layout libraries give each line a point on each layer. */
const MAX_CROSSINGS = 20_000;

/** How many layers all lines cross when each block stands below the blocks before it that lead to it. */
function countCrossings({ blocks, edges }: ControlFlowGraph): number {
  const above: number[][] = blocks.map(() => []);
  for (const { from, to } of edges) {
    if (to !== null && to !== from) above[Math.max(from, to)]?.push(Math.min(from, to));
  }
  const layers: number[] = [];
  let crossings = 0;
  for (const blocksAbove of above) {
    const layersAbove = blocksAbove.map((id) => layers[id] ?? 0);
    const layer = Math.max(-1, ...layersAbove) + 1;
    for (const other of layersAbove) crossings += layer - other;
    layers.push(layer);
  }
  return crossings;
}

/** Why a graph is too large for a picture; undefined when it is not. */
function refusePicture(graph: ControlFlowGraph): Diagnostic | undefined {
  const { path, blocks } = graph;
  const [code, severity, hint] = ["graph-size", "error", "write the graph as DOT instead"] as const;
  if (blocks.length > MAX_BLOCKS) {
    const message = `${path} has ${blocks.length} basic blocks; a picture can have ${MAX_BLOCKS}`;
    return { code, severity, message, hint };
  }
  if (countCrossings(graph) <= MAX_CROSSINGS) return undefined;
  const message = `the jumps of ${path} are too many and too long for a picture`;
  return { code, severity, message, hint };
}

export type SvgResult =
  | { readonly ok: true; readonly svg: string }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * The graph as a picture (SVG); `layout` places boxes and lines.
 * @returns the text, or the error graph-size when there are more than 1000 blocks, or so many long
 * jumps that their layout would take minutes
 */
export function renderSvg(graph: ControlFlowGraph, layout: LayoutGraph): SvgResult {
  const refusal = refusePicture(graph);
  return refusal === undefined
    ? { ok: true, svg: drawGraph(graph, layout) }
    : { ok: false, diagnostics: [refusal] };
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
