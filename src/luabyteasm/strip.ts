import { type Chunk, type FunctionParts, MAX_DEPTH, NO_ITEMS, NO_LINES, type Prototype } from "./chunk.js";
import { type ChunkSource, mapSource } from "./function-source.js";

function stripParts<Parts extends FunctionParts>(parts: Parts): Parts {
  return { ...parts, source: null, lineInfo: NO_LINES, locals: NO_ITEMS, upvalueNames: NO_ITEMS };
}

function stripPrototype(prototype: Prototype, level: number): Prototype {
  if (level > MAX_DEPTH) return prototype; // Writing refuses it.
  const prototypes = prototype.prototypes.map((nested) => stripPrototype(nested, level + 1));
  return { ...stripParts(prototype), prototypes };
}

/** As {@link stripChunk}, for a chunk whose functions are read one at a time. */
export function stripSource(source: ChunkSource): ChunkSource {
  return mapSource(source, source.header, stripParts);
}

/** The chunk without debug information, as `luac -s` writes it: only the lines of definition stay. */
export function stripChunk({ header, main }: Chunk): Chunk {
  return { header, main: stripPrototype(main, 1) };
}
