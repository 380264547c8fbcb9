import { existsSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../support/built-command.js";
import { hasLuajit, useExamples } from "./dynasm.js";

const { folder, run } = useExamples();

const hex = (name: string): string => readFileSync(join(folder(), name)).toString("hex");
const json = (name: string): unknown => JSON.parse(readFileSync(join(folder(), name), "utf8"));

function write(name: string, text: string): string {
  writeFileSync(join(folder(), name), text, "latin1");
  return name;
}

describe.skipIf(!hasLuajit)("dynasm build", () => {
  test("writes the code and its labels, the same as the program runs", async () => {
    const args = ["build", "--target", "linux-x64", "multiply.dasl", "-o", "out.bin", "--map", "out.json"];
    expect(await run(args)).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect(hex("out.bin")).toBe("89f80fafc6c3");
    expect(json("out.json")).toEqual({
      version: 1,
      file: "multiply.dasl",
      base: 0,
      size: 6,
      labels: { multiply: 0 },
      pcLabels: {},
    });
  });

  test("encodes for a base, with the addresses of labels and externs", async () => {
    const args = [
      "build",
      "-D",
      "EXTERN",
      "--base",
      "0x400000",
      "--extern",
      "puts=0x401000",
      "absolute.dasl",
    ];
    const { exitCode, stdout, stderr } = await run([...args, "-o", "out.bin", "--map", "out.json"]);
    expect([exitCode, stdout]).toEqual([0, "22\n"]);
    expect(stderr).toContain("makes 2 build calls; this is number 1");
    expect(hex("out.bin")).toBe("eb0e9090909090900000400010004000e8eb0f0000c3");
    expect(json("out.json")).toMatchObject({
      base: 0x400000,
      labels: { entry: 0, table: 8, finish: 16 },
      pcLabels: { 0: 0, 1: 16 },
    });
  });

  test("refuses code whose externs have no address, or one that is too far", async () => {
    const args = ["build", "-D", "EXTERN", "absolute.dasl", "-o", "out.bin"];
    const missing = await run(args);
    expect(missing.exitCode).toBe(1);
    expect(missing.stderr).toMatch(/extern symbols.*: puts; give them with --extern NAME=ADDRESS/);
    const far = await run([...args, "--extern", "puts=0x7fff00000000"]);
    expect(far.exitCode).toBe(1);
    expect(far.stderr).toMatch(/extern symbol puts is too far/);
    expect(existsSync(join(folder(), "out.bin"))).toBe(false);
  });

  test("takes the build call that is asked for", async () => {
    expect(await run(["build", "absolute.dasl", "--number", "2", "-o", "out.bin"])).toMatchObject({
      exitCode: 0,
    });
    expect(hex("out.bin")).toBe("b82a000000c3");
    const { exitCode, stderr } = await run(["build", "absolute.dasl", "--number", "3", "-o", "none.bin"]);
    expect([exitCode, stderr]).toEqual([
      1,
      "dynasm: error: absolute.dasl makes only 2 build call(s), not 3\n",
    ]);
  });

  test("counts the calls of the program alone, however many states it makes", async () => {
    const text = 'local ffi, dasm = require "ffi", require "dasm"\n|.arch x64\n|.actionlist list\n';
    const loop = "for i = 1, 20 do\n  local Dst = dasm.new(list)\n  | mov eax, i\n  Dst:build()\nend\n";
    const args = ["build", write("many.dasl", text + loop), "--number"];
    expect(await run([...args, "20", "-o", "out.bin"])).toMatchObject({ exitCode: 0 });
    expect(hex("out.bin")).toBe("b814000000");
    expect((await run([...args, "21", "-o", "out.bin"])).stderr).toMatch(/makes only 20 build call/);
  });

  test("writes to standard output and keeps the program's output away from it", async () => {
    const { stdout, stderr } = await run(["build", "absolute.dasl", "--number", "2", "-o", "-"]);
    expect(Buffer.from(stdout, "latin1").toString("hex")).toBe("b82a000000c3");
    expect(stderr).toMatch(/^17\n/);
  });

  test("calls the generators that a file returns", async () => {
    const generators = join(packageRoot, "fixtures/runtime-lua/generators.dasl");
    const args = ["build", "--target", "linux-x64", generators, "-o", "out.bin", "--map", "out.json"];
    expect(await run(args)).toMatchObject({ exitCode: 0, stderr: "" });
    expect(hex("out.bin")).toBe("89f889f101c8c389f889f10fafc1c3");
    expect(json("out.json")).toMatchObject({ labels: { add: 0, mul: 7 } });
    expect(await run([...args, "--call", "gen.mul"])).toMatchObject({ exitCode: 0 });
    expect(hex("out.bin")).toBe("89f889f10fafc1c3");
    const wrong = await run([...args, "--call", "gen.div"]);
    expect(wrong.stderr).toMatch(/the table that it returned has no function gen\.div\n$/);
  });

  test("passes arguments to the program", async () => {
    const text = 'local ffi, dasm = require "ffi", require "dasm"\n|.arch x64\n|.actionlist list\n';
    const name = write(
      "x.dasl",
      `${text}local Dst = dasm.new(list)\n|  mov eax, tonumber(arg[1])\nDst:build()\n`,
    );
    expect(await run(["build", name, "-o", "out.bin", "--", "258"])).toMatchObject({
      exitCode: 0,
      stderr: "",
    });
    expect(hex("out.bin")).toBe("b802010000");
  });

  test("leaves an unchanged output alone with --if-changed", async () => {
    const args = ["build", "multiply.dasl", "-o", "out.bin", "--map", "out.json", "--if-changed"];
    await run(args);
    for (const name of ["out.bin", "out.json"]) utimesSync(join(folder(), name), 1000, 1000);
    await run(args);
    for (const name of ["out.bin", "out.json"])
      expect(statSync(join(folder(), name)).mtimeMs).toBe(1_000_000);
  });

  test.each([
    ["return 1", "it never called build (or encode) of a dasm state"],
    ["return function() end", "the function that it returned has no generator that emits code"],
    ["return {}", "the table that it returned has no generator that emits code"],
  ])("has nothing to write for %s", async (text, message) => {
    const { exitCode, stderr } = await run(["build", write("x.lua", text), "-o", "out.bin"]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("dynasm: error: x.lua built no code: ");
    expect(stderr).toContain(message);
    expect(existsSync(join(folder(), "out.bin"))).toBe(false);
  });

  test("writes nothing when the program fails later", async () => {
    const text = readFileSync(join(folder(), "multiply.dasl"), "latin1").replace(
      /^return/m,
      "error 'late'\n$&",
    );
    const { exitCode, stderr } = await run(["build", write("x.dasl", text), "-o", "out.bin"]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^luajit: x\.dasl:34: late\n(?:.*\n)*dynasm: error: x\.dasl ended with exit code 1; no code/,
    );
    expect(existsSync(join(folder(), "out.bin"))).toBe(false);
  });

  test("reports a crash", async () => {
    const { exitCode, stderr } = await run(["build", "crash.dasl", "-o", "out.bin", "--", "illegal"]);
    expect(exitCode).toBe(132);
    expect(stderr).toContain("crash.dasl crashed: SIGILL (illegal instruction)\n");
  });
});
