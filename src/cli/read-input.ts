import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { describeFileError, errorCode } from "./file-error.js";

const standardInput = 0;
const chunkSize = 1 << 16;

/** Waits a moment for a non-blocking standard input; Node has no other synchronous sleep. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
}

/** Reads up to the buffer's end; 0 at the end of the input. */
function readPart(descriptor: number, buffer: Buffer, offset: number): number {
  for (;;) {
    try {
      return readSync(descriptor, buffer, offset, buffer.length - offset, null);
    } catch (error) {
      const code = errorCode(error);
      if (code === "EOF") return 0;
      if (code !== "EAGAIN") throw error;
      pause();
    }
  }
}

/** Reads a descriptor to its end with one allocation when its size is known beforehand. */
function readAll(descriptor: number): Buffer {
  const stat = fstatSync(descriptor);
  let buffer = Buffer.allocUnsafeSlow(stat.isFile() && stat.size > 0 ? stat.size + 1 : chunkSize);
  let length = 0;
  for (;;) {
    const count = readPart(descriptor, buffer, length);
    if (count === 0) return buffer.subarray(0, length);
    length += count;
    if (length < buffer.length) continue;
    const larger = Buffer.allocUnsafeSlow(buffer.length * 2);
    buffer.copy(larger, 0, 0, length);
    buffer = larger;
  }
}

/**
 * Reads a whole file, or standard input when the path is `-`.
 * @throws FileError with one clear line when that is impossible.
 */
export function readInput(path: string): Buffer {
  if (path === "-") {
    try {
      return readAll(standardInput);
    } catch (error) {
      throw describeFileError("read", "standard input", error);
    }
  }
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, "r");
    return readAll(descriptor);
  } catch (error) {
    throw describeFileError("read", path, error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** As {@link readInput}, decoded as latin-1: one character per byte, so that every byte survives. */
export function readInputText(path: string): string {
  return readInput(path).toString("latin1");
}
