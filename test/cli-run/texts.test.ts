import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createProgram } from "../../src/cli/program.js";
import { ensureBuilt } from "../support/built-command.js";
import { hasNative } from "../support/native.js";

const written = vi.hoisted(() => ({ stdout: "", stderr: "" }));

vi.mock("../../src/cli/terminal.js", () => {
  const text = (content: Uint8Array | string): string =>
    typeof content === "string" ? content : Buffer.from(content).toString("latin1");
  return {
    writeStandardOutput: (content: Uint8Array | string) => {
      written.stdout += text(content);
    },
    writeStandardError: (content: Uint8Array | string) => {
      written.stderr += text(content);
    },
  };
});

beforeEach(() => {
  written.stdout = "";
  written.stderr = "";
});

async function run(
  ...args: readonly string[]
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const exitCode = await createProgram().run(args);
  return { exitCode, ...written };
}

const commandNames = ["translate", "run", "build", "runtime", "ops", "completion", "man", "luabyteasm"];

describe("help", () => {
  test("begins with all commands and goes on with the options of translate", async () => {
    const { exitCode, stdout } = await run("help");
    expect(exitCode).toBe(0);
    for (const name of commandNames) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, "m"));
    expect(stdout.indexOf("  run ")).toBeLessThan(stdout.indexOf("--keep-lines"));
    expect(createProgram().translateHelp()).toBe(stdout);
  });

  test.each(["translate", "run", "build", "runtime", "ops", "completion", "man"])("of %s", async (name) => {
    const { exitCode, stdout } = await run("help", name);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: dynasm ${name}`));
  });
});

describe("ops", () => {
  test("lists the forms of an instruction", async () => {
    const { exitCode, stdout } = await run("ops", "ADDSD");
    expect(exitCode).toBe(0);
    expect(stdout.split("\n").slice(0, 2)).toEqual([
      "mnemonic  operands      encoding     modes    marks",
      "addsd     xmm, xmm/m64  F2 0F 58 /r  x86 x64",
    ]);
  });

  test("lists all forms, for one architecture, as JSON", async () => {
    const both = JSON.parse((await run("ops", "--json")).stdout) as { modes: string[]; mnemonic: string }[];
    expect(both.length).toBeGreaterThan(1000);
    written.stdout = "";
    const x86 = JSON.parse((await run("ops", "--json", "--arch", "x86")).stdout) as typeof both;
    expect(x86).toEqual(both.filter(({ modes }) => modes.includes("x86")));
    expect(x86.length).toBeLessThan(both.length);
  });

  test.each([
    [["imu"], "unknown instruction `imu'; did you mean `imul'?"],
    [["zzzzzzz"], "unknown instruction `zzzzzzz'"],
    [["mov64", "--arch", "x86"], "mov64 does not exist on x86"],
  ])("of %j is an error", async (args, message) => {
    const { exitCode, stdout, stderr } = await run("ops", ...args);
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `dynasm: error: ${message}\n`,
    });
  });

  test("with a wrong option is wrong usage", async () => {
    expect(await run("ops", "--arch", "arm")).toMatchObject({ exitCode: 2, stdout: "" });
  });
});

/** Completes the last word of a line in bash, with the words as readline makes them. */
function completeInBash(words: readonly string[]): readonly string[] {
  const quoted = words.map((word) => `'${word}'`).join(" ");
  const script = `${written.stdout}
COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}
_dynasm_complete "\${COMP_WORDS[0]}"
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync("bash", ["--norc"], { input: script, encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  return stdout.split("\n").filter((word) => word !== "");
}

describe.skipIf(!hasNative("bash"))("bash completion", () => {
  test("belongs to both commands", async () => {
    const { stdout } = await run("completion", "bash");
    const input = `${stdout}\ncomplete -p dynasm luabyteasm`;
    const result = spawnSync("bash", ["--norc"], { input, encoding: "utf8" });
    expect(result.stderr).toBe("");
    expect(result.stdout).toBe(
      "complete -o bashdefault -o default -F _dynasm_complete dynasm\ncomplete -o bashdefault -o default -F _dynasm_complete luabyteasm\n",
    );
  });

  test.each([
    [
      ["dynasm", ""],
      [...commandNames, "help"],
    ],
    [
      ["dynasm", "ru"],
      ["run", "runtime"],
    ],
    [["/usr/bin/dynasm", "bui"], ["build"]],
    [["dynasm", "--keep"], ["--keep-lines"]],
    [["dynasm", "-o", "x", "x.dasc", "--dep"], ["--depfile"]],
    [
      ["dynasm", "translate", "--diagnostics-format", ""],
      ["gnu", "json", "classic"],
    ],
    [["dynasm", "--diagnostics-format", "=", "j"], ["json"]],
    [
      ["dynasm", "--diagnostics-format", "="],
      ["gnu", "json", "classic"],
    ],
    [["dynasm", "run", "--lu"], ["--luajit"]],
    [["dynasm", "run", "--luajit", "x", "--tar"], ["--target"]],
    [
      ["dynasm", "runtime", ""],
      ["c", "lua", "cmake"],
    ],
    [["dynasm", "runtime", "c", ""], []],
    [["dynasm", "completion", "z"], ["zsh"]],
    [["dynasm", "help", "o"], ["ops"]],
    [["dynasm", "luabyteasm", "ass"], ["assemble"]],
    [
      ["dynasm", "luabyteasm", "assemble", "--outp"],
      ["--output", "--output-dir"],
    ],
    [["luabyteasm", "dis"], ["disassemble"]],
    [["dynasm", "-o", ""], []],
    [["dynasm", "x.dasc", ""], []],
  ])("of %j", async (words, expected) => {
    await run("completion", "bash");
    const found = completeInBash(words);
    if (words.length === 2 && words[1] === "") expect(found).toEqual(expect.arrayContaining([...expected]));
    else expect(found).toEqual(expected);
  });
});

test.each(["zsh", "fish"])(
  "the completion script for %s names every command and is correct",
  async (shell) => {
    const { exitCode, stdout } = await run("completion", shell);
    expect(exitCode).toBe(0);
    for (const name of [...commandNames, "assemble", "disassemble"]) expect(stdout).toContain(name);
    expect(stdout).toContain("keep-lines");
    expect(stdout).toContain("gnu json classic");
    if (spawnSync(shell, ["--version"]).status !== 0) return;
    const folder = mkdtempSync(join(tmpdir(), "dynasm-completion-"));
    const file = join(folder, "script");
    writeFileSync(file, stdout);
    const { status, stderr } = spawnSync(shell, ["-n", file], { encoding: "utf8" });
    rmSync(folder, { recursive: true });
    expect([status, stderr]).toEqual([0, ""]);
  },
);

describe("man", () => {
  test.each(["dynasm", "luabyteasm"])("of %s names every command and option", async (name) => {
    const { exitCode, stdout } = await run("man", name);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`.TH "${name.toUpperCase()}" 1`);
    const commands = name === "dynasm" ? commandNames : ["assemble", "disassemble", "check", "run"];
    for (const command of commands) expect(stdout).toContain(`.SS "${name} ${command}"`);
    for (const line of stdout.split("\n")) expect(line).toMatch(/^(?:\.[A-Z]|\.br|\.\\"|\\&|[^.']|$)/);
  });

  test.skipIf(spawnSync("groff", ["--version"]).status !== 0)("is correct roff", async () => {
    const { stdout } = await run("man");
    const options = { input: stdout, encoding: "utf8" } as const;
    const result = spawnSync("groff", ["-man", "-ww", "-Tutf8", "-P-c", "-rLL=100n"], options);
    expect([result.status, result.stderr]).toEqual([0, ""]);
    // Bold and underlined characters are written twice, with a backspace between.
    const text = result.stdout.replace(/.\u0008/g, "");
    expect(text).toContain("--diagnostics-format FORMAT");
    expect(text).toContain("dynasm run [options] <file.dasl> [arguments...]");
  });

  test("is in the package", async () => {
    await ensureBuilt();
    const manifest = JSON.parse(readFileSync("package.json", "utf8")) as { man: string[] };
    for (const path of manifest.man) {
      written.stdout = "";
      const name = /(\w+)\.1$/.exec(path)?.[1] ?? "";
      expect(readFileSync(path, "latin1")).toBe((await run("man", name)).stdout);
    }
  });
});

beforeAll(ensureBuilt);
