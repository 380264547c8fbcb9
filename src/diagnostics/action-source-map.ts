/**
 * Says which source lines the bytes of an action list come from. The translator makes it, the
 * encoder and `dynasm explain` use it, and files hold it as JSON.
 */
export interface ActionSourceMap {
  readonly version: 1;
  readonly files: readonly string[];
  /**
   * Ranges of the action list: start and end offset (exclusive), index into `files`, line from 1.
   * Ordered by start. Equal statements share their bytes, so that a range can have several entries.
   */
  readonly entries: readonly (readonly [start: number, end: number, file: number, line: number])[];
  /** Names of the global labels; the first one has the number 10. */
  readonly globals: readonly string[];
  /** Names of the extern symbols, from number 0. */
  readonly externs: readonly string[];
}

/** A line of a source file. */
export interface SourceLine {
  readonly file: string;
  readonly line: number;
}

/** The source lines that the byte at an offset of the action list comes from; empty if unknown. */
export function findSource(map: ActionSourceMap, offset: number): readonly SourceLine[] {
  const found: SourceLine[] = [];
  for (const [start, end, file, line] of map.entries) {
    if (start > offset) break;
    if (offset < end) found.push({ file: map.files[file] ?? "", line });
  }
  return found;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}

function isEntry(value: unknown, fileCount: number): value is ActionSourceMap["entries"][number] {
  return Array.isArray(value) && value.length === 4 && value.every(isCount) && (value[2] ?? 0) < fileCount;
}

/** Reads a map from JSON. Returns undefined for text that is no such map. */
export function parseActionSourceMap(text: string): ActionSourceMap | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { version, files, entries, globals, externs } = value as Record<string, unknown>;
  if (version !== 1 || !isTextList(files) || !isTextList(globals) || !isTextList(externs)) return undefined;
  if (!Array.isArray(entries) || !entries.every((entry) => isEntry(entry, files.length))) return undefined;
  return { version, files, entries, globals, externs };
}
