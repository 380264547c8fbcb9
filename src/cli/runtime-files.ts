// bundle entry
import { mkdirSync, readdirSync, readFileSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { describeFileError } from "./file-error.js";
import { writeFileAtomically } from "./output-file.js";
import { packagePath } from "./package-path.js";
import { readInput } from "./read-input.js";
import type { RuntimeKind } from "./runtime-kinds.js";
import { writeStandardOutput } from "./terminal.js";

function print(text: string): void {
  writeStandardOutput(Buffer.from(`${text}\n`, "utf8"));
}

/** Prints the folder of this package that has the files, and gives the exit code. */
export function printRuntimePath(kind: RuntimeKind): number {
  print(packagePath(`runtime/${kind}`));
  return 0;
}

function createFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
  } catch (error) {
    throw describeFileError("create", folder, error);
  }
}

/** The content of a file as it is now; undefined if there is none. */
function currentContent(path: string): Buffer | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path) : undefined;
}

/** Makes a file what it was. */
function restore(path: string, content: Buffer | undefined): void {
  if (content === undefined) unlinkSync(path);
  else writeFileAtomically(path, content);
}

/**
 * Writes the files into a folder, which is created, and prints their names: all of them or, when one
 * cannot be written, none.
 *
 * @returns the exit code.
 * @throws FileError if a file cannot be written.
 */
export function writeRuntime(kind: RuntimeKind, folder: string, ifChanged: boolean): number {
  const source = packagePath(`runtime/${kind}`);
  const files = readdirSync(source).map((name) => ({ name, content: readInput(join(source, name)) }));
  createFolder(folder);
  const before = new Map<string, Buffer | undefined>();
  try {
    for (const { name, content } of files) {
      const path = join(folder, name);
      const old = currentContent(path);
      if (writeFileAtomically(path, content, { ifChanged })) before.set(path, old);
    }
  } catch (error) {
    for (const [path, content] of before) restore(path, content);
    throw error;
  }
  for (const path of before.keys()) print(path);
  return 0;
}
