import { type ChunkHeader, HEADER_SIZE, HEADER_TAIL, SIGNATURE, VERSION } from "./chunk.js";
import { fail } from "./chunk-fault.js";

const VERSION_NAMES: ReadonlyMap<number, string> = new Map([
  [0x32, "Lua 3.2"],
  [0x40, "Lua 4.0"],
  [0x50, "Lua 5.0"],
  [0x51, "Lua 5.1"],
  [0x52, "Lua 5.2"],
  [0x53, "Lua 5.3"],
  [0x54, "Lua 5.4"],
  [0x55, "Lua 5.5"],
]);

/** Name of the Lua version a version byte stands for: `Lua 5.1`, or `version 0x99` when it is none. */
export function nameVersion(version: number): string {
  return VERSION_NAMES.get(version) ?? `version 0x${version.toString(16).padStart(2, "0")}`;
}

/** True when most of the first bytes are printable ASCII or line ends, as in source text. */
function looksLikeText(bytes: Uint8Array): boolean {
  const length = Math.min(bytes.length, 64);
  let printable = 0;
  for (let i = 0; i < length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === 0) return false;
    if ((byte >= 0x20 && byte < 0x7f) || (byte >= 9 && byte <= 13)) printable++;
  }
  return printable * 10 >= length * 9;
}

function failSignature(bytes: Uint8Array): never {
  if (bytes.length === 0) fail("not-a-chunk", 0, "the file is empty, not a Lua 5.2 chunk");
  if (bytes[0] === 0x1b && bytes[1] === 0x4c && bytes[2] === 0x4a) {
    fail("not-a-chunk", 0, "this is LuaJIT bytecode, not a Lua 5.2 chunk", "compile the source with luac5.2");
  }
  if (looksLikeText(bytes)) {
    const hint = "compile Lua source with luac5.2, assemble .lasm text with luabyteasm assemble";
    fail("not-a-chunk", 0, "this looks like source text, not a Lua 5.2 chunk", hint);
  }
  fail("not-a-chunk", 0, 'this is not a Lua chunk: it does not start with 1B 4C 75 61 (ESC "Lua")');
}

function checkSignature(bytes: Uint8Array): void {
  const length = Math.min(bytes.length, SIGNATURE.length);
  for (let i = 0; i < length; i++) if (bytes[i] !== SIGNATURE[i]) failSignature(bytes);
  if (length === 0) failSignature(bytes);
  if (length < SIGNATURE.length) fail("truncated", 0, "the file ends inside the signature");
}

function checkVersion(bytes: Uint8Array): void {
  const version = bytes[4];
  if (version === undefined) fail("truncated", 4, "the file ends after the signature");
  if (version === VERSION) return;
  const hint = "luabyteasm reads Lua 5.2 only; compile the source with luac5.2";
  fail("version", 4, `this is a chunk of ${nameVersion(version)}, not of Lua 5.2`, hint);
}

function checkTail(bytes: Uint8Array): void {
  const end = Math.min(bytes.length, HEADER_SIZE);
  for (let i = 0; 12 + i < end; i++) {
    if (bytes[12 + i] === HEADER_TAIL[i]) continue;
    const hint = "the file was probably transferred in text mode; transfer it again as binary";
    fail("header-tail", 12 + i, "the tail of the header is not 19 93 0D 0A 1A 0A", hint);
  }
  if (end < HEADER_SIZE) fail("truncated", 12, "the file ends inside the tail of the header");
}

/** The byte at `offset` when it is one of `allowed`. */
function layoutByte<T extends number>(
  bytes: Uint8Array,
  offset: number,
  what: string,
  allowed: readonly T[],
): T {
  for (const value of allowed) if (bytes[offset] === value) return value;
  fail("header-layout", offset, `${what} is ${bytes[offset]}; it can be ${allowed.join(" or ")}`);
}

/**
 * Reads the 18 bytes of a Lua 5.2 header.
 * @throws ChunkFault with code not-a-chunk, version, header-layout, header-tail or truncated
 */
export function readHeader(bytes: Uint8Array): ChunkHeader {
  checkSignature(bytes);
  checkVersion(bytes);
  if (bytes.length < 12) fail("truncated", 4, "the file ends inside the header");
  const header: ChunkHeader = {
    format: bytes[5] ?? 0,
    littleEndian: layoutByte(bytes, 6, "the byte order", [0, 1]) === 1,
    intSize: layoutByte(bytes, 7, "the size of int", [2, 4, 8]),
    sizeTSize: layoutByte(bytes, 8, "the size of size_t", [2, 4, 8]),
    instructionSize: layoutByte(bytes, 9, "the size of an instruction", [4, 8]),
    numberSize: layoutByte(bytes, 10, "the size of a number", [4, 8]),
    integral: layoutByte(bytes, 11, "the integral flag", [0, 1]) === 1,
  };
  checkTail(bytes);
  return header;
}
