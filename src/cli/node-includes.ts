import { readFileSync } from "node:fs";
import type { IncludeResult } from "../translator/options.js";
import { fromByteText } from "./byte-text.js";
import { describeFileError, errorCode } from "./file-error.js";

/** Reads include files from the file system, by names in byte text; each file is read once. */
export function createIncludeReader(): (path: string) => IncludeResult {
  const known = new Map<string, IncludeResult>();
  return (path) => {
    if (known.has(path)) return known.get(path);
    const result = readInclude(fromByteText(path));
    known.set(path, result);
    return result;
  };
}

function readInclude(path: string): IncludeResult {
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG") return undefined;
    return { problem: describeFileError("read", path, error).message.replace(/^.*: /s, "") };
  }
}
