import { toAddress } from "./check-options.js";
import { DasmError } from "./dasm-error.js";
import type { SymbolResolver } from "./externs.js";
import { nameExtern, type SymbolNames } from "./label-names.js";
import type { ExternCallback } from "./state.js";

/** Size of a stub that jumps anywhere: an indirect jump and the address behind it. */
const STUB_BYTES = 16;
const JUMP_THROUGH_NEXT_QWORD = [0xff, 0x25, 0, 0, 0, 0] as const;

/** Bytes to reserve behind the code for stubs of so many extern symbols. */
export function stubBytes(externCount: number): number {
  return externCount === 0 ? 0 : STUB_BYTES * (externCount + 1);
}

/** What the extern callback of one encoding works with. */
export interface ExternSite {
  /** Code and room for stubs. */
  readonly bytes: Uint8Array;
  readonly codeSize: number;
  /** Bytes behind the code that stubs may take. */
  readonly reserve: number;
  readonly base: bigint;
  readonly pointerSize: 4 | 8;
  readonly names: SymbolNames;
  readonly resolve: SymbolResolver;
}

function fitsInt32(value: bigint): boolean {
  return BigInt.asIntN(32, value) === value;
}

function findAddress(site: ExternSite, index: number): bigint {
  const name = nameExtern(site.names, index);
  const address = site.resolve(name);
  if (address === undefined || address === null) {
    throw new DasmError("extern", `extern not found: ${name}`, { name });
  }
  return toAddress(address, `extern ${name}: its address`);
}

/** Whether the 4 bytes at an offset are the displacement of a call or jump. */
function isBranchField(bytes: Uint8Array, offset: number): boolean {
  const opcode = bytes[offset - 1] ?? 0;
  if (opcode === 0xe8 || opcode === 0xe9) return true;
  return bytes[offset - 2] === 0x0f && (opcode & 0xf0) === 0x80;
}

function writeStub(site: ExternSite, number: number, address: bigint): bigint {
  const start = ((site.codeSize + STUB_BYTES - 1) & -STUB_BYTES) + number * STUB_BYTES;
  site.bytes.set(JUMP_THROUGH_NEXT_QWORD, start);
  new DataView(site.bytes.buffer).setBigUint64(start + JUMP_THROUGH_NEXT_QWORD.length, address, true);
  return site.base + BigInt(start);
}

/** The error for a symbol that the 4 bytes of its reference cannot reach. */
function tooFar(site: ExternSite, index: number, why: string): DasmError {
  const name = nameExtern(site.names, index);
  const message = `extern ${name} is more than 2 GB away from the code at 0x${site.base.toString(16)}${why}`;
  return new DasmError("extern", message, { name });
}

const NO_BRANCH = " and no call or jump target";
const NO_ROOM = ": only build makes the stub that this needs";

/**
 * A callback that finds extern symbols by name. Calls and jumps to a symbol more than 2 GB away go
 * through a stub behind the code, where there is room for it.
 */
export function createExternCallback(site: ExternSite): ExternCallback {
  const stubs = new Map<number, bigint>();
  return (index, type, field) => {
    const address = findAddress(site, index);
    if (type === 0) {
      if (site.pointerSize === 8 && !fitsInt32(address) && address > 0xffffffffn)
        throw tooFar(site, index, NO_BRANCH);
      return address;
    }
    const distance = address - field - 4n;
    if (site.pointerSize === 4 || fitsInt32(distance)) return distance;
    if (!isBranchField(site.bytes, Number(field - site.base))) throw tooFar(site, index, NO_BRANCH);
    if (site.reserve === 0) throw tooFar(site, index, NO_ROOM);
    const stub = stubs.get(index) ?? writeStub(site, stubs.size, address);
    stubs.set(index, stub);
    return stub - field - 4n;
  };
}
