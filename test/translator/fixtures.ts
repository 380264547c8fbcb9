import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FileError } from "../../src/cli/file-error.js";
import type { CliIo } from "../../src/cli/io.js";
import { runTranslate } from "../../src/cli/translate-command.js";

/** A source with the command line that its first line gives. */
export interface Fixture {
  /** Path below `fixtures/translator` without the extension, such as `macros/paste`. */
  readonly name: string;
  readonly folder: string;
  readonly file: string;
  /** Arguments behind `dynasm translate`, with `%s` replaced. */
  readonly args: readonly string[];
  /** The golden of standard output. */
  readonly outputPath: string;
  /** The golden of standard error output. */
  readonly messagesPath: string;
  readonly rejected: boolean;
}

export interface FixtureRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const fixtureRoot = new URL("../../fixtures/translator/", import.meta.url).pathname;

const runLine = /^(?:\/\/|--) RUN: dynasm translate (.*?)\r?$/;

function readFixture(name: string): Fixture {
  const path = join(fixtureRoot, name);
  const folder = path.slice(0, path.lastIndexOf("/"));
  const file = path.slice(folder.length + 1);
  const command = runLine.exec(readFileSync(path, "latin1").split("\n", 1)[0] ?? "")?.[1];
  if (command === undefined || !command.includes("%s")) {
    throw new Error(`${name}: the first line must be "// RUN: dynasm translate ... %s" (-- in .dasl)`);
  }
  const stem = path.replace(/\.das[cl]$/, "");
  return {
    name: name.replace(/\.das[cl]$/, ""),
    folder,
    file,
    args: command.split(" ").map((word) => (word === "%s" ? file : word)),
    outputPath: `${stem}.out.${file.endsWith("l") ? "lua" : "c"}`,
    messagesPath: `${stem}.stderr`,
    rejected: file.startsWith("bad-"),
  };
}

/** All sources below `fixtures/translator`, each one a test. */
export const fixtures: readonly Fixture[] = readdirSync(fixtureRoot, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.das[cl]$/.test(name))
  .sort()
  .map(readFixture);

/** All files that are goldens by their name. */
export const goldenFiles: readonly string[] = readdirSync(fixtureRoot, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.(?:out\.c|out\.lua|stderr)$/.test(name))
  .map((name) => join(fixtureRoot, name));

function bytesToText(content: Uint8Array | string): string {
  return typeof content === "string" ? content : Buffer.from(content).toString("latin1");
}

/** Runs a fixture's command line in its folder, without touching any file but its sources. */
export async function runFixture(fixture: Fixture): Promise<FixtureRun> {
  const { folder, args } = fixture;
  const read = (path: string): string => readFileSync(join(folder, path), "latin1");
  let stdout = "";
  let stderr = "";
  const io: CliIo = {
    readInput: (path) => {
      if (!existsSync(join(folder, path))) throw new FileError(`cannot read ${path}`);
      return read(path);
    },
    readInclude: (path) => {
      if (!existsSync(join(folder, path))) return undefined;
      return path.endsWith("/") ? { problem: "is a directory" } : read(path);
    },
    writeFile: (path, content) => {
      if (path !== "-") throw new FileError(`a fixture must not write ${path}`);
      stdout += bytesToText(content);
    },
    stdout: (content) => {
      stdout += bytesToText(content);
    },
    stderr: (content) => {
      stderr += bytesToText(content);
    },
    target: { os: "Linux", arch: "x64" },
  };
  const exitCode = await runTranslate(args, io);
  return { exitCode, stdout, stderr };
}
