import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hasNative } from "../support/native.js";

export const RUNTIME = fileURLToPath(new URL("../../runtime/lua", import.meta.url));
export const FIXTURES = fileURLToPath(new URL("../../fixtures/runtime-lua", import.meta.url));
export const SCRIPTS = fileURLToPath(new URL(".", import.meta.url));
export const COMMAND = fileURLToPath(new URL("../../bin/dynasm.js", import.meta.url));

/** Whether tests that run LuaJIT can run here. */
export const HAS_LUAJIT = hasNative("luajit", ["-v"]);

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs luajit with the runtime on its path; `environment` is added to that of this process. */
export function runLuajit(
  args: readonly string[],
  options: { readonly cwd?: string; readonly environment?: Readonly<Record<string, string>> } = {},
): Finished {
  const { status, stdout, stderr } = spawnSync("luajit", args, {
    cwd: options.cwd ?? FIXTURES,
    env: {
      ...process.env,
      LUA_PATH: `${RUNTIME}/?.lua;./?.lua;;`,
      DYNASM: COMMAND,
      ...options.environment,
    },
    encoding: "latin1",
    maxBuffer: 1 << 28,
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

/** Makes a directory for one test file; call `remove` when done. */
export function createDirectory(): { readonly directory: string; readonly remove: () => void } {
  const directory = mkdtempSync(join(tmpdir(), "dynasm runtime-lua-"));
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
