import { describe, expect, test } from "vitest";
import { type ControlFlowGraph, findPrototype, graphPrototype } from "../../src/luabyteasm/graph.js";
import { renderDot } from "../../src/luabyteasm/graph-dot.js";
import { createDagreLayout, type DagreModule, type LayoutGraph } from "../../src/luabyteasm/graph-layout.js";
import { renderSvg } from "../../src/luabyteasm/graph-svg.js";
import { chunkOfCode } from "./chunk-text.js";

function graphOf(code: string, rest = ""): ControlFlowGraph {
  const result = graphPrototype(chunkOfCode(code, rest), "main");
  if (!result.ok) throw new Error(result.diagnostics[0]?.message);
  return result.graph;
}

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
      expect(findPrototype(chunk, path)).toBeUndefined();
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
    const result = renderSvg(graphOf("JMP 0\n".repeat(2001)), stack);
    expect(result.ok ? [] : result.diagnostics).toMatchObject([{ code: "graph-size" }]);
  });
});

describe("createDagreLayout", () => {
  test("hands sizes to dagre and takes places back", () => {
    const calls: unknown[] = [];
    class Graph {
      setGraph(options: object): void {
        calls.push(options);
      }
      graph(): object {
        return { width: 10, height: 20 };
      }
      setNode(id: string, value: object): void {
        calls.push([id, value]);
      }
      node(id: string): object | undefined {
        return id === "lost" ? undefined : { x: 1, y: 2 };
      }
      setEdge(from: string, to: string, value: object, name: string): void {
        calls.push([from, to, value, name]);
      }
      edge(from: string): object | undefined {
        return from === "lost" ? undefined : { x: 3, y: 4, points: [{ x: 0, y: 0 }] };
      }
    }
    const dagre: DagreModule = { graphlib: { Graph }, layout: () => calls.push("layout") };
    const placed = createDagreLayout(dagre)(
      [
        { id: "a", width: 5, height: 6 },
        { id: "lost", width: 1, height: 1 },
      ],
      [
        { from: "a", to: "a", labelWidth: 7, labelHeight: 8 },
        { from: "lost", to: "a", labelWidth: 0, labelHeight: 0 },
      ],
    );
    expect(placed).toEqual({
      width: 10,
      height: 20,
      centres: [
        { x: 1, y: 2 },
        { x: 0, y: 0 },
      ],
      edges: [
        { points: [{ x: 0, y: 0 }], label: { x: 3, y: 4 } },
        { points: [], label: { x: 0, y: 0 } },
      ],
    });
    expect(calls).toContainEqual(["a", "a", { width: 7, height: 8, labelpos: "c" }, "0"]);
    expect(calls.at(-1)).toBe("layout");
  });
});
