import { DasmError } from "./dasm-error.js";
import { findBuiltin, findProcess } from "./optional-package.js";

interface FileSystem {
  appendFileSync(path: string, text: string): void;
}

/** A line of a perf map: start address and size in hexadecimal, then the name. */
export function formatPerfLine(address: bigint, size: number, name: string): string {
  return `${address.toString(16)} ${size.toString(16)} ${name.replace(/[\r\n]/g, " ")}\n`;
}

/**
 * Appends lines to the file in which `perf report` looks for the names of generated code,
 * `/tmp/perf-PID.map`. Returns its path.
 * @throws DasmError if the file cannot be written
 */
export function appendPerfMap(text: string): string {
  const path = `/tmp/perf-${findProcess()?.pid ?? 0}.map`;
  const files = findBuiltin("node:fs") as FileSystem | undefined;
  try {
    if (files === undefined) throw new Error("there is no file system");
    files.appendFileSync(path, text);
  } catch (error) {
    throw new DasmError(
      "memory",
      `cannot write ${path}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return path;
}
