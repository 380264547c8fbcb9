import { type Chunk, MAX_DEPTH, type Prototype } from "./chunk.js";

function stripPrototype(prototype: Prototype, level: number): Prototype {
  if (level > MAX_DEPTH) return prototype; // Writing refuses it.
  return {
    ...prototype,
    prototypes: prototype.prototypes.map((nested) => stripPrototype(nested, level + 1)),
    source: null,
    lineInfo: new Int32Array(0),
    locals: [],
    upvalueNames: [],
  };
}

/** The chunk without debug information, as `luac -s` writes it: only the lines of definition stay. */
export function stripChunk({ header, main }: Chunk): Chunk {
  return { header, main: stripPrototype(main, 1) };
}
