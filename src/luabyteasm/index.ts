export type { AssembleOptions, AssembleResult } from "./assemble.js";
export { assemble, parse } from "./assemble.js";
export type {
  Chunk,
  ChunkHeader,
  ChunkInt,
  Constant,
  LineInfo,
  LocalVariable,
  Prototype,
  Upvalue,
} from "./chunk.js";
export { DEFAULT_HEADER } from "./chunk.js";
export type { ConvertResult, ConvertTarget } from "./convert.js";
export { convertChunk } from "./convert.js";
export type { Difference, DiffLine, DiffOptions, DiffResult } from "./diff.js";
export { diffChunks, diffChunks as diff, renderDiff } from "./diff.js";
export type { DisassembleOptions, DisassembleResult, DisassembleToResult } from "./disassemble.js";
export { disassemble, disassembleTo, print } from "./disassemble.js";
export type { ControlFlowGraph, GraphBlock, GraphEdge, GraphResult } from "./graph.js";
export { graphPrototype } from "./graph.js";
export { renderDot } from "./graph-dot.js";
export type { DagreModule, Layout, LayoutGraph } from "./graph-layout.js";
export { createDagreLayout } from "./graph-layout.js";
export type { SvgResult } from "./graph-svg.js";
export { renderSvg } from "./graph-svg.js";
export type { ChunkSummary, HeaderField, HeaderInfo } from "./header-info.js";
export { describeHeader, renderHeaderInfo } from "./header-info.js";
export type { ListOptions } from "./list.js";
export { listChunk, listChunkTo } from "./list.js";
export type { ReadOptions, ReadResult } from "./read-chunk.js";
export { readChunk } from "./read-chunk.js";
export { stripChunk } from "./strip.js";
export type { ParseOptions, ParseResult } from "./text/parse.js";
export type { PrintOptions } from "./text/print.js";
export type { TextSink } from "./text/text-writer.js";
export type { Finding, RuleName, VerifyOptions } from "./verify.js";
export { RULES, verify } from "./verify.js";
export type { DescribeField, WriteOptions, WriteResult } from "./write-chunk.js";
export { writeChunk } from "./write-chunk.js";
