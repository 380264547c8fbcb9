import { DasmError, usageError } from "./dasm-error.js";
import { contentOf, estimateOf, headOf, NODE, NODE_FIELDS, nextOf, targetOf } from "./node.js";
import { type AssemblerState, FIRST_GLOBAL, globalHalvesOf, requireAlive, STAGE } from "./state.js";
import { STATUS } from "./status.js";

/** Copies of at least this many bytes are worth a call of the built-in copy. */
const BULK_COPY = 256;

/** Where the code is written, and where it will run. */
interface Output {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly baseLow: number;
  readonly baseHigh: number;
}

/** Copies code bytes to the output, as long as possible four at a time. */
function copyBytes(
  state: AssemblerState,
  source: number,
  length: number,
  output: Output,
  target: number,
): void {
  if (length >= BULK_COPY) {
    output.bytes.set(state.code.subarray(source, source + length), target);
    return;
  }
  const from = state.view;
  const to = output.view;
  let at = 0;
  for (; at <= length - 4; at += 4) to.setInt32(target + at, from.getInt32(source + at, true), true);
  for (; at < length; at += 1) to.setInt8(target + at, from.getInt8(source + at));
}

/** Upper half of the 64-bit sum of the base address and a signed 32-bit offset. */
function addressHigh(output: Output, offset: number, pointerSize: number): number {
  if (pointerSize === 4) return 0;
  const low = (output.baseLow + offset) | 0;
  const carry = low >>> 0 < offset >>> 0 ? 1 : 0;
  return (output.baseHigh + (offset >> 31) + carry) | 0;
}

/** Low 32 bits of the address that a reference to an external global or a label with a given address leads to. */
function fixedAddress(state: AssemblerState, target: number): number {
  if (target < 0) return globalHalvesOf(state)[2 * (-target - 1)] as number;
  return contentOf(state.nodes, target);
}

function isFixed(nodes: Int32Array, target: number): boolean {
  return target < 0 || (headOf(nodes, target) & 0xff) === NODE.ADDRESS;
}

/** Displacement of a long relative reference whose field is at offset `at`. */
function relativeOffset(state: AssemblerState, output: Output, at: number, target: number): number {
  if (isFixed(state.nodes, target)) return (fixedAddress(state, target) - output.baseLow - at - 4) | 0;
  return contentOf(state.nodes, target) - at - 4;
}

/** Turns the jump just written into its short form. Returns where the output goes on. */
function writeShort(nodes: Int32Array, bytes: Uint8Array, at: number, node: number): number {
  const final = contentOf(nodes, targetOf(nodes, node));
  if (headOf(nodes, node) >> 8 === 3) {
    bytes[at - 1] = 0xeb;
    bytes[at] = final - at - 1;
    return at + 1;
  }
  bytes[at - 2] = (bytes[at - 1] as number) - 0x10;
  bytes[at - 1] = final - at;
  return at;
}

function writeAddress(state: AssemblerState, output: Output, at: number, target: number): void {
  let low: number;
  let high: number;
  if (target < 0) {
    const halves = globalHalvesOf(state);
    low = halves[2 * (-target - 1)] as number;
    high = halves[2 * (-target - 1) + 1] as number;
  } else {
    const value = contentOf(state.nodes, target);
    const given = isFixed(state.nodes, target);
    low = given ? value : (output.baseLow + value) | 0;
    high = given ? value >> 31 : addressHigh(output, value, state.pointerSize);
  }
  output.view.setInt32(at, low, true);
  if (state.labelImmSize === 8) output.view.setInt32(at + 4, high, true);
}

/** Stores the address of a global label in the caller's array. */
function storeGlobal(state: AssemblerState, output: Output, entry: number, offset: number): void {
  const halves = globalHalvesOf(state);
  const index = 2 * (entry - FIRST_GLOBAL);
  halves[index] = output.baseLow + offset;
  halves[index + 1] = addressHigh(output, offset, state.pointerSize);
}

/** Low 32 bits of what the callback says about an extern symbol, 0 without a callback. */
function askForExtern(state: AssemblerState, output: Output, at: number, detail: number): number {
  const callback = state.externCallback;
  if (callback === undefined) return 0;
  const low = BigInt((output.baseLow + at) >>> 0);
  const high = BigInt(addressHigh(output, at, state.pointerSize) >>> 0);
  const value = callback(detail >> 8, (detail & 1) as 0 | 1, (high << 32n) | low);
  return typeof value === "bigint" ? Number(BigInt.asIntN(32, value)) : value | 0;
}

/** Writes padding up to a multiple of mask + 1. Returns its end. */
function writePadding(bytes: Uint8Array, start: number, mask: number): number {
  const end = (start + mask) & ~mask;
  for (let at = start; at < end; at += 1) bytes[at] = 0x90;
  return end;
}

/**
 * Writes a section.
 * @param section node of its head
 * @param start where the section begins in the output
 * @returns its end
 */
function encodeSection(state: AssemblerState, output: Output, section: number, start: number): number {
  const { nodes } = state;
  const { bytes, view } = output;
  let at = start;
  let source = 0;
  let estimate = 0;
  for (let node = nextOf(nodes, section); node !== 0; node = nextOf(nodes, node)) {
    const head = headOf(nodes, node);
    if (head === (1 satisfies typeof NODE.LABEL)) continue;
    const length = estimateOf(nodes, node) - estimate;
    copyBytes(state, source, length, output, at);
    at += length;
    source += length;
    estimate += length;
    let fieldSize = 0;
    switch (head & 0xff) {
      case 2 satisfies typeof NODE.GLOBAL:
        storeGlobal(state, output, head >> 8, at);
        break;
      case 3 satisfies typeof NODE.ADDRESS:
        if (head >> 8 !== 0) storeGlobal(state, output, head >> 8, contentOf(nodes, node));
        break;
      case 4 satisfies typeof NODE.RELATIVE:
        view.setInt32(at, relativeOffset(state, output, at, targetOf(nodes, node)), true);
        at += 4;
        fieldSize = 4;
        break;
      case 5 satisfies typeof NODE.SHORT:
        at = writeShort(nodes, bytes, at, node);
        fieldSize = 4;
        break;
      case 6 satisfies typeof NODE.IMMEDIATE:
        writeAddress(state, output, at, targetOf(nodes, node));
        fieldSize = state.labelImmSize;
        at += fieldSize;
        break;
      case 7 satisfies typeof NODE.RELATIVE_ADDRESS:
        view.setInt32(at, (contentOf(nodes, node) - output.baseLow - at - 4) | 0, true);
        at += 4;
        fieldSize = 4;
        break;
      case 8 satisfies typeof NODE.ALIGN:
        at = writePadding(bytes, at, head >> 8);
        estimate += head >> 8;
        break;
      case 9 satisfies typeof NODE.SPACE: {
        const count = contentOf(nodes, node);
        bytes.fill(head >> 8, at, at + count);
        at += count;
        estimate += count;
        break;
      }
      case 10 satisfies typeof NODE.EXTERN:
        view.setInt32(at, askForExtern(state, output, at, head >> 8), true);
        at += 4;
        fieldSize = 4;
        break;
      default:
        source = contentOf(nodes, node);
        break;
    }
    source += fieldSize;
    estimate += fieldSize;
  }
  const rest = estimateOf(nodes, section) - estimate;
  copyBytes(state, source, rest, output, at);
  return at + rest;
}

function viewOf(state: AssemblerState, buffer: Uint8Array): DataView {
  const known = state.lastView;
  if (known !== undefined && state.lastBuffer === buffer) return known;
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
  state.lastBuffer = buffer;
  state.lastView = view;
  return view;
}

/** Splits a base address into its 32-bit halves. */
function openOutput(state: AssemblerState, bytes: Uint8Array, base: number | bigint): Output {
  const view = viewOf(state, bytes);
  if (typeof base === "number") {
    if (!Number.isSafeInteger(base)) throw usageError(`encode: base address ${base} is no safe integer`);
    return { bytes, view, baseLow: base | 0, baseHigh: Math.floor(base / 0x100000000) | 0 };
  }
  return {
    bytes,
    view,
    baseLow: Number(BigInt.asIntN(32, base)),
    baseHigh: Number(BigInt.asIntN(32, base >> 32n)),
  };
}

function failEncode(state: AssemblerState): never {
  requireAlive(state, "encode");
  if (state.stage === STAGE.FAILED) throw usageError("encode: link did not succeed");
  throw usageError("encode before link");
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
  if (!(buffer instanceof Uint8Array)) throw usageError("encode: the buffer must be a Uint8Array");
  if (buffer.length < state.codeSize) {
    throw new DasmError(
      "usage",
      `encode: the buffer has ${buffer.length} bytes, the code needs ${state.codeSize}`,
      { value: buffer.length },
    );
  }
  const output = openOutput(state, buffer, base);
  let at = 0;
  const heads = state.sectionCount * NODE_FIELDS;
  for (let section = 0; section < heads; section += NODE_FIELDS) {
    at = encodeSection(state, output, section, at);
  }
  return at === state.codeSize ? STATUS.OK : STATUS.PHASE;
}
