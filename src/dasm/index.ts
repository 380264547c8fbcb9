export { type ActionSourceMap, findSource, parseActionSourceMap } from "../diagnostics/action-source-map.js";
export {
  Assembler,
  type AssemblerOptions,
  createAssembler,
  createAssembler as new,
  namedGlobals,
  namedGlobals as globals,
} from "./assembler.js";
export { createCallback, type MachineCallback } from "./callback.js";
export type { CodeImage, CodeLabel, Relocation, SourcePair } from "./code-image.js";
export { DasmError, type DasmErrorDetails, type DasmErrorKind } from "./dasm-error.js";
export type { DecodedInstruction, Disassembler } from "./disassembler.js";
export { type DumpInput, type DumpOptions, dump, formatImage } from "./dump.js";
export {
  type AssemblerState,
  checkStep,
  checkStep as checkstep,
  type ExternCallback,
  encode,
  free,
  getPcLabel,
  getPcLabel as getpclabel,
  growPc,
  growPc as growpc,
  init,
  type LinkResult,
  link,
  put,
  type StateOptions,
  setup,
  setupExtern,
  setupExtern as setupextern,
  setupGlobal,
  setupGlobal as setupglobal,
} from "./engine.js";
export { type ExplainContext, type Explanation, explain, formatExplanation, parseStatus } from "./explain.js";
export { librarySymbols, processSymbols, type SymbolResolver } from "./externs.js";
export { type CodePlace, MachineCode, type RegisterOptions } from "./machine-code.js";
export { type PutArgument, splitQword } from "./put-argument.js";
export { type DecodedStatus, decodeStatus, formatStatus, STATUS, type StatusName } from "./status.js";
