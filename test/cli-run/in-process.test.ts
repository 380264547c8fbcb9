import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { main } from "../../src/cli/dynasm.js";
import { ensureBuilt, packageRoot } from "../support/built-command.js";
import { hasLuajit, recordsCrashes } from "./dynasm.js";

// The commands in this process, whose own messages are caught; what programs print is not.
const written = vi.hoisted(() => ({ stdout: "", stderr: "" }));

vi.mock("../../src/cli/terminal.js", async (importOriginal) => {
  const text = (content: Uint8Array | string): string =>
    typeof content === "string" ? content : Buffer.from(content).toString("latin1");
  return {
    ...(await importOriginal<object>()),
    writeStandardOutput: (content: Uint8Array | string) => {
      written.stdout += text(content);
    },
    writeStandardError: (content: Uint8Array | string) => {
      written.stderr += text(content);
    },
  };
});

beforeAll(ensureBuilt);

let folder = "";
beforeEach(() => {
  written.stdout = "";
  written.stderr = "";
  folder = mkdtempSync(join(tmpdir(), "dynasm-in-process-"));
  cpSync(join(packageRoot, "fixtures/run"), folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (name: string): string => join(folder, name);

function write(name: string, text: string): string {
  writeFileSync(path(name), text, "latin1");
  return path(name);
}

describe.skipIf(!hasLuajit)("run", () => {
  test("gives the exit code of the program", async () => {
    const text = "local dasm = require 'dasm'\n|.arch ARCH\n||os.exit(CODE)\n";
    expect(await main(["run", "-D", "CODE=5", write("x.dasl", text)])).toBe(5);
    expect(await main(["run", write("x.lua", "os.exit(6)")])).toBe(6);
    expect(written).toEqual({ stdout: "", stderr: "" });
  });

  test("shows what is wrong with the program", async () => {
    expect(await main(["run", write("x.dasl", "|.arch x64\n| foo\n")])).toBe(1);
    expect(written.stderr).toContain("x.dasl:2:3: error: ");
    expect(await main(["run", "--luajit", path("none"), write("x.lua", "")])).toBe(1);
    expect(written.stderr).toContain("LuaJIT was not found");
    expect(await main(["run", "--luajit", folder, write("x.lua", "")])).toBe(1);
    expect(written.stderr).toContain("permission denied");
  });

  test.skipIf(!recordsCrashes)("explains a crash", async () => {
    const text = readFileSync(path("crash.dasl"), "latin1").replace(/^io\..*$/gm, "");
    expect(await main(["run", write("x.dasl", text), "call", "named"])).toBe(139);
    expect(written.stderr).toContain("probably called from second+0x4");
    expect(await main(["run", path("x.dasl"), "read"])).toBe(139);
    expect(written.stderr).toContain("in second+0x2");
  });
});

describe.skipIf(!hasLuajit)("build", () => {
  test("writes code and labels", async () => {
    const name = path("multiply.dasl");
    const args = [
      "build",
      "--target",
      "linux-x64",
      name,
      "--if-changed",
      "-o",
      path("out"),
      "--map",
      path("map"),
    ];
    expect(await main(args)).toBe(0);
    expect(readFileSync(path("out")).toString("hex")).toBe("89f80fafc6c3");
    expect(JSON.parse(readFileSync(path("map"), "utf8"))).toMatchObject({ labels: { multiply: 0 } });
    expect(await main([...args, "--number", "2"])).toBe(1);
    expect(written.stderr).toContain("makes only 1 build call(s), not 2");
  });

  test("tells why there is nothing to write", async () => {
    expect(await main(["build", write("x.lua", "return {}"), "-o", path("out"), "--call", "f"])).toBe(1);
    expect(written.stderr).toContain("the table that it returned has no function f");
    expect(await main(["build", write("x.lua", "return 1"), "-o", path("out")])).toBe(1);
    expect(written.stderr).toContain("it never called build");
    expect(await main(["build", write("x.lua", "os.exit(4)"), "-o", path("out")])).toBe(1);
    expect(written.stderr).toContain("ended with exit code 4");
    expect(await main(["build", write("x.dasl", "| foo\n"), "-o", path("out")])).toBe(1);
    const quiet = readFileSync(path("absolute.dasl"), "latin1").replace("print(size)", "");
    const args = ["build", "-D", "EXTERN", write("x.dasl", quiet), "-o", path("out")];
    expect(await main(args)).toBe(1);
    expect(written.stderr).toContain("--extern NAME=ADDRESS");
    expect(existsSync(path("out"))).toBe(false);
    expect(await main([...args, "--extern", "puts=0x1000", "--base", "0x20000000000000"])).toBe(1);
    expect(written.stderr).toContain("too far");
    expect(await main([...args, "--extern", "puts=0x1000"])).toBe(0);
    expect(written.stderr).toContain("makes 2 build calls");
  });
});

describe("help and usage", () => {
  test.each(["run", "build"])("of %s", async (name) => {
    expect(await main([name, "--help"])).toBe(0);
    expect(written.stdout).toMatch(new RegExp(`^Usage: dynasm ${name} `));
    expect(await main([name])).toBe(2);
    expect(written.stderr).toContain(`Try \`dynasm ${name} --help'.`);
    expect(await main([name, "--base", "x", "--nope"])).toBe(2);
  });

  test("of luabyteasm", async () => {
    expect(await main(["help", "luabyteasm"])).toBe(0);
  });
});

describe("runtime", () => {
  test("writes files and prints folders", async () => {
    expect(await main(["runtime", "c", path("new/c"), "--if-changed"])).toBe(0);
    expect(written.stdout).toBe(`${path("new/c/dasm_proto.h")}\n${path("new/c/dasm_x86.h")}\n`);
    expect(await main(["runtime", "lua", "--path"])).toBe(0);
    expect(written.stdout).toContain(`${join(packageRoot, "runtime/lua")}\n`);
  });

  test("undoes what it has written when it fails", async () => {
    write("dasm_proto.h", "mine");
    mkdirSync(path("dasm_x86.h"));
    expect(await main(["runtime", "c", folder])).toBe(1);
    expect(written.stderr).toContain("is a directory");
    expect(readFileSync(path("dasm_proto.h"), "utf8")).toBe("mine");
    expect(await main(["runtime", "c", path("dasm_proto.h")])).toBe(1);
  });
});

describe("watch", () => {
  test("translates again and ends when the folder is gone", async () => {
    write("in.dasc", "|.arch x64\n|.actionlist list\nint first;\n");
    const ended = main(["--watch", "-o", path("out.c"), path("in.dasc")]);
    const has = (text: string) => () => readFileSync(path("out.c"), "latin1").includes(text);
    await vi.waitUntil(() => existsSync(path("out.c")) && has("first")(), { timeout: 10_000 });
    write("in.dasc", "|.arch x64\n| foo\n");
    await vi.waitUntil(() => written.stderr.includes("in.dasc:2:3: error: "), { timeout: 10_000 });
    rmSync(folder, { recursive: true });
    expect(await ended).toBe(1);
    expect(written.stderr).toContain("cannot watch");
  });

  test("needs files", async () => {
    expect(await main(["--watch", path("in.dasc")])).toBe(2);
    expect(written.stderr).toContain("--watch needs an input file and an output file");
  });
});
