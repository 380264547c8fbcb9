export { DasmError, type DasmErrorDetails, type DasmErrorKind } from "./dasm-error.js";
export {
  type AssemblerState,
  checkStep,
  type ExternCallback,
  encode,
  free,
  getPcLabel,
  growPc,
  init,
  type LinkResult,
  link,
  put,
  type StateOptions,
  setup,
  setupExtern,
  setupGlobal,
} from "./engine.js";
export { type PutArgument, splitQword } from "./put-argument.js";
export { type DecodedStatus, decodeStatus, formatStatus, STATUS, type StatusName } from "./status.js";
