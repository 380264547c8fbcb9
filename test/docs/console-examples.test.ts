import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureBuilt } from "../support/built-command.js";
import { hasNative } from "../support/native.js";

const root = resolve(import.meta.dirname, "../..");
const documents = ["README.md", ...readdirSync(join(root, "docs")).map((name) => join("docs", name))].filter(
  (name) => name.endsWith(".md"),
);

/** Whether machine code of the examples can run here. */
const canRun = process.arch === "x64" && process.platform === "linux";

interface Block {
  readonly language: string;
  readonly text: string;
  readonly line: number;
}

function readBlocks(document: string): readonly Block[] {
  const text = readFileSync(join(root, document), "utf8");
  return [...text.matchAll(/^```([a-z-]*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1] ?? "",
    text: match[2] ?? "",
    line: text.slice(0, match.index).split("\n").length + 1,
  }));
}

/** Files that a document shows: a block behind a paragraph that ends with the name in back-quotes. */
function readFiles(document: string): ReadonlyMap<string, string> {
  const text = readFileSync(join(root, document), "utf8");
  const matches = text.matchAll(/`([\w-]+\.[a-z]+)`:?\n\n```[a-z]*\n([\s\S]*?)^```$/gm);
  return new Map([...matches].map(([, name = "", content = ""]) => [name, content]));
}

interface Command {
  readonly command: string;
  readonly output: string;
}

/** Lines that begin with `$ ` are commands, the others what they print. */
function readCommands(text: string): readonly Command[] {
  const commands: { command: string; output: string }[] = [];
  for (const line of text.split("\n").slice(0, -1)) {
    const last = commands.at(-1);
    if (line.startsWith("$ ")) commands.push({ command: line.slice(2), output: "" });
    else if (last !== undefined) last.output += `${line}\n`;
  }
  return commands;
}

/** Tools other than this package's own that a command needs. */
function isAvailable(command: string): boolean {
  if (/^lua5\.2\b/.test(command)) return hasNative("lua5.2", ["-v"]);
  if (/^luac5\.2\b/.test(command)) return hasNative("luac5.2", ["-v"]);
  if (/^dynasm (run|build)\b/.test(command)) return hasNative("luajit", ["-v"]);
  return !/^gcc\b/.test(command) || hasNative("gcc", ["--version"]);
}

let folder = "";
let env: NodeJS.ProcessEnv = {};

beforeAll(async () => {
  await ensureBuilt();
  folder = mkdtempSync(join(tmpdir(), "dynasm-docs-"));
  const bin = join(folder, ".bin");
  mkdirSync(bin);
  for (const name of ["dynasm", "luabyteasm"]) {
    const script = `#!/bin/sh\nexec "${process.execPath}" "${join(root, "bin", name)}.js" "$@"\n`;
    writeFileSync(join(bin, name), script);
    chmodSync(join(bin, name), 0o755);
  }
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/dynasm"));
  cpSync(join(root, "fixtures/demo"), join(folder, "fixtures/demo"), { recursive: true });
  const { PATH: path = "" } = process.env;
  env = { ...process.env, PATH: `${bin}${delimiter}${path}`, NO_COLOR: "1" };
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(documents)("%s", (document) => {
  const blocks = readBlocks(document);
  const consoles = blocks.filter(({ language }) => language === "console");
  const scripts = blocks.flatMap((block, index) => {
    const next = blocks[index + 1];
    return block.language === "js" && next?.language === "text" ? [{ ...block, expected: next.text }] : [];
  });

  test("has its examples where this test finds them", () => {
    expect(document !== "README.md" || (consoles.length >= 4 && scripts.length >= 1)).toBe(true);
  });

  test.each(consoles)("the commands in line $line print what is shown", ({ text }) => {
    for (const [name, content] of readFiles(document)) writeFileSync(join(folder, name), content);
    for (const { command, output } of readCommands(text)) {
      if (!isAvailable(command)) return;
      const result = spawnSync("bash", ["-c", `${command} 2>&1`], { cwd: folder, env, encoding: "utf8" });
      expect(result.stdout).toBe(output);
    }
  });

  test.each(scripts)("the program in line $line prints what is shown", ({ text, expected }) => {
    if (text.includes(".build()") && !canRun) return;
    for (const [name, content] of readFiles(document)) writeFileSync(join(folder, name), content);
    const args = ["--input-type=module", "-e", text];
    const result = spawnSync(process.execPath, args, { cwd: folder, env, encoding: "utf8" });
    expect(result.stdout + result.stderr).toBe(expected);
  });
});
