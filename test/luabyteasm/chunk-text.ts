import { assemble } from "../../src/luabyteasm/assemble.js";
import type { Chunk } from "../../src/luabyteasm/chunk.js";
import { readChunk } from "../../src/luabyteasm/read-chunk.js";

/** The chunk that assembler text stands for. */
export function chunkOfText(text: string): Chunk {
  const assembled = assemble(text);
  if (!assembled.ok) throw new Error(assembled.diagnostics.map(({ message }) => message).join("\n"));
  const read = readChunk(assembled.bytes);
  if (!read.ok) throw new Error(read.diagnostics[0]?.message);
  return read.chunk;
}

/** The chunk of a main function with these instructions; `rest` adds sections. */
export function chunkOfCode(instructions: string, rest = "", frame = 10): Chunk {
  return chunkOfText(
    `.fn @t.lua\n.header\nis_vararg=1, maxstacksize=${frame}\n.instruction\n${instructions}\n${rest}\n.endfn\n`,
  );
}
