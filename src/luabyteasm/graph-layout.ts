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

/** Space around the drawing, and how far a line from a box to itself reaches out of it; in pixels. */
const MARGIN = 20;
const LOOP_REACH = 26;

type Box = LayoutNode & Point;
type Course = Layout["edges"][number];

/** Where the line from the centre of a box to a point crosses its border. */
function crossBorder({ x, y, width, height }: Box, towards: Point): Point {
  const [dx, dy] = [towards.x - x, towards.y - y];
  const scale = Math.max((2 * Math.abs(dx)) / width, (2 * Math.abs(dy)) / height);
  return scale > 0 ? { x: x + dx / scale, y: y + dy / scale } : { x, y: y + height / 2 };
}

/** A line with its ends on the borders of the boxes it joins. */
function trimCourse({ points, label }: Course, from: Box, to: Box): Course {
  const inner = points.slice(1, -1);
  const [first = to, last = from] = [inner[0], inner.at(-1)];
  return { points: [crossBorder(from, first), ...inner, crossBorder(to, last)], label };
}

/** A line from the right side of a box back to it. */
function drawLoop({ x, y, width, height }: Box): Course {
  const border = x + width / 2;
  const outside = border + LOOP_REACH;
  const [bottom, top] = [y + height / 4, y - height / 4];
  const points = [
    { x: border, y: bottom },
    { x: outside, y: bottom },
    { x: outside, y: top },
    { x: border, y: top },
  ];
  return { points, label: { x: outside, y } };
}

/** Width on either side of each box that has a line to itself, by id. */
function measureLoops(edges: readonly LayoutEdge[]): ReadonlyMap<string, number> {
  const loops = edges.filter(({ from, to }) => from === to);
  return new Map(loops.map(({ from, labelWidth }) => [from, LOOP_REACH + labelWidth / 2]));
}

function createGraph(
  dagre: DagreModule,
  nodes: readonly LayoutNode[],
  edges: readonly LayoutEdge[],
): DagreGraph {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 40, edgesep: 20, ranksep: 40, marginx: MARGIN, marginy: MARGIN });
  const room = measureLoops(edges);
  for (const { id, width, height } of nodes) {
    graph.setNode(id, { width: width + 2 * (room.get(id) ?? 0), height });
  }
  edges.forEach(({ from, to, labelWidth, labelHeight }, index) => {
    if (from === to) return;
    graph.setEdge(from, to, { width: labelWidth, height: labelHeight, labelpos: "c" }, String(index));
  });
  return graph;
}

/**
 * Layered layout from top to bottom, by dagre. Lines from a box to itself are not given to dagre, whose
 * courses for them end beside the box: the box gets the room that they need.
 */
export function createDagreLayout(dagre: DagreModule): LayoutGraph {
  return (nodes, edges) => {
    // The size of a graph without boxes is minus infinity to dagre.
    if (nodes.length === 0) return { width: 2 * MARGIN, height: 2 * MARGIN, centres: [], edges: [] };
    const graph = createGraph(dagre, nodes, edges);
    dagre.layout(graph);
    const boxes = new Map(nodes.map((node) => [node.id, { ...node, ...pointOf(graph.node(node.id)) }]));
    const courseOf = ({ from, to }: LayoutEdge, index: number): Course => {
      const [start, end] = [boxes.get(from), boxes.get(to)];
      if (start === undefined || end === undefined) return { points: [], label: { x: 0, y: 0 } };
      if (from === to) return drawLoop(start);
      const placed = graph.edge(from, to, String(index));
      const { points = [] } = (placed ?? {}) as Placed;
      return trimCourse({ points, label: pointOf(placed) }, start, end);
    };
    const { width = 0, height = 0 } = graph.graph() as Placed;
    const centres = [...boxes.values()].map(({ x, y }) => ({ x, y }));
    return { width, height, centres, edges: edges.map(courseOf) };
  };
}
