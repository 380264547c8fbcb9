import * as dagre from "@dagrejs/dagre";
import { describe, expect, test } from "vitest";
import { sourceOfChunk } from "../../src/luabyteasm/function-source.js";
import { type ControlFlowGraph, findFunction, graphPrototype } from "../../src/luabyteasm/graph.js";
import { renderDot } from "../../src/luabyteasm/graph-dot.js";
import { createDagreLayout, type LayoutGraph } from "../../src/luabyteasm/graph-layout.js";
import { renderSvg } from "../../src/luabyteasm/graph-svg.js";
import { chunkOfCode } from "./chunk-text.js";

function graphOf(code: string, rest = ""): ControlFlowGraph {
  const result = graphPrototype(chunkOfCode(code, rest), "main");
  if (!result.ok) throw new Error(result.diagnostics[0]?.message);
  return result.graph;
}

test("long constants and names are cut in boxes", () => {
  const linesOf = (length: number) => {
    const text = "x".repeat(length);
    const rest = `.const\nK0 = "${text}"\n.upvalue\nU0 = L1 R0 "${text}"`;
    return graphOf("GETTABUP R0 U0 K0\nRETURN R0 1", rest).blocks[0]?.lines[0];
  };
  const x = (length: number) => "x".repeat(length);
  expect(linesOf(38)).toBe(`0 GETTABUP R0 U0 K0 ; ${x(38)} "${x(38)}"`);
  expect(linesOf(39)).toBe(`0 GETTABUP R0 U0 K0 ; ${x(39)} "${x(36)}...`);
  expect(linesOf(1_000_000)).toBe(`0 GETTABUP R0 U0 K0 ; ${x(37)}... "${x(36)}...`);
});

function edgesOf({ edges }: ControlFlowGraph): string[] {
  return edges.map(({ from, to, target, label }) => `${from}-${label}>${to ?? `pc ${target}`}`);
}

/** Puts everything below each other. */
const stack: LayoutGraph = (nodes, edges) => ({
  width: 200,
  height: 100 * nodes.length,
  centres: nodes.map((_, index) => ({ x: 100, y: 100 * index })),
  edges: edges.map(() => ({
    points: [
      { x: 1, y: 2 },
      { x: 3, y: 4 },
    ],
    label: { x: 5, y: 6 },
  })),
});

describe("graphPrototype", () => {
  test("a test and its jump end one block", () => {
    const graph = graphOf("LOADNIL R0 0\nTEST R0 0\nJMP 1\nLOADK R0 K0\nRETURN R0 2");
    expect(graph.blocks.map(({ start, end }) => [start, end])).toEqual([
      [0, 3],
      [3, 4],
      [4, 5],
    ]);
    expect(edgesOf(graph)).toEqual(["0-false>2", "0-true>1", "1->2"]);
  });

  test("a jump that is itself a target is a block of its own", () => {
    const graph = graphOf("JMP 1\nEQ 1 R0 R1\nJMP 1\nLOADNIL R0 0\nRETURN R0 1");
    expect(graph.blocks.map(({ start }) => start)).toEqual([0, 1, 2, 3, 4]);
    expect(edgesOf(graph)).toEqual(["0->2", "1-true>4", "1-false>3", "2->4", "3->4"]);
    expect(graph.blocks.map(({ reachable }) => reachable)).toEqual([true, false, true, false, true]);
  });

  test("loops, skips and ends", () => {
    const loops = graphOf(
      "FORPREP R0 1\nMOVE R5 R3\nMOVE R5 R3\nFORLOOP R0 -3\nTFORCALL R0 1\nTFORLOOP R2 -2\nRETURN R0 1",
    );
    expect(edgesOf(loops)).toEqual(["0->2", "1->2", "2-loop>1", "2-done>3", "3-loop>3", "3-done>4"]);
    expect(edgesOf(graphOf("LOADBOOL R0 0 1\nLOADBOOL R0 1 0\nRETURN R0 2"))).toEqual(["0-skip>2", "1->2"]);
  });

  test("code that is wrong has a graph too", () => {
    expect(edgesOf(graphOf("JMP 50\nRETURN R0 1"))).toEqual(["0->pc 51"]);
    expect(edgesOf(graphOf("MOVE R0 R0"))).toEqual(["0->pc 1"]);
    expect(edgesOf(graphOf("TEST R0 1"))).toEqual(["0-true>pc 1", "0-false>pc 2"]);
    expect(edgesOf(graphOf("TEST R0 1\nMOVE R0 R0\nRETURN R0 1"))).toEqual(["0-true>1", "0-false>2", "1->2"]);
    expect(edgesOf(graphOf(".word 0x3f\nRETURN R0 1"))).toEqual([]);
    expect(graphOf("").blocks).toHaveLength(0);
    expect(renderDot(graphOf("JMP 50"))).toContain('"pc 51" [label="pc 51, outside the code" color=red];');
  });

  test("functions are found by path", () => {
    const nested = ".fn\n.instruction\nRETURN R0 1\n.fn\n.instruction\nRETURN R1 1\n.endfn\n.endfn";
    const chunk = chunkOfCode("RETURN R0 1", nested);
    const inner = graphPrototype(chunk, "main/0/0");
    expect(inner.ok && inner.graph.blocks[0]?.lines).toEqual(["0 RETURN R1 1"]);
    for (const path of ["main/1", "main/x", "main/", "0", "", "main/0/0/0"]) {
      expect(findFunction(sourceOfChunk(chunk), path)).toBeUndefined();
      const result = graphPrototype(chunk, path);
      expect(result.ok ? [] : result.diagnostics).toMatchObject([{ code: "no-function" }]);
    }
  });
});

const SAMPLE =
  "LOADK R0 K0\nGETTABUP R1 U0 K0\nTEST R0 0\nJMP 1\nJMP 70\nLOADKX R0\nEXTRAARG 0\n.word 0x7f\nRETURN R0 1";
const SAMPLE_REST = '.const\nK0 = e"a<b>&\\"\\\\\\n"\n.upvalue\nU0 = L1 R0 "_ENV"';

describe("renderDot", () => {
  test("quotes labels", () => {
    const dot = renderDot(graphOf(SAMPLE, SAMPLE_REST));
    expect(dot.startsWith('digraph "main" {\n')).toBe(true);
    expect(dot.endsWith("}\n")).toBe(true);
    expect(dot).toContain('0 LOADK R0 K0 ; \\"a<b>&\\\\\\"\\\\\\\\\\\\n\\"\\l');
    expect(dot).toContain('b0 -> b1 [label="true"];');
    expect(dot).not.toContain("style=dashed");
    expect(renderDot(graphOf("JMP 1\nJMP -1\nRETURN R0 1"))).toContain(
      'b1 [label="1 JMP 0 -> 1\\l" style=dashed];',
    );
  });
});

describe("renderSvg", () => {
  test("draws boxes, lines and labels, escaped", () => {
    const result = renderSvg(graphOf(SAMPLE, SAMPLE_REST), stack);
    if (!result.ok) throw new Error("no picture");
    const { svg } = result;
    expect(svg).toContain('<svg xmlns="http://www.w3.org/2000/svg" width="200" height="400"');
    expect(svg).toContain("0 LOADK R0 K0 ; &quot;a&lt;b&gt;&amp;\\&quot;\\\\\\n&quot;");
    expect(svg).toContain("5 LOADKX R0 ; &quot;a&lt;");
    expect(svg).toContain("7 .word 0x0000007f");
    expect(svg).toContain("pc 75, outside the code");
    expect(svg).toContain('<g class="edge true"><path d="M1 2 L3 4" marker-end="url(#arrow)"/>');
    expect(svg.match(/<g/g)?.length).toBe(svg.match(/<\/g>/g)?.length);
  });

  test("refuses what a layout library cannot take", () => {
    const refusals = [
      graphOf(`${"JMP 0\n".repeat(1000)}RETURN R0 1`),
      // Every test leads to the end: each line crosses all layers below it.
      graphOf(`${"TEST R0 1\nJMP End\n".repeat(250)}End:\nRETURN R0 1`),
    ].map((graph) => renderSvg(graph, stack));
    for (const result of refusals) {
      expect(result.ok ? [] : result.diagnostics).toMatchObject([{ code: "graph-size" }]);
    }
    expect(renderSvg(graphOf(`${"JMP 0\n".repeat(999)}RETURN R0 1`), stack).ok).toBe(true);
    expect(renderSvg(graphOf(`${"TEST R0 1\nJMP End\n".repeat(150)}End:\nRETURN R0 1`), stack).ok).toBe(true);
  });
});

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function draw(graph: ControlFlowGraph): string {
  const result = renderSvg(graph, createDagreLayout(dagre));
  if (!result.ok) throw new Error(result.diagnostics[0]?.message);
  return result.svg;
}

function numbers(match: RegExpMatchArray): Rectangle {
  const [x = 0, y = 0, width = 0, height = 0] = match.slice(1).map(Number);
  return { x, y, width, height };
}

function rectanglesOf(svg: string): Rectangle[] {
  const pattern = /<rect x="([-\d.]+)" y="([-\d.]+)" width="([-\d.]+)" height="([-\d.]+)"/g;
  return [...svg.matchAll(pattern)].map(numbers);
}

function overlap(one: Rectangle, other: Rectangle): boolean {
  const beside = one.x + one.width <= other.x || other.x + other.width <= one.x;
  return !beside && one.y + one.height > other.y && other.y + other.height > one.y;
}

describe("renderSvg with dagre", () => {
  const loops =
    "FORPREP R0 1\nMOVE R5 R3\nMOVE R5 R3\nFORLOOP R0 -3\nTFORCALL R0 1\nTFORLOOP R2 -2\nTEST R0 1\nJMP 1\nLOADNIL R0 0\nRETURN R0 1";

  test("boxes lie within the picture and apart from each other, in the order of execution", () => {
    const graph = graphOf(loops);
    const svg = draw(graph);
    const size = /^<svg [^>]*width="(\d+)" height="(\d+)" viewBox="0 0 \1 \2">/.exec(svg) ?? [];
    const [width, height] = [Number(size[1]), Number(size[2])];
    const boxes = rectanglesOf(svg);
    expect(boxes).toHaveLength(graph.blocks.length);
    for (const [index, box] of boxes.entries()) {
      expect(box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height).toBe(
        true,
      );
      expect(boxes.slice(index + 1).some((other) => overlap(box, other))).toBe(false);
    }
    expect((boxes[0]?.y ?? 0) < (boxes.at(-1)?.y ?? 0)).toBe(true);
  });

  test("every line starts at the border of its block and ends at that of the one it leads to", () => {
    const graph = graphOf(loops);
    const svg = draw(graph);
    const boxes = rectanglesOf(svg);
    const courses = [...svg.matchAll(/<path d="(M[^"]*)" marker-end/g)].map(([, course = ""]) =>
      [...course.matchAll(/[ML]([-\d.]+) ([-\d.]+)/g)].map(numbers),
    );
    const touches = (point: Rectangle | undefined, box: Rectangle | undefined): boolean =>
      point !== undefined &&
      box !== undefined &&
      Math.abs(
        Math.max(box.x - point.x, point.x - box.x - box.width, box.y - point.y, point.y - box.y - box.height),
      ) < 1;
    expect(courses).toHaveLength(graph.edges.length);
    for (const [index, { from, to }] of graph.edges.entries()) {
      expect(touches(courses[index]?.[0], boxes[from])).toBe(true);
      expect(touches(courses[index]?.at(-1), boxes[to ?? -1])).toBe(true);
    }
  });

  test("targets outside the code, dead code, and no code at all", () => {
    const wild = draw(graphOf("JMP 50\nJMP -1"));
    expect(wild).toContain("pc 51, outside the code");
    expect(wild).toContain('<g class="block dead">');
    expect(draw(graphOf(""))).toContain('width="40" height="40"');
    for (const svg of [wild, draw(graphOf(""))]) expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  test("the longest chain of blocks that is drawn does not overflow the stack", () => {
    const svg = draw(graphOf(`${"JMP 0\n".repeat(999)}RETURN R0 1`));
    expect(rectanglesOf(svg)).toHaveLength(1000);
  });
});

describe("createDagreLayout", () => {
  const place = createDagreLayout(dagre);
  const [a, b] = [
    { id: "a", width: 60, height: 40 },
    { id: "b", width: 100, height: 20 },
  ] as const;

  test("a box with a line to itself gets room for it and its label", () => {
    const { width, centres, edges } = place([a], [{ from: "a", to: "a", labelWidth: 30, labelHeight: 15 }]);
    const { x = 0, y = 0 } = centres[0] ?? {};
    const [loop] = edges;
    expect(loop?.points).toEqual([
      { x: x + 30, y: y + 10 },
      { x: x + 56, y: y + 10 },
      { x: x + 56, y: y - 10 },
      { x: x + 30, y: y - 10 },
    ]);
    expect(loop?.label).toEqual({ x: x + 56, y });
    expect(width).toBeGreaterThanOrEqual(x + 56 + 15);
  });

  test("two lines between the same boxes have courses and labels of their own", () => {
    const { centres, edges } = place(
      [a, b],
      [
        { from: "a", to: "b", labelWidth: 30, labelHeight: 15 },
        { from: "a", to: "b", labelWidth: 40, labelHeight: 15 },
      ],
    );
    const [one, other] = edges;
    expect(Math.abs((one?.label.x ?? 0) - (other?.label.x ?? 0))).toBeGreaterThanOrEqual(35);
    expect((centres[1]?.y ?? 0) - (centres[0]?.y ?? 0)).toBeGreaterThanOrEqual(30 + 15);
  });

  test("a line between boxes that are not there is empty", () => {
    const lost = { from: "a", to: "lost", labelWidth: 0, labelHeight: 0 };
    expect(place([a], [lost]).edges).toEqual([{ points: [], label: { x: 0, y: 0 } }]);
  });
});
