import { type ChunkSource, sourceOfChunk } from "../../luabyteasm/function-source.js";
import { type OpenResult, openChunk } from "../../luabyteasm/read-chunk.js";
import { readInput } from "../read-input.js";
import { displayName, type Message, messagesAbout } from "./messages.js";

/** A chunk from a file, or why there is none. */
export type LoadedChunk =
  | { readonly ok: true; readonly source: ChunkSource; readonly messages: readonly Message[] }
  | { readonly ok: false; readonly messages: readonly Message[] };

const signatureStart = 0x1b;

/** Whether bytes hold a text for the assembler: a line that opens a function or describes the chunk. */
function isAssemblerText(bytes: Buffer): boolean {
  if (bytes[0] === signatureStart) return false;
  return /(?:^|[\n\r])(?:\xef\xbb\xbf)?[ \t\v\f]*\.(?:fn|chunk)(?![A-Za-z0-9_])/.test(
    bytes.toString("latin1"),
  );
}

/** Parses a text; the assembler is loaded only when there is one. */
async function openText(bytes: Uint8Array, path: string): Promise<OpenResult> {
  const { parse } = await import("../parse-text.js");
  const parsed = parse(bytes, { fileName: displayName(path) });
  if (!parsed.ok) return parsed;
  return { ok: true, source: sourceOfChunk(parsed.chunk), diagnostics: parsed.diagnostics };
}

function describeLoaded(path: string, result: OpenResult): LoadedChunk {
  const messages = messagesAbout(path, result.diagnostics);
  return result.ok ? { ok: true, source: result.source, messages } : { ok: false, messages };
}

/**
 * Loads a chunk from its bytes, or from assembler text. Only a text takes a promise: runs on a
 * chunk end at once.
 * @throws FileError when the file cannot be read
 */
export function loadChunk(path: string): LoadedChunk | Promise<LoadedChunk> {
  const bytes = readInput(path);
  if (!isAssemblerText(bytes)) return describeLoaded(path, openChunk(bytes));
  return openText(bytes, path).then((result) => describeLoaded(path, result));
}
