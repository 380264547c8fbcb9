import {
  type Chunk,
  type ChunkHeader,
  type FunctionParts,
  MAX_DEPTH,
  type Prototype,
  type Upvalue,
} from "./chunk.js";

/**
 * A function of a chunk, wherever the chunk is kept: as a tree, or as bytes that are decoded on request. What
 * works on this instead of a tree holds one function at a time, however many a chunk has.
 */
export interface FunctionSource {
  /** Number of functions right inside this one. */
  readonly nestedCount: number;
  /** Everything but the functions inside. Bytes are decoded anew by every call. */
  readonly read: () => FunctionParts;
  /** The upvalues alone. */
  readonly readUpvalues: () => readonly Upvalue[];
  /** The function inside with this number, 0 to `nestedCount` - 1; undefined for any other. */
  readonly nested: (index: number) => FunctionSource | undefined;
}

/** A chunk whose functions are read one at a time. */
export interface ChunkSource {
  readonly header: ChunkHeader;
  readonly main: FunctionSource;
}

/** Calls `visit` for every function right inside another, in order. */
export function forEachNested(
  source: FunctionSource,
  visit: (nested: FunctionSource, index: number) => void,
): void {
  for (let index = 0; index < source.nestedCount; index++) {
    const nested = source.nested(index);
    if (nested !== undefined) visit(nested, index);
  }
}

function sourceOfPrototype(prototype: Prototype): FunctionSource {
  return {
    nestedCount: prototype.prototypes.length,
    read: () => prototype,
    readUpvalues: () => prototype.upvalues,
    nested: (index) => {
      const nested = prototype.prototypes[index];
      return nested === undefined ? undefined : sourceOfPrototype(nested);
    },
  };
}

/** The functions of a chunk that is in memory. */
export function sourceOfChunk({ header, main }: Chunk): ChunkSource {
  return { header, main: sourceOfPrototype(main) };
}

function mapFunction(
  source: FunctionSource,
  change: (parts: FunctionParts) => FunctionParts,
): FunctionSource {
  return {
    nestedCount: source.nestedCount,
    read: () => change(source.read()),
    readUpvalues: source.readUpvalues,
    nested: (index) => {
      const nested = source.nested(index);
      return nested === undefined ? undefined : mapFunction(nested, change);
    },
  };
}

/** The chunk with a header of its own and with every function changed when it is read; upvalues must stay. */
export function mapSource(
  { main }: ChunkSource,
  header: ChunkHeader,
  change: (parts: FunctionParts) => FunctionParts,
): ChunkSource {
  return { header, main: mapFunction(main, change) };
}

/**
 * The function and those inside it, each changed apart from what it contains. Those nested more deeply than a chunk
 * allows stay as they are: writing refuses them.
 */
export function mapPrototype(
  prototype: Prototype,
  change: <Parts extends FunctionParts>(parts: Parts) => Parts,
  level = 1,
): Prototype {
  if (level > MAX_DEPTH) return prototype;
  const prototypes = prototype.prototypes.map((nested) => mapPrototype(nested, change, level + 1));
  return { ...change(prototype), prototypes };
}
