import { type Chunk, type FunctionParts, NO_ITEMS, NO_LINES } from "./chunk.js";
import { type ChunkSource, mapPrototype, mapSource } from "./function-source.js";

function stripParts<Parts extends FunctionParts>(parts: Parts): Parts {
  return { ...parts, source: null, lineInfo: NO_LINES, locals: NO_ITEMS, upvalueNames: NO_ITEMS };
}

/** As {@link stripChunk}, for a chunk whose functions are read one at a time. */
export function stripSource(source: ChunkSource): ChunkSource {
  return mapSource(source, source.header, stripParts);
}

/** The chunk without debug information, as `luac -s` writes it: only the lines of definition stay. */
export function stripChunk({ header, main }: Chunk): Chunk {
  return { header, main: mapPrototype(main, stripParts) };
}
