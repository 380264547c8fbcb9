import type { IncludeResult, Target } from "../translator/options.js";
import { createIncludeReader } from "./node-includes.js";
import { targetOs } from "./option-values.js";
import { type OutputFileOptions, writeFileAtomically } from "./output-file.js";
import { readInputText } from "./read-input.js";
import { writeStandardError, writeStandardOutput } from "./terminal.js";

/** What a command sees of the world. Strings have one character per byte (latin-1). */
export interface CliIo {
  /** Reads a file, or standard input for `-`. Throws a FileError. */
  readonly readInput: (path: string) => string;
  readonly readInclude: (path: string) => IncludeResult;
  /** Writes a file whole or not at all, `-` is standard output. Throws a FileError. */
  readonly writeFile: (path: string, content: Uint8Array | string, options?: OutputFileOptions) => void;
  readonly stdout: (content: Uint8Array | string) => void;
  readonly stderr: (content: Uint8Array | string) => void;
  readonly target: Target;
}

/** The files, streams and machine of this process. */
export function createNodeIo(): CliIo {
  return {
    readInput: readInputText,
    readInclude: createIncludeReader(),
    writeFile: writeFileAtomically,
    stdout: writeStandardOutput,
    stderr: writeStandardError,
    target: { os: targetOs(process.platform) ?? "Other", arch: process.arch === "ia32" ? "x86" : "x64" },
  };
}
