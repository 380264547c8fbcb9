import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { getInt, getSize } from "./byte-fields.js";
import { type ChunkHeader, CONSTANT_TYPE, HEADER_SIZE, MAX_DEPTH } from "./chunk.js";
import { ChunkFault, describeFault, fail } from "./chunk-fault.js";
import { beginFunction, createFunctionIndex, endNested, type FunctionIndex } from "./function-index.js";
import { readHeader } from "./read-header.js";

interface Scan extends ChunkHeader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Least size of a function in bytes. */
  readonly leastFunction: number;
  readonly functions: FunctionIndex;
  position: number;
}

/** What a scan finds in a well-formed chunk. */
export interface AcceptedScan {
  readonly ok: true;
  readonly header: ChunkHeader;
  readonly functions: FunctionIndex;
  /** Offset of the first byte after the main function. */
  readonly end: number;
  readonly warnings: readonly Diagnostic[];
}

/** What a scan finds, or why the bytes are no chunk. */
export type ScanResult = AcceptedScan | { readonly ok: false; readonly diagnostic: Diagnostic };

/** Moves past a field of `size` bytes and returns its offset. */
function skip(scan: Scan, size: number, what: string): number {
  const start = scan.position;
  if (scan.bytes.length - start < size) fail("truncated", start, `the file ends inside ${what}`);
  scan.position = start + size;
  return start;
}

/** An int that must not be negative. */
function scanInt(scan: Scan, what: string): number {
  const offset = skip(scan, scan.intSize, what);
  const value = getInt(scan.view, offset, scan.intSize, scan.littleEndian);
  if (value < 0) fail("negative", offset, `${what} is ${value}; it must not be negative`);
  return value;
}

/** A count of items that take at least `leastSize` bytes each, compared with the bytes that are left. */
function scanCount(scan: Scan, leastSize: number, what: string): number {
  const count = scanInt(scan, what);
  const left = scan.bytes.length - scan.position;
  if (count * leastSize > left) {
    const need = leastSize === 1 ? "" : `, which take at least ${leastSize} bytes each`;
    fail(
      "count",
      scan.position - scan.intSize,
      `${what} is ${count}${need}, but only ${left} bytes are left`,
    );
  }
  return count;
}

/** A string; returns false for NULL (size 0). */
function scanString(scan: Scan, what: string): boolean {
  const offset = skip(scan, scan.sizeTSize, `the size of ${what}`);
  const size = getSize(scan.view, offset, scan.sizeTSize, scan.littleEndian);
  if (size === 0) return false;
  const left = scan.bytes.length - scan.position;
  if (size > left) fail("truncated", scan.position, `${what} has ${size} bytes, but only ${left} are left`);
  scan.position += size;
  const last = scan.position - 1;
  if (scan.bytes[last] !== 0) {
    fail("string-end", last, `${what} ends with byte ${scan.bytes[last]} instead of 0`);
  }
  return true;
}

function scanConstant(scan: Scan): void {
  const offset = skip(scan, 1, "a constant");
  const type = scan.bytes[offset];
  switch (type) {
    case CONSTANT_TYPE.nil:
      return;
    case CONSTANT_TYPE.boolean:
      skip(scan, 1, "a boolean constant");
      return;
    case CONSTANT_TYPE.number:
      skip(scan, scan.numberSize, "a number constant");
      return;
    case CONSTANT_TYPE.string:
      if (!scanString(scan, "a string constant")) {
        fail("constant-null", offset + 1, "a string constant has size 0; even the empty string has size 1");
      }
      return;
    default:
      fail("constant-type", offset, `a constant has type ${type}; it can be 0 (nil), 1, 3 or 4`);
  }
}

function scanDebugPart(scan: Scan, upvalueCount: number): void {
  scanString(scan, "the source name");
  const lines = scanCount(scan, scan.intSize, "the number of line entries");
  scan.position += lines * scan.intSize;
  const locals = scanCount(scan, scan.sizeTSize + 2 * scan.intSize, "the number of local variables");
  for (let i = 0; i < locals; i++) {
    scanString(scan, "the name of a local variable");
    scanInt(scan, "the start pc of a local variable");
    scanInt(scan, "the end pc of a local variable");
  }
  const names = scanInt(scan, "the number of upvalue names");
  if (names > upvalueCount) {
    const message = `there are ${names} upvalue names for ${upvalueCount} upvalues`;
    fail("upvalue-names", scan.position - scan.intSize, message);
  }
  for (let i = 0; i < names; i++) scanString(scan, "the name of an upvalue");
}

function scanFunction(scan: Scan, level: number): void {
  if (level > MAX_DEPTH)
    fail("depth", scan.position, `functions are nested more than ${MAX_DEPTH} levels deep`);
  const number = beginFunction(scan.functions, scan.position);
  scanInt(scan, "linedefined");
  scanInt(scan, "lastlinedefined");
  skip(scan, 1, "numparams");
  skip(scan, 1, "is_vararg");
  skip(scan, 1, "maxstacksize");
  const instructions = scanCount(scan, scan.instructionSize, "the number of instructions");
  scan.position += instructions * scan.instructionSize;
  const constants = scanCount(scan, 1, "the number of constants");
  for (let i = 0; i < constants; i++) scanConstant(scan);
  const functions = scanCount(scan, scan.leastFunction, "the number of nested functions");
  for (let i = 0; i < functions; i++) scanFunction(scan, level + 1);
  endNested(scan.functions, number, scan.position);
  const upvalues = scanCount(scan, 2, "the number of upvalues");
  scan.position += 2 * upvalues;
  scanDebugPart(scan, upvalues);
}

function scanAll(bytes: Uint8Array): ScanResult {
  const header = readHeader(bytes);
  const scan: Scan = {
    ...header,
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    leastFunction: 9 * header.intSize + 3 + header.sizeTSize,
    functions: createFunctionIndex(bytes.length),
    position: HEADER_SIZE,
  };
  scanFunction(scan, 1);
  const warnings: Diagnostic[] = [];
  if (header.format !== 0) {
    const message = `the format byte is ${header.format}; stock Lua loads format 0 only`;
    warnings.push(describeFault("warning", "format", 5, message));
  }
  const rest = bytes.length - scan.position;
  if (rest > 0) {
    const message = `${rest} byte${rest === 1 ? "" : "s"} after the main function`;
    warnings.push(describeFault("warning", "trailing", scan.position, message));
  }
  return { ok: true, header, functions: scan.functions, end: scan.position, warnings };
}

/**
 * Checks that bytes are a well-formed Lua 5.2 chunk of any layout, in time linear in their number. All it
 * allocates is 12 bytes for each function that is there. Reading afterwards cannot fail.
 */
export function scanChunk(bytes: Uint8Array): ScanResult {
  try {
    return scanAll(bytes);
  } catch (error) {
    if (error instanceof ChunkFault) return { ok: false, diagnostic: error.diagnostic };
    throw error;
  }
}
