import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hasNative } from "../support/native.js";

/** Directory of the engine's headers. */
export const RUNTIME_C = fileURLToPath(new URL("../../runtime/c", import.meta.url));

/** Directory of the C sources of these tests. */
export const FIXTURES = fileURLToPath(new URL("../../fixtures/runtime-c", import.meta.url));

const EMPTY_PROGRAM = "int main(void) { return 0; }\n";

/** Everything the headers promise to be clean under. */
export const WARNINGS = [
  "-Wall",
  "-Wextra",
  "-Wpedantic",
  "-Wshadow",
  "-Wconversion",
  "-Wsign-conversion",
  "-Wcast-align",
  "-Wcast-qual",
  "-Wundef",
  "-Werror",
] as const;

export const SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"] as const;

/** A directory that is removed by its `remove`. */
export interface ScratchFolder {
  readonly directory: string;
  readonly remove: () => void;
}

export function createScratchFolder(): ScratchFolder {
  const directory = mkdtempSync(join(tmpdir(), "dynasm-runtime-c-"));
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/** Tells whether gcc can build and link programs with these options here. */
export function canCompile(options: readonly string[]): boolean {
  const { directory, remove } = createScratchFolder();
  const source = join(directory, "probe.c");
  writeFileSync(source, EMPTY_PROGRAM);
  const works = hasNative("gcc", [...options, source, "-o", join(directory, "probe")]);
  remove();
  return works;
}

/** Result of a finished process. */
export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function run(command: string, args: readonly string[], input = ""): Finished {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    input,
    encoding: "latin1",
    maxBuffer: 1 << 28,
  });
  if (error) throw error;
  return { status, stdout, stderr };
}

/** Compiles a C program, with the headers on the include path. Throws with the compiler's messages. */
export function compile(
  source: string,
  output: string,
  options: readonly string[],
  compiler: "gcc" | "clang" = "gcc",
): string {
  const { status, stderr } = run(compiler, ["-I", RUNTIME_C, ...options, source, "-o", output]);
  if (status !== 0) throw new Error(`${compiler} ${options.join(" ")} ${source}\n${stderr}`);
  return output;
}
