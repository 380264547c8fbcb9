import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeAll, beforeEach, expect } from "vitest";
import { ensureBuilt, packageRoot } from "../support/built-command.js";
import { hasNative } from "../support/native.js";

export const hasLuajit = hasNative("luajit", ["-v"]);

/** Whether crashes are explained here. */
export const recordsCrashes = hasLuajit && process.platform === "linux" && process.arch === "x64";

export interface Run {
  readonly exitCode: number | undefined;
  /** One character per byte. */
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export const dynasmScript = join(packageRoot, "bin/dynasm.js");

/**
 * A folder with a blank in its name for each test, with the example programs of fixtures/run. Every
 * run is checked for traces of this program's own failures and for files left behind.
 */
export function useExamples(): {
  readonly folder: () => string;
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<Run>;
} {
  let root = "";
  let folder = "";
  beforeAll(ensureBuilt);
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "dynasm run-"));
    folder = join(root, "my programs");
    cpSync(join(packageRoot, "fixtures/run"), folder, { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));
  return {
    folder: () => folder,
    run: async (args, { input = "", env = {} } = {}) => {
      const { exitCode, stdout, stderr } = await execa(process.execPath, [dynasmScript, ...args], {
        cwd: folder,
        input: Buffer.from(input, "latin1"),
        encoding: "latin1",
        stripFinalNewline: false,
        reject: false,
        timeout: 60_000,
        env: { TMPDIR: root, DYNASM_CACHE: "", LUAJIT: undefined, NODE_OPTIONS: undefined, ...env },
      });
      expect(stderr).not.toMatch(/^\s+at .*(?:\.c?js|node:)/m);
      expect(stderr).not.toContain("runtime/driver");
      expect(readdirSync(root)).toEqual(["my programs"]);
      return { exitCode, stdout, stderr };
    },
  };
}
