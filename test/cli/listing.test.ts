import { describe, expect, test } from "vitest";
import { useScratchFolder } from "./run-dynasm.js";

const place = useScratchFolder();
const source = "|.arch x64\n|.actionlist a\n| mov eax, VALUE\n";

describe("dynasm listing", () => {
  test("prints code bytes, offsets and sizes", async () => {
    place.write("in.dasc", source);
    const { exitCode, stdout, stderr } = await place.run(["listing", "-D", "VALUE=5", "in.dasc"]);
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^ {5}3 {7}0 {7}5 {2}b8 05 00 00 00 +\| mov eax, VALUE {2}=> {2}mov eax, 5$/m);
    expect(stdout).toMatch(/^ {3}put {7}0 {7}5 +dasm_put\(Dst, 0\);$/m);
  });

  test("reads standard input and writes a file; .dasl means Lua mode", async () => {
    place.write("in.dasl", source);
    expect(await place.run(["listing", "-o", "out.lst", "-"], { input: source })).toMatchObject({
      exitCode: 0,
      stdout: "",
    });
    expect(place.read("out.lst")).toContain("b8 {imm32}");
    expect((await place.run(["listing", "in.dasl"])).stdout).toContain("dasm.put(Dst, 0, VALUE)");
    expect((await place.run(["listing", "-l", "lua", "-"], { input: source })).stdout).toContain(
      "dasm.put(Dst, 0, VALUE)",
    );
  });

  test("reports errors of the input and writes nothing", async () => {
    place.write("in.dasc", "|.arch x64\n| movv eax, 1\n");
    const { exitCode, stdout, stderr } = await place.run(["listing", "-o", "out.lst", "in.dasc"]);
    expect([exitCode, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("in.dasc:2:3: error: ");
    expect(() => place.read("out.lst")).toThrow();
    expect((await place.run(["listing", "missing.dasc"])).exitCode).toBe(1);
  });

  test("wrong usage", async () => {
    for (const args of [[], ["a", "b"], ["--watch", "a"], ["-o"]]) {
      const { exitCode, stderr } = await place.run(["listing", ...args]);
      expect([args, exitCode]).toEqual([args, 2]);
      expect(stderr).toContain("Try `dynasm listing --help'.");
    }
  });

  test("has a help", async () => {
    const { exitCode, stdout } = await place.run(["listing", "--help"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("Usage: dynasm listing [options] <infile>");
    expect(stdout).toContain("--outfile");
  });
});
