/** A box to place; sizes in pixels. */
export interface LayoutNode {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

/** A line to draw between two boxes, with room for a label. */
export interface LayoutEdge {
  readonly from: string;
  readonly to: string;
  readonly labelWidth: number;
  readonly labelHeight: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where everything is, in pixels from the top left corner. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Centre of each box, in the order given. */
  readonly centres: readonly Point[];
  /** Course of each edge and centre of its label, in the order given. */
  readonly edges: readonly { readonly points: readonly Point[]; readonly label: Point }[];
}

/** Places boxes and lines; the work of a layout library. */
export type LayoutGraph = (nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]) => Layout;

interface DagreGraph {
  setGraph(options: object): unknown;
  graph(): unknown;
  setNode(id: string, value: object): unknown;
  node(id: string): unknown;
  setEdge(from: string, to: string, value: object, name: string): unknown;
  edge(from: string, to: string, name: string): unknown;
}

/** The part of the package `@dagrejs/dagre` that is used; the caller imports it, when it is needed. */
export interface DagreModule {
  readonly graphlib: { readonly Graph: new (options: { multigraph: boolean }) => DagreGraph };
  layout(graph: DagreGraph): unknown;
}

interface Placed {
  readonly x?: number;
  readonly y?: number;
  readonly width?: number;
  readonly height?: number;
  readonly points?: readonly Point[];
}

function pointOf(value: unknown): Point {
  const { x = 0, y = 0 } = (value ?? {}) as Placed;
  return { x, y };
}

/** Layered layout from top to bottom, by dagre. */
export function createDagreLayout(dagre: DagreModule): LayoutGraph {
  return (nodes, edges) => {
    const graph = new dagre.graphlib.Graph({ multigraph: true });
    graph.setGraph({ rankdir: "TB", nodesep: 40, edgesep: 20, ranksep: 40, marginx: 20, marginy: 20 });
    for (const { id, width, height } of nodes) graph.setNode(id, { width, height });
    edges.forEach(({ from, to, labelWidth, labelHeight }, index) => {
      graph.setEdge(from, to, { width: labelWidth, height: labelHeight, labelpos: "c" }, String(index));
    });
    dagre.layout(graph);
    const { width = 0, height = 0 } = graph.graph() as Placed;
    return {
      width,
      height,
      centres: nodes.map(({ id }) => pointOf(graph.node(id))),
      edges: edges.map(({ from, to }, index) => {
        const placed = graph.edge(from, to, String(index));
        return { points: ((placed ?? {}) as Placed).points ?? [], label: pointOf(placed) };
      }),
    };
  };
}
