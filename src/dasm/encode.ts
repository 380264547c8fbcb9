import { DasmError, usageError } from "./dasm-error.js";
import { NODE, NODE_ESTIMATE, NODE_FIELDS, NODE_NEXT, NODE_TARGET, NODE_VALUE } from "./node.js";
import { type AssemblerState, FIRST_GLOBAL, requireAlive, STAGE } from "./state.js";
import { STATUS } from "./status.js";

/** Copies of at least this many bytes are worth a call of the built-in copy. */
const BULK_COPY = 96;

/** Where the code is written, and where it will run. */
interface Output {
  readonly bytes: Uint8Array;
  readonly baseLow: number;
  readonly baseHigh: number;
}

function copyBytes(from: Uint8Array, source: number, length: number, to: Uint8Array, target: number): void {
  if (length >= BULK_COPY) {
    to.set(from.subarray(source, source + length), target);
    return;
  }
  for (let at = 0; at < length; at += 1) to[target + at] = from[source + at] as number;
}

function writeInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >> 8;
  bytes[at + 2] = value >> 16;
  bytes[at + 3] = value >> 24;
}

/** Upper half of the 64-bit sum of the base address and a signed 32-bit offset. */
function addressHigh(output: Output, offset: number, pointerSize: number): number {
  if (pointerSize === 4) return 0;
  const low = (output.baseLow + offset) | 0;
  const carry = low >>> 0 < offset >>> 0 ? 1 : 0;
  return (output.baseHigh + (offset >> 31) + carry) | 0;
}

/** Address that a relative reference to something with a fixed address leads to, as its low 32 bits. */
function fixedAddress(state: AssemblerState, target: number): number {
  if (target < 0) return state.globalHalves[2 * (-target - 1)] as number;
  return state.nodes[target + NODE_VALUE] as number;
}

function isFixed(state: AssemblerState, target: number): boolean {
  return target < 0 || ((state.nodes[target] as number) & 0xff) === NODE.ADDRESS;
}

function writeRelative(state: AssemblerState, output: Output, at: number, target: number): void {
  const value = isFixed(state, target)
    ? fixedAddress(state, target) - output.baseLow - at - 4
    : (state.nodes[target + NODE_VALUE] as number) - at - 4;
  writeInt32(output.bytes, at, value | 0);
}

/** Turns the jump just written into its short form. Returns where the output goes on. */
function writeShort(state: AssemblerState, bytes: Uint8Array, at: number, node: number): number {
  const saved = (state.nodes[node] as number) >> 8;
  const target = state.nodes[node + NODE_TARGET] as number;
  const final = state.nodes[target + NODE_VALUE] as number;
  if (saved === 3) {
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
    low = state.globalHalves[2 * (-target - 1)] as number;
    high = state.globalHalves[2 * (-target - 1) + 1] as number;
  } else {
    const value = state.nodes[target + NODE_VALUE] as number;
    const given = isFixed(state, target);
    low = given ? value : (output.baseLow + value) | 0;
    high = given ? value >> 31 : addressHigh(output, value, state.pointerSize);
  }
  writeInt32(output.bytes, at, low);
  if (state.labelImmSize === 8) writeInt32(output.bytes, at + 4, high);
}

function storeGlobal(state: AssemblerState, output: Output, entry: number, offset: number): void {
  const index = 2 * (entry - FIRST_GLOBAL);
  state.globalHalves[index] = output.baseLow + offset;
  state.globalHalves[index + 1] = addressHigh(output, offset, state.pointerSize);
}

function writeExtern(state: AssemblerState, output: Output, at: number, detail: number): void {
  const callback = state.externCallback;
  let value: number | bigint = 0;
  if (callback !== undefined) {
    const low = BigInt((output.baseLow + at) >>> 0);
    const high = BigInt(addressHigh(output, at, state.pointerSize) >>> 0);
    value = callback(detail >> 8, (detail & 1) as 0 | 1, (high << 32n) | low);
  }
  const low = typeof value === "bigint" ? Number(BigInt.asIntN(32, value)) : value | 0;
  writeInt32(output.bytes, at, low);
}

/**
 * Writes a section.
 * @param start where the section begins in the output
 * @returns its end
 */
function encodeSection(state: AssemblerState, output: Output, section: number, start: number): number {
  const { nodes, code } = state;
  const { bytes } = output;
  let at = start;
  let source = 0;
  let estimate = 0;
  let node = nodes[section * NODE_FIELDS + NODE_NEXT] as number;
  while (node !== 0) {
    const head = nodes[node] as number;
    const length = (nodes[node + NODE_ESTIMATE] as number) - estimate;
    copyBytes(code, source, length, bytes, at);
    at += length;
    source += length;
    estimate += length;
    switch (head & 0xff) {
      case NODE.LABEL:
        break;
      case NODE.SHORT:
        at = writeShort(state, bytes, at, node);
        source += 4;
        estimate += 4;
        break;
      case NODE.RELATIVE:
        writeRelative(state, output, at, nodes[node + NODE_TARGET] as number);
        at += 4;
        source += 4;
        estimate += 4;
        break;
      case NODE.GLOBAL:
        storeGlobal(state, output, head >> 8, at);
        break;
      case NODE.ADDRESS:
        if (head >> 8 !== 0) storeGlobal(state, output, head >> 8, nodes[node + NODE_VALUE] as number);
        break;
      case NODE.IMMEDIATE:
        writeAddress(state, output, at, nodes[node + NODE_TARGET] as number);
        at += state.labelImmSize;
        source += state.labelImmSize;
        estimate += state.labelImmSize;
        break;
      case NODE.RELATIVE_ADDRESS:
        writeInt32(bytes, at, ((nodes[node + NODE_VALUE] as number) - output.baseLow - at - 4) | 0);
        at += 4;
        source += 4;
        estimate += 4;
        break;
      case NODE.EXTERN:
        writeExtern(state, output, at, head >> 8);
        at += 4;
        source += 4;
        estimate += 4;
        break;
      case NODE.ALIGN: {
        const mask = head >> 8;
        while ((at & mask) !== 0) {
          bytes[at] = 0x90;
          at += 1;
        }
        estimate += mask;
        break;
      }
      case NODE.SPACE: {
        const count = nodes[node + NODE_VALUE] as number;
        bytes.fill(head >> 8, at, at + count);
        at += count;
        estimate += count;
        break;
      }
      case NODE.SEGMENT:
        source = nodes[node + NODE_VALUE] as number;
        break;
    }
    node = nodes[node + NODE_NEXT] as number;
  }
  const rest = (state.sectionEstimates[section] as number) - estimate;
  copyBytes(code, source, rest, bytes, at);
  return at + rest;
}

/** Splits a base address into its 32-bit halves. */
function openOutput(bytes: Uint8Array, base: number | bigint): Output {
  if (typeof base === "number") {
    if (!Number.isSafeInteger(base)) throw usageError(`encode: base address ${base} is no safe integer`);
    return { bytes, baseLow: base | 0, baseHigh: Math.floor(base / 0x100000000) | 0 };
  }
  return {
    bytes,
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
  const output = openOutput(buffer, base);
  let at = 0;
  for (let section = 0; section < state.sectionCount; section += 1) {
    at = encodeSection(state, output, section, at);
  }
  return at === state.codeSize ? STATUS.OK : STATUS.PHASE;
}
