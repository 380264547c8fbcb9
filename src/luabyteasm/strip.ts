import type { Chunk, Prototype } from "./chunk.js";

function stripPrototype(prototype: Prototype): Prototype {
  return {
    ...prototype,
    prototypes: prototype.prototypes.map(stripPrototype),
    source: null,
    lineInfo: new Int32Array(0),
    locals: [],
    upvalueNames: [],
  };
}

/** The chunk without debug information, as `luac -s` writes it: only the lines of definition stay. */
export function stripChunk({ header, main }: Chunk): Chunk {
  return { header, main: stripPrototype(main) };
}
