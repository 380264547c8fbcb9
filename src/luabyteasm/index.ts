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
export type { DisassembleBytesResult, DisassembleOptions, DisassembleResult } from "./disassemble.js";
export { disassemble, disassembleToBytes, print } from "./disassemble.js";
export type { ReadOptions, ReadResult } from "./read-chunk.js";
export { readChunk } from "./read-chunk.js";
export type { ParseOptions, ParseResult } from "./text/parse.js";
export type { PrintOptions } from "./text/print.js";
export type { DescribeField, WriteOptions, WriteResult } from "./write-chunk.js";
export { writeChunk } from "./write-chunk.js";
