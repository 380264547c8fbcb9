import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../support/built-command.js";
import { hasNative } from "../support/native.js";
import { dynasmScript, hasLuajit, recordsCrashes, useExamples } from "./dynasm.js";

const { folder, run } = useExamples();

function write(name: string, text: string): string {
  writeFileSync(join(folder(), name), text, "latin1");
  return name;
}

describe.skipIf(!hasLuajit)("a program", () => {
  test("gets its arguments and streams, finds modules beside it, and gives its exit code", async () => {
    const options = ["-D", "FACTOR=7"];
    const result = await run(["run", ...options, "main.dasl", "a b", "--help", "-o"], {
      input: "6 7\n20 30\n",
    });
    expect(result).toEqual({ exitCode: 7, stdout: "42\t6\n600\t6\n", stderr: "main.dasl 3 a b --help -o\n" });
  });

  test("finds its modules wherever it is started", async () => {
    const result = await run(["run", join(packageRoot, "fixtures/run/main.dasl")], { input: "3 5\n" });
    expect(result).toMatchObject({ exitCode: 0, stdout: "15\t6\n" });
  });

  test("that fails is reported as luajit does, with the lines of the source", async () => {
    const { exitCode, stdout, stderr } = await run(["run", "main.dasl"], { input: "2 3\nx\n" });
    expect(exitCode).toBe(1);
    expect(stdout).toBe("6\t6\n");
    expect(stderr).toBe(
      "luajit: main.dasl:9: two numbers expected, got x\nstack traceback:\n\t[C]: in function 'error'\n\tmain.dasl:9: in main chunk\n",
    );
  });

  test.each([
    ["error()", ""],
    ["error({})", "luajit: (error object is not a string)\n"],
    ["error(12, 0)", "luajit: 12\nstack traceback:\n\t[C]: in function 'error'\n\tx.lua:1: in main chunk\n"],
    [
      "error(setmetatable({}, { __tostring = function() return 'own' end }))",
      "luajit: own\nstack traceback:\n\t[C]: in function 'error'\n\tx.lua:1: in main chunk\n",
    ],
    ["x = = 1", "luajit: x.lua:1: unexpected symbol near '='\n"],
  ])("that ends with %s", async (text, message) => {
    const result = await run(["run", write("x.lua", text)]);
    expect(result).toEqual({ exitCode: 1, stdout: "", stderr: message });
  });

  test("that calls the encoder wrongly is told where", async () => {
    const text = `local ffi, dasm = require "ffi", require "dasm"
|.arch x64
|.actionlist list
local Dst = dasm.new(list)
|  jmp >1
Dst:build()
`;
    const { exitCode, stderr } = await run(["run", "-Wno-all", write("x.dasl", text)]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^luajit: x\.dasl:6: dasm error: undefined global label.*source x\.dasl:5\)\n/);
    expect(stderr).toMatch(/\n\tx\.dasl:6: in main chunk\n$/);
    const { stderr: wrongList } = await run(["run", write("y.lua", "require 'dasm'.new(1)")]);
    expect(wrongList).toMatch(/^luajit: y\.lua:1: dasm: an action list made by .actionlist expected/);
  });

  test("can come from standard input", async () => {
    const result = await run(["run", "-", "x"], { input: "print(arg[0], ...)" });
    expect(result).toEqual({ exitCode: 0, stdout: "-\tx\n", stderr: "" });
  });

  test("sees the search path and the environment of the user", async () => {
    write("mine.module", "return 'mine'");
    const text =
      "print(require 'mine', os.getenv 'LUA_PATH', package.path:find('/lua/?.lua;', 1, true) ~= nil)";
    const { stdout } = await run(["run", write("x.dasl", text)], { env: { LUA_PATH: "./?.module;;" } });
    expect(stdout).toBe("mine\t./?.module;;\ttrue\n");
  });

  test("can translate and load code by itself", async () => {
    const text = `local f = assert(require "dynasm".loadstring "|.arch x64\\n|.actionlist list\\nreturn DASM_MAXSECTION, list ~= nil")
package.loaded.x = f
print(type(f))`;
    const { stdout, stderr } = await run(["run", write("x.dasl", text)]);
    expect([stdout, stderr]).toEqual(["function\n", ""]);
  });

  test("that is not correct is not run", async () => {
    const result = await run(["run", write("x.dasl", "print(1)\n|.arch x64\n|.actionlist a\n|  foo eax\n")]);
    expect(result).toMatchObject({ exitCode: 1, stdout: "" });
    expect(result.stderr).toMatch(/^x\.dasl:4:4: error: .*foo/);
  });

  test("is translated for the target that is asked for", async () => {
    const name = write("x.dasl", "local dasm = require 'dasm'\n|.arch ARCH\n||print 'ARCH OS'\n");
    for (const [target, text] of [
      ["linux-x86", "x86 Linux\n"],
      ["windows-x64", "x64 Windows\n"],
    ] as const) {
      expect(await run(["run", "--target", target, name])).toEqual({ exitCode: 0, stdout: text, stderr: "" });
    }
  });

  test("gets the signals that this command gets", async () => {
    const name = write("x.lua", "io.write('ready\\n') io.flush() io.read()");
    const child = spawn(process.execPath, [dynasmScript, "run", name], { cwd: folder(), stdio: "pipe" });
    let messages = "";
    child.stderr.on("data", (data) => {
      messages += data;
    });
    child.stdout.once("data", () => child.kill("SIGTERM"));
    const exitCode = await new Promise((resolve) => child.on("close", resolve));
    expect([exitCode, messages]).toEqual([143, "dynasm: error: x.lua was ended by SIGTERM\n"]);
  });
});

describe("LuaJIT", () => {
  test("that is missing is named with ways to get it", async () => {
    const { exitCode, stderr } = await run(["run", "main.dasl"], { env: { LUAJIT: "no-such-luajit" } });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^dynasm: error: LuaJIT was not found: there is no command `no-such-luajit'\n/);
    expect(stderr).toContain("apt install luajit");
    const chosen = await run(["build", "--luajit", "./none", "multiply.dasl", "-o", "x.bin"]);
    expect(chosen.stderr).toContain("no command `./none'");
  });

  test("that cannot be started is one line", async () => {
    const { exitCode, stderr } = await run(["run", "--luajit", ".", "main.dasl"]);
    expect([exitCode, stderr]).toEqual([1, "dynasm: error: cannot run .: permission denied\n"]);
  });

  test.skipIf(!hasNative("lua5.2", ["-v"]))("that is another Lua is refused", async () => {
    const { exitCode, stderr } = await run(["run", "--luajit", "lua5.2", "main.dasl"]);
    expect([exitCode, stderr]).toEqual([1, "dynasm: error: this is Lua 5.2, but LuaJIT is needed\n"]);
  });
});

describe.skipIf(!recordsCrashes)("a crash", () => {
  const at = /offset (0x\w+) of the code built at crash\.dasl:32/;

  test.each([
    ["read", 139, "SIGSEGV (invalid memory access)", "  access to address 0x10\n  in second+0x2, "],
    ["illegal", 132, "SIGILL (illegal instruction)", "  in second+0x2, "],
    ["breakpoint", 133, "SIGTRAP (breakpoint or trap)", "  in second+0x3, "],
    ["divide", 136, "SIGFPE (division by zero or overflow)", "  in second+0x2, "],
    ["stack", 139, "SIGSEGV (invalid memory access)", "  in second+0x2, "],
    [
      "call",
      139,
      "SIGSEGV (invalid memory access)",
      "  at 0x0, outside of the generated code\n  probably called from second+0x4, ",
    ],
  ])("by %s names the signal and the function", async (kind, exitCode, reason, place) => {
    for (const args of [
      ["crash.dasl", kind],
      ["crash.dasl", kind, "named"],
    ]) {
      const result = await run(["run", ...args]);
      expect(result).toMatchObject({ exitCode, stdout: "calling\n" });
      expect(result.stderr).toMatch(`dynasm: error: crash.dasl crashed: ${reason}\n`);
      expect(result.stderr).toContain(place);
      expect(result.stderr).toMatch(at);
    }
  });

  test("outside of generated code says so", async () => {
    const text = "local ffi = require 'ffi'\nffi.cdef 'void abort(void);'\nffi.C.abort()";
    const { exitCode, stderr } = await run(["run", write("x.lua", text)]);
    expect(exitCode).toBe(134);
    expect(stderr).toMatch(
      /^dynasm: error: x\.lua crashed: SIGABRT \(aborted\)\n {2}at 0x\w+, outside of the generated code\n$/,
    );
  });
});

test.each([
  [["run"], "no input file"],
  [["run", "--nope", "main.dasl"], "unrecognized option `--nope'"],
  [["run", "-o", "x", "main.dasl"], "unrecognized option `-o'"],
  [["build", "main.dasl"], "an output file is needed: add -o FILE"],
  [["build", "a", "b", "-o", "x"], "one input file is needed, not 2"],
  [["build", "a", "-o", "x", "--base", "-1"], "bad value `-1' for --base"],
  [["build", "a", "-o", "x", "--base", "0x10000000000000000"], "bad value `0x10000000000000000' for --base"],
  [["build", "a", "-o", "x", "--number", "0"], "bad value `0' for --number"],
  [["build", "a", "-o", "x", "--extern", "puts"], "bad value `puts' for --extern"],
])("%j is wrong usage", async (args, message) => {
  const { exitCode, stderr } = await run(args);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`dynasm: error: ${message}`);
  expect(stderr).toContain(`Try \`dynasm ${args[0]} --help'.`);
});

test("a missing file is one line", async () => {
  const result = await run(["run", "none.dasl"]);
  expect(result).toEqual({
    exitCode: 1,
    stdout: "",
    stderr: "dynasm: error: cannot read none.dasl: no such file or directory\n",
  });
});
