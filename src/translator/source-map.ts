import type { ActionSourceMap } from "../diagnostics/action-source-map.js";
import { linesPerFile } from "./pending-code.js";
import type { TranslationState } from "./state.js";

/** The source map of a finished translation. Lines that share the bytes of a chunk all appear. */
export function createSourceMap(state: TranslationState): ActionSourceMap {
  const { sourceEntries } = state;
  const seen = new Set<string>();
  const entries: (readonly [number, number, number, number])[] = [];
  for (let at = 0; at < sourceEntries.length; at += 3) {
    const [start = 0, end = 0, place = 0] = sourceEntries.slice(at, at + 3);
    const entry = [start, end, Math.floor(place / linesPerFile), place % linesPerFile] as const;
    const key = entry.join(" ");
    if (seen.has(key)) continue;
    seen.add(key);
    entries.push(entry);
  }
  entries.sort((a, b) => a[0] - b[0]);
  return {
    version: 1,
    files: state.files,
    entries,
    globals: [...state.globalNumbers.keys()],
    externs: [...state.externNumbers.keys()],
  };
}
