import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Chunk, FunctionParts } from "./chunk.js";
import { type ChunkSource, type FunctionSource, sourceOfChunk } from "./function-source.js";
import { fieldA, fieldC, fieldSBx, opcodeOf } from "./instruction.js";
import { instructionText } from "./instruction-text.js";
import { OP } from "./opcodes.js";

/** Instructions that are always executed one after the other. */
export interface GraphBlock {
  /** Position in the list of blocks. */
  readonly id: number;
  /** First pc and pc after the last. */
  readonly start: number;
  readonly end: number;
  /** The instructions as text. */
  readonly lines: readonly string[];
  /** False when no path from the first instruction leads here. */
  readonly reachable: boolean;
}

/** A way from the end of one block to another. */
export interface GraphEdge {
  readonly from: number;
  /** Block reached; null when the target is outside the code. */
  readonly to: number | null;
  /** Pc reached, in the code or not. */
  readonly target: number;
  /** `true` and `false` behind a test, `loop` and `done` behind a loop, `skip` behind LOADBOOL, otherwise empty. */
  readonly label: "" | "true" | "false" | "loop" | "done" | "skip";
}

/** Control flow graph of one function. */
export interface ControlFlowGraph {
  readonly path: string;
  readonly blocks: readonly GraphBlock[];
  readonly edges: readonly GraphEdge[];
}

export type GraphResult =
  | { readonly ok: true; readonly graph: ControlFlowGraph }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Where an instruction can lead when not simply to the next one. */
interface Exit {
  readonly target: number;
  readonly label: GraphEdge["label"];
}

function truth(flag: number): "true" | "false" {
  return flag === 0 ? "false" : "true";
}

/** True for the instructions that skip the next word or execute it as a jump. */
function isTest(opcode: number): boolean {
  return (
    opcode === OP.EQ || opcode === OP.LT || opcode === OP.LE || opcode === OP.TEST || opcode === OP.TESTSET
  );
}

/** The outcome of a test for which it executes the next word, a jump. */
function jumpOutcome(word: number): "true" | "false" {
  const opcode = opcodeOf(word);
  return truth(opcode === OP.TEST || opcode === OP.TESTSET ? fieldC(word) : fieldA(word));
}

/** Exits of the instruction at `pc`, or undefined when execution just goes on. */
function exitsOf(code: Uint32Array, pc: number): readonly Exit[] | undefined {
  const word = code[pc] ?? 0;
  const opcode = opcodeOf(word);
  switch (opcode) {
    case OP.RETURN:
      return [];
    case OP.JMP:
    case OP.FORPREP:
      return [{ target: pc + 1 + fieldSBx(word), label: "" }];
    case OP.FORLOOP:
    case OP.TFORLOOP:
      return [
        { target: pc + 1 + fieldSBx(word), label: "loop" },
        { target: pc + 1, label: "done" },
      ];
    case OP.LOADBOOL:
      return fieldC(word) === 0 ? undefined : [{ target: pc + 2, label: "skip" }];
    default:
      return isTest(opcode) ? testExits(code, pc, jumpOutcome(word)) : undefined;
  }
}

/** A test goes to the target of the JMP behind it or past that JMP. */
function testExits(code: Uint32Array, pc: number, outcome: "true" | "false"): readonly Exit[] {
  const next = code[pc + 1] ?? 0;
  const isJump = opcodeOf(next) === OP.JMP;
  return [
    { target: isJump ? pc + 2 + fieldSBx(next) : pc + 1, label: outcome },
    { target: pc + 2, label: outcome === "true" ? "false" : "true" },
  ];
}

/** True when the word at `pc` is a JMP that only the test before it executes. */
function belongsToTest(code: Uint32Array, pc: number): boolean {
  const before = code[pc - 1];
  return before !== undefined && isTest(opcodeOf(before)) && opcodeOf(code[pc] ?? 0) === OP.JMP;
}

/** Marks the first instruction of every block. */
function markLeaders(code: Uint32Array): Uint8Array {
  const leaders = new Uint8Array(code.length + 1);
  leaders[0] = 1;
  for (let pc = 0; pc < code.length; pc++) {
    const exits = exitsOf(code, pc);
    if (exits === undefined) continue;
    for (const { target } of exits) if (target >= 0 && target < code.length) leaders[target] = 1;
    if (!isTest(opcodeOf(code[pc] ?? 0)) || !belongsToTest(code, pc + 1)) leaders[pc + 1] = 1;
  }
  return leaders;
}

/** Pc of the instruction that decides where a block leads: the test when its JMP ends the block. */
function decidingPc(code: Uint32Array, start: number, end: number): number {
  return end - 2 >= start && belongsToTest(code, end - 1) ? end - 2 : end - 1;
}

function listEdges(code: Uint32Array, starts: readonly number[]): GraphEdge[] {
  const blockAt = new Map(starts.map((start, id) => [start, id]));
  return starts.flatMap((start, from) => {
    const end = starts[from + 1] ?? code.length;
    const exits = exitsOf(code, decidingPc(code, start, end)) ?? [{ target: end, label: "" as const }];
    return exits.map(({ target, label }) => ({ from, to: blockAt.get(target) ?? null, target, label }));
  });
}

function markReachable(count: number, edges: readonly GraphEdge[]): Uint8Array {
  const reachable = new Uint8Array(count);
  const next: number[][] = Array.from({ length: count }, () => []);
  for (const { from, to } of edges) if (to !== null) next[from]?.push(to);
  const waiting = [0];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (reachable[id] === 1) continue;
    reachable[id] = 1;
    waiting.push(...(next[id] ?? []));
  }
  return reachable;
}

function buildGraph(prototype: FunctionParts, path: string): ControlFlowGraph {
  const { code } = prototype;
  const leaders = markLeaders(code);
  const starts = [...code.keys()].filter((pc) => leaders[pc] === 1);
  const edges = listEdges(code, starts);
  const reachable = markReachable(starts.length, edges);
  const blocks = starts.map((start, id): GraphBlock => {
    const end = starts[id + 1] ?? code.length;
    const lines: string[] = [];
    for (let pc = start; pc < end; pc++) lines.push(`${pc} ${instructionText(prototype, pc)}`);
    return { id, start, end, lines, reachable: reachable[id] === 1 };
  });
  return { path, blocks, edges };
}

/** The function with this path (`main`, `main/0/2`), or undefined. */
export function findFunction({ main }: ChunkSource, path: string): FunctionSource | undefined {
  const [root, ...steps] = path.split("/");
  if (root !== "main" || !steps.every((step) => /^\d+$/.test(step))) return undefined;
  return steps.reduce<FunctionSource | undefined>((found, step) => found?.nested(Number(step)), main);
}

/**
 * The control flow graph of a function of a chunk. A test and the JMP behind it end one block together.
 * @param path `main`, or `main/0/2` for P2 of P0 of the main function
 * @returns the graph, or the error no-function; any code has a graph, correct or not
 */
export function graphPrototype(chunk: Chunk, path: string): GraphResult {
  return graphSource(sourceOfChunk(chunk), path);
}

/** As {@link graphPrototype}, for a chunk of which only that function is read. */
export function graphSource(chunk: ChunkSource, path: string): GraphResult {
  const found = findFunction(chunk, path);
  if (found !== undefined) return { ok: true, graph: buildGraph(found.read(), path) };
  const hint = "functions are named main, main/0, main/0/2 ...; luabyteasm list shows them all";
  return {
    ok: false,
    diagnostics: [{ code: "no-function", severity: "error", message: `there is no function ${path}`, hint }],
  };
}
