import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../support/built-command.js";

const fixtures = join(packageRoot, "fixtures/build-systems");

/** A copy of an example project in a folder whose name has a blank, with `dynasm` on PATH. */
export interface Project {
  readonly folder: string;
  /** Runs a command in the project's folder and returns its output; a failure is an exception. */
  run(command: string, ...args: readonly string[]): string;
  /** The sources translated since the last call, in alphabetical order. */
  takeTranslated(): readonly string[];
  /** Names of the files below a folder (relative) that were written since the last call, by ending. */
  takeWritten(below: string, ending: string): readonly string[];
  /** Makes a file newer than all others, with the same or a changed content. */
  touch(name: string, change?: (text: string) => string): void;
  remove(): void;
}

function modificationTimes(folder: string, ending: string): Map<string, number> {
  const times = new Map<string, number>();
  if (!existsSync(folder)) return times;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith(ending)) continue;
    times.set(entry.name, statSync(join(entry.parentPath, entry.name)).mtimeMs);
  }
  return times;
}

/** A `dynasm` that notes in a log which sources it translates. */
function installCommand(bin: string, log: string): void {
  mkdirSync(bin);
  const command = join(bin, "dynasm");
  const script = `#!/bin/sh
for last; do :; done
case $last in *.dasc) echo "$last" >>"${log}" ;; esac
exec "${process.execPath}" "${join(packageRoot, "bin/dynasm.js")}" "$@"
`;
  writeFileSync(command, script);
  chmodSync(command, 0o755);
}

export function createProject(system: string): Project {
  const root = mkdtempSync(join(tmpdir(), "dynasm build "));
  const folder = join(root, "my project");
  const log = join(root, "log");
  cpSync(join(fixtures, "source"), folder, { recursive: true });
  cpSync(join(fixtures, system), folder, { recursive: true });
  installCommand(join(root, "bin"), log);
  const { PATH = "" } = process.env;
  const environment = { ...process.env, PATH: `${join(root, "bin")}:${PATH}` };
  const known = new Map<string, Map<string, number>>();
  return {
    folder,
    run(command, ...args) {
      const options = { cwd: folder, env: environment, encoding: "utf8", timeout: 100_000 } as const;
      const { status, stdout, stderr, error } = spawnSync(command, args, options);
      if (status !== 0) {
        throw new Error(`${command} ${args.join(" ")}: ${error ?? status}\n${stdout}${stderr}`);
      }
      return stdout;
    },
    takeTranslated() {
      const lines = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
      rmSync(log, { force: true });
      return lines.map((line) => line.replace(/^.*\//, "")).sort();
    },
    takeWritten(below, ending) {
      const key = `${below} ${ending}`;
      const before = known.get(key);
      const times = modificationTimes(join(folder, below), ending);
      known.set(key, times);
      return [...times.keys()].filter((name) => times.get(name) !== before?.get(name)).sort();
    },
    touch(name, change = (text) => text) {
      // The clock of files is coarse.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30);
      const path = join(folder, name);
      writeFileSync(path, change(readFileSync(path, "utf8")));
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
