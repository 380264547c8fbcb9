import type { ActionSourceMap } from "../diagnostics/action-source-map.js";
import { usageError } from "./dasm-error.js";
import { decodeChunkInto } from "./decode-chunk.js";
import { type ActionList, CHUNK_FIELDS } from "./operation.js";

const MAX_LIST_LENGTH = 1 << 24;
const FIRST_CHUNK = CHUNK_FIELDS;

/** Decoding depends on the bytes alone and an action list is immutable, so all states share it. */
const decodedLists = new WeakMap<Uint8Array, ActionList>();
const mappedLists = new WeakMap<ActionSourceMap, ActionList>();

/**
 * Returns the decoder state of an action list. The bytes must not change afterwards.
 * @throws DasmError if the list is no byte array or longer than 16 MiB
 */
export function openActionList(bytes: Uint8Array): ActionList {
  const known = decodedLists.get(bytes);
  if (known !== undefined) return known;
  const list = createActionList(bytes, undefined);
  decodedLists.set(bytes, list);
  return list;
}

/** Like {@link openActionList}, for code whose bytes shall be traced back to the statements in a map. */
export function openMappedList(bytes: Uint8Array, map: ActionSourceMap): ActionList {
  const known = mappedLists.get(map);
  if (known !== undefined && known.bytes === bytes) return known;
  const statementStarts = new Uint8Array(bytes.length);
  for (const [start] of map.entries) statementStarts[start] = 1;
  const list = createActionList(bytes, statementStarts);
  mappedLists.set(map, list);
  return list;
}

function createActionList(bytes: Uint8Array, statementStarts: Uint8Array | undefined): ActionList {
  if (!(bytes instanceof Uint8Array)) throw usageError("an action list must be a Uint8Array");
  if (bytes.length > MAX_LIST_LENGTH) {
    throw usageError(`the action list has ${bytes.length} bytes: at most ${MAX_LIST_LENGTH} are possible`);
  }
  return {
    bytes,
    statementStarts,
    chunkAt: new Int32Array(bytes.length),
    operations: new Int32Array(64),
    offsets: new Int32Array(64),
    operationsEnd: FIRST_CHUNK,
    spare: undefined,
  };
}

/** Chunks may overlap, so decoding them from every offset could need the square of the list's length. */
function forgetChunksWhenTooMany(list: ActionList): void {
  if (list.operationsEnd < 64 * list.bytes.length + 4096) return;
  list.chunkAt.fill(0);
  list.operationsEnd = FIRST_CHUNK;
}

/**
 * Decodes the chunk at an offset and remembers it.
 * @returns index of the chunk in `operations`
 * @throws DasmError if the offset is outside the list or the chunk is damaged
 */
export function decodeChunk(list: ActionList, start: number): number {
  if (!Number.isInteger(start) || start < 0 || start >= list.bytes.length) {
    throw usageError(
      `put: start offset ${String(start)} is outside the action list of ${list.bytes.length} bytes`,
    );
  }
  forgetChunksWhenTooMany(list);
  const chunk = list.operationsEnd;
  decodeChunkInto(list, start);
  list.chunkAt[start] = chunk;
  return chunk;
}
