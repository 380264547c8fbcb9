import { DasmError, usageError } from "./dasm-error.js";
import { contentOf, estimateOf, headOf, NODE, NODE_FIELDS, targetOf } from "./node.js";
import { firstSegmentOf, sizeOf } from "./section.js";
import { type AssemblerState, FIRST_GLOBAL, globalHalvesOf, requireAlive, STAGE } from "./state.js";
import { STATUS } from "./status.js";

/** Copies of at least this many bytes are worth a call of the built-in copy. */
const BULK_COPY = 256;
const BULK_FILL = 32;

/** Upper half of the sum of a 64-bit base address and a signed 32-bit offset. */
function addressHigh(state: AssemblerState, baseLow: number, baseHigh: number, offset: number): number {
  if (state.pointerSize === 4) return 0;
  const carry = (baseLow + offset) >>> 0 < offset >>> 0 ? 1 : 0;
  return (baseHigh + (offset >> 31) + carry) | 0;
}

/** Displacement of a long relative reference whose field ends at offset `end`. */
function relativeOffset(state: AssemblerState, baseLow: number, end: number, target: number): number {
  const { nodes } = state.workspace;
  if (target < 0) return (globalHalvesOf(state)[2 * (-target - 1)] as number) - baseLow - end;
  const isGiven = (headOf(nodes, target) & 0xff) === NODE.ADDRESS;
  return contentOf(nodes, target) - (isGiven ? baseLow : 0) - end;
}

/** Writes the address of a label in the state's width. */
function writeAddress(
  state: AssemblerState,
  view: DataView,
  baseLow: number,
  baseHigh: number,
  at: number,
  target: number,
): void {
  const { nodes } = state.workspace;
  let low: number;
  let high: number;
  if (target < 0) {
    const halves = globalHalvesOf(state);
    low = halves[2 * (-target - 1)] as number;
    high = halves[2 * (-target - 1) + 1] as number;
  } else if ((headOf(nodes, target) & 0xff) === NODE.ADDRESS) {
    low = contentOf(nodes, target);
    high = low >> 31;
  } else {
    low = contentOf(nodes, target) + baseLow;
    high = addressHigh(state, baseLow, baseHigh, contentOf(nodes, target));
  }
  view.setInt32(at, low, true);
  if (state.labelImmSize === 8) view.setInt32(at + 4, high, true);
}

/** Stores the address of a global label in the caller's array. */
function storeGlobal(
  state: AssemblerState,
  baseLow: number,
  baseHigh: number,
  entry: number,
  offset: number,
): void {
  const halves = globalHalvesOf(state);
  const index = 2 * (entry - FIRST_GLOBAL);
  halves[index] = baseLow + offset;
  halves[index + 1] = addressHigh(state, baseLow, baseHigh, offset);
}

/** Low 32 bits of what the callback says about an extern symbol, 0 without a callback. */
function askForExtern(
  state: AssemblerState,
  baseLow: number,
  baseHigh: number,
  at: number,
  detail: number,
): number {
  const callback = state.externCallback;
  if (callback === undefined) return 0;
  const low = BigInt((baseLow + at) >>> 0);
  const high = BigInt(addressHigh(state, baseLow, baseHigh, at) >>> 0);
  const value = callback(detail >> 8, (detail & 1) as 0 | 1, (high << 32n) | low);
  return typeof value === "bigint" ? Number(BigInt.asIntN(32, value)) : value | 0;
}

/** Fills a part of the output; few bytes, as alignments have, are not worth a call of the built-in fill. */
function fill(output: Uint8Array, start: number, end: number, byte: number): void {
  if (end - start > BULK_FILL) output.fill(byte, start, end);
  else for (let at = start; at < end; at = (at + 1) | 0) output[at] = byte;
}

/**
 * Writes a segment of a section.
 * @param start where it begins in the output
 * @param size estimated size of its section, where its last segment ends
 * @returns its end
 */
function encodeSegment(
  state: AssemblerState,
  output: Uint8Array,
  view: DataView,
  baseLow: number,
  baseHigh: number,
  segment: number,
  start: number,
  size: number,
): number {
  const { nodes, code, view: codeView } = state.workspace;
  const next = targetOf(nodes, segment);
  const last = next === 0 ? size : estimateOf(nodes, next);
  let source = contentOf(nodes, segment);
  // What to add to an estimate to get a place among the code bytes, and to that one to get an offset of the output.
  let toSource = source - estimateOf(nodes, segment);
  let toOutput = start - source;
  let isOpen = true;
  for (let node = segment + NODE_FIELDS; isOpen; node += NODE_FIELDS) {
    const head = headOf(nodes, node);
    if (head === (1 satisfies typeof NODE.LABEL)) continue;
    if ((head & 0xff) === (2 satisfies typeof NODE.GLOBAL)) {
      storeGlobal(state, baseLow, baseHigh, head >> 8, contentOf(nodes, node));
      continue;
    }
    isOpen = (head & 0xff) !== (0 satisfies typeof NODE.SEGMENT);
    const end = ((isOpen ? estimateOf(nodes, node) : last) + toSource) | 0;
    if (end - source >= BULK_COPY) {
      output.set(code.subarray(source, end), source + toOutput);
      source = end;
    }
    // Four bytes at a time; up to three more than needed, which later ones overwrite.
    const bulk = end + toOutput + 3 <= state.codeSize ? end : end - 3;
    for (; source < bulk; source = (source + 4) | 0) {
      view.setInt32((source + toOutput) | 0, codeView.getInt32(source, true), true);
    }
    for (; source < end; source = (source + 1) | 0)
      view.setInt8((source + toOutput) | 0, codeView.getInt8(source));
    source = end;
    const at = (end + toOutput) | 0;
    switch (head & 0xff) {
      case 0 satisfies typeof NODE.SEGMENT:
        break;
      case 3 satisfies typeof NODE.ADDRESS:
        if (head >> 8 !== 0) storeGlobal(state, baseLow, baseHigh, head >> 8, contentOf(nodes, node));
        break;
      case 4 satisfies typeof NODE.RELATIVE:
        view.setInt32(at, relativeOffset(state, baseLow, at + 4, targetOf(nodes, node)), true);
        source = (source + 4) | 0;
        break;
      case 5 satisfies typeof NODE.SHORT: {
        // 0F 8x with four bytes becomes 7x with one, E9 with four becomes EB with one.
        const saved = head >> 8;
        const final = (at + 4 - saved) | 0;
        const opcode = saved === 3 ? 0xeb : codeView.getUint8((end - 1) | 0) - 0x10;
        const distance = contentOf(nodes, targetOf(nodes, node)) - final;
        view.setInt16((final - 2) | 0, opcode | (distance << 8), true);
        source = (source + 4) | 0;
        toOutput = (toOutput - saved) | 0;
        break;
      }
      case 6 satisfies typeof NODE.IMMEDIATE:
        writeAddress(state, view, baseLow, baseHigh, at, targetOf(nodes, node));
        source = (source + state.labelImmSize) | 0;
        break;
      case 7 satisfies typeof NODE.RELATIVE_ADDRESS:
        view.setInt32(at, contentOf(nodes, node) - baseLow - at - 4, true);
        source = (source + 4) | 0;
        break;
      case 8 satisfies typeof NODE.ALIGN: {
        const mask = head >> 8;
        fill(output, at, (at + mask) & ~mask, 0x90);
        toSource = (toSource - mask) | 0;
        toOutput = (toOutput + (-at & mask)) | 0;
        break;
      }
      case 9 satisfies typeof NODE.SPACE: {
        const count = contentOf(nodes, node);
        fill(output, at, at + count, head >> 8);
        toSource = (toSource - count) | 0;
        toOutput = (toOutput + count) | 0;
        break;
      }
      default:
        view.setInt32(at, askForExtern(state, baseLow, baseHigh, at, head >> 8), true);
        source = (source + 4) | 0;
    }
  }
  return (source + toOutput) | 0;
}

/** Writes all sections. Returns the end of the last one. */
function encodeSections(
  state: AssemblerState,
  output: Uint8Array,
  view: DataView,
  baseLow: number,
  baseHigh: number,
): number {
  const { nodes, sections } = state.workspace;
  let at = 0;
  for (let section = 0; section < state.sectionCount; section += 1) {
    const size = sizeOf(sections, section);
    let segment = firstSegmentOf(sections, section);
    for (; segment !== 0; segment = targetOf(nodes, segment)) {
      at = encodeSegment(state, output, view, baseLow, baseHigh, segment, at, size);
    }
  }
  return at;
}

/** A view of the buffer that code is written to. */
function viewOf(state: AssemblerState, buffer: Uint8Array): DataView {
  const { workspace } = state;
  if (workspace.buffer === buffer) return workspace.bufferView;
  const whole = buffer.buffer as ArrayBufferLike & { readonly resizable?: boolean };
  // A view of a resizable buffer may no longer fit the next time.
  if (whole.resizable === true) return new DataView(whole, buffer.byteOffset, buffer.length);
  workspace.bufferView = new DataView(whole, buffer.byteOffset, buffer.length);
  workspace.buffer = buffer;
  workspace.bufferSize = whole.byteLength;
  return workspace.bufferView;
}

function failEncode(state: AssemblerState): never {
  requireAlive(state, "encode");
  if (state.stage === STAGE.FAILED) throw usageError("encode: link did not succeed");
  throw usageError("encode before link");
}

function failBuffer(state: AssemblerState, buffer: Uint8Array): never {
  if (!(buffer instanceof Uint8Array)) throw usageError("encode: the buffer must be a Uint8Array");
  throw new DasmError(
    "usage",
    `encode: the buffer has ${buffer.length} bytes, the code needs ${state.codeSize}`,
    { value: buffer.length },
  );
}

/**
 * Writes the machine code of a linked unit and the addresses of its global labels. May be called
 * again, with another buffer or base.
 * @param buffer receives the code; must have at least as many bytes as link's size
 * @param base address where the code will run; default 0
 * @returns OK, or PHASE if the size does not match link's, which would be a bug of the engine
 * @throws DasmError when the unit is not linked or the buffer is too small
 */
export function encode(state: AssemblerState, buffer: Uint8Array, base: number | bigint = 0): number {
  if (state.stage !== STAGE.LINKED) failEncode(state);
  if (!(buffer instanceof Uint8Array) || buffer.length < state.codeSize) failBuffer(state, buffer);
  let baseLow: number;
  let baseHigh: number;
  if (typeof base === "number") {
    if (!Number.isSafeInteger(base)) throw usageError(`encode: base address ${base} is no safe integer`);
    baseLow = base | 0;
    baseHigh = Math.floor(base / 0x100000000) | 0;
  } else {
    if (typeof base !== "bigint") throw usageError("encode: the base address must be an integer or a bigint");
    baseLow = Number(BigInt.asIntN(32, base));
    baseHigh = Number(BigInt.asIntN(32, base >> 32n));
  }
  const end = encodeSections(state, buffer, viewOf(state, buffer), baseLow, baseHigh);
  return end === state.codeSize ? STATUS.OK : STATUS.PHASE;
}
