import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { ensureBuilt, packageRoot } from "../support/built-command.js";

/** The command as users start it. */
export const dynasm = join(packageRoot, "bin/dynasm.js");

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

export interface ScratchFolder {
  /** An empty folder for one test; commands run in it. */
  readonly folder: string;
  path(name: string): string;
  write(name: string, text: string): string;
  /** One character per byte. */
  read(name: string): string;
  run(args: readonly string[], options?: RunOptions): Promise<Run>;
}

/** Variables of the outer environment that change what the command prints. */
const cleared = { NO_COLOR: undefined, FORCE_COLOR: undefined, NODE_OPTIONS: undefined };

/** Runs the built command and checks what holds for every run: no stack trace, a known exit code. */
async function runDynasm(folder: string, args: readonly string[], options: RunOptions): Promise<Run> {
  const result = await execa(process.execPath, [dynasm, ...args], {
    cwd: folder,
    encoding: "latin1",
    stripFinalNewline: false,
    reject: false,
    timeout: 60_000,
    env: { ...cleared, ...options.env },
    ...(options.input === undefined
      ? { stdin: "ignore" as const }
      : { input: Buffer.from(options.input, "latin1") }),
  });
  const { exitCode, stdout, stderr } = result;
  expect(stderr).not.toMatch(/^\s+at .*(?:\.c?js|node:)/m);
  expect(stderr).not.toContain("internal error");
  expect([0, 1, 2]).toContain(exitCode);
  return { exitCode, stdout, stderr };
}

/** A folder of its own for each test of a file, and the built command to run there. */
export function useScratchFolder(): ScratchFolder {
  let folder = "";
  beforeAll(ensureBuilt);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dynasm-cli-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string): string => join(folder, name);
  return {
    get folder() {
      return folder;
    },
    path,
    write(name, text) {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), text, "latin1");
      return name;
    },
    read: (name) => readFileSync(path(name), "latin1"),
    run: (args, options = {}) => runDynasm(folder, args, options),
  };
}
