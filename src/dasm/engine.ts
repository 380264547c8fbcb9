export { encode } from "./encode.js";
export { getPcLabel } from "./labels.js";
export { checkStep, type LinkResult, link } from "./link.js";
export { put } from "./put.js";
export { setupExtern } from "./setup-extern.js";
export {
  type AssemblerState,
  type ExternCallback,
  free,
  growPc,
  init,
  type StateOptions,
  setup,
  setupGlobal,
} from "./state.js";
