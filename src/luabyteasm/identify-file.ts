import { HEADER_TAIL, SIGNATURE } from "./chunk.js";
import { hexPairs } from "./header-field.js";
import type { ForeignInfo } from "./header-info-foreign.js";

/** First bytes of kinds of files that are mistaken for chunks. */
const MAGICS: readonly (readonly [bytes: string, kind: string])[] = [
  ["7F 45 4C 46", "ELF file"],
  ["4D 5A", "Windows executable"],
  ["CF FA ED FE", "Mach-O file"],
  ["CA FE BA BE", "Java class or Mach-O file"],
  ["00 61 73 6D", "WebAssembly module"],
  ["1F 8B", "gzip archive"],
  ["50 4B 03 04", "zip archive"],
  ["42 5A 68", "bzip2 archive"],
  ["FD 37 7A 58 5A 00", "xz archive"],
  ["28 B5 2F FD", "zstd archive"],
  ["89 50 4E 47", "PNG image"],
  ["25 50 44 46", "PDF document"],
];

const ARCHIVE_HINT = "unpack it first";
const COMPILE_HINT = "compile it with luac5.2";

function isText(bytes: Uint8Array): boolean {
  const end = Math.min(bytes.length, 512);
  for (let i = 0; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (byte < 0x20 && (byte < 9 || byte > 13)) return false;
  }
  return true;
}

function identifyText(bytes: Uint8Array): ForeignInfo {
  const text = String.fromCharCode(...bytes.subarray(0, 4096));
  if (/^\s*(;[^\n]*\n\s*)*\.(fn|chunk)\b/.test(text)) {
    return { kind: "luabyteasm source text", advice: ["assemble it: luabyteasm assemble"] };
  }
  if (/\b(local|function|return|end|print|require)\b/.test(text)) {
    return { kind: "text, probably Lua source", advice: [COMPILE_HINT] };
  }
  return { kind: "text", advice: [`if it is Lua source, ${COMPILE_HINT}`] };
}

/** A chunk that lost bytes on its way: the tail is there, but not where it belongs. */
function identifyDamage(bytes: Uint8Array): ForeignInfo | undefined {
  const head = hexPairs(bytes.subarray(0, 64));
  const signature = hexPairs(SIGNATURE);
  const again = "transfer or extract it again as binary";
  if (head.startsWith(signature.slice(3))) {
    return { kind: "damaged Lua chunk", advice: [`byte 0 (1B, ESC) is missing: ${again}`] };
  }
  const at = head.indexOf(signature);
  if (at > 0) {
    const skipped = at / 3;
    return {
      kind: "file with a Lua chunk inside",
      advice: [`a Lua signature is at byte ${skipped}: cut off what is before it`],
    };
  }
  if (head.includes(hexPairs(HEADER_TAIL))) {
    return {
      kind: "damaged Lua chunk",
      advice: [`the signature is destroyed, the tail of a header is there: ${again}`],
    };
  }
  return undefined;
}

function identifyMagic(bytes: Uint8Array): ForeignInfo | undefined {
  const head = hexPairs(bytes.subarray(0, 8));
  const hit = MAGICS.find(([magic]) => head.startsWith(magic));
  if (hit === undefined) return undefined;
  return { kind: hit[1], advice: hit[1].endsWith("archive") ? [ARCHIVE_HINT] : [] };
}

/** Says what a file is that is neither Lua nor LuaJIT bytecode, and why it is no Lua 5.2 chunk. */
export function identifyFile(bytes: Uint8Array): ForeignInfo {
  if (bytes.length === 0)
    return { kind: "empty file", advice: ["a Lua 5.2 chunk has at least 18 bytes of header"] };
  const found =
    identifyMagic(bytes) ?? identifyDamage(bytes) ?? (isText(bytes) ? identifyText(bytes) : undefined);
  const info = found ?? { kind: "unknown file", advice: [] };
  const start = hexPairs(bytes.subarray(0, 4));
  const isPrefix = hexPairs(SIGNATURE).startsWith(start);
  const why = isPrefix
    ? `the file ends after ${bytes.length} bytes, inside the header of a Lua chunk`
    : `it starts with ${start}, a Lua chunk with 1B 4C 75 61 (ESC "Lua")`;
  return { kind: isPrefix ? "truncated Lua chunk" : info.kind, advice: [why, ...info.advice] };
}
