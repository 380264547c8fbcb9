import { type ActionSourceMap, parseActionSourceMap } from "../diagnostics/action-source-map.js";
import { FileError } from "./file-error.js";
import { readInput } from "./read-input.js";

/**
 * Reads a map that `translate --map` wrote.
 * @throws FileError if it cannot be read or is no such map
 */
export function readSourceMap(path: string): ActionSourceMap {
  const map = parseActionSourceMap(readInput(path).toString("utf8"));
  if (map === undefined) throw new FileError(`${path} is no map of translate --map`);
  return map;
}
