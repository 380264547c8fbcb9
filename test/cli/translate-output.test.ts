import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { hasNative } from "../support/native.js";
import { dynasm, useScratchFolder } from "./run-dynasm.js";

const place = useScratchFolder();
const good = "|.arch x64\n|.actionlist a\n| mov eax, 1\n";
const bad = "|.arch x64\n|.actionlist a\n| movv eax, 1\n";
const isRoot = process.getuid?.() === 0;

describe("the output file", () => {
  test("is written whole, beside nothing else", async () => {
    place.write("in.dasc", good);
    await place.run(["-o", "out.c", "in.dasc"]);
    expect(place.read("out.c")).toBe((await place.run(["in.dasc"])).stdout);
    expect(readdirSync(place.folder).sort()).toEqual(["in.dasc", "out.c"]);
  });

  test("stays as it was when the input has errors, and is not created", async () => {
    place.write("in.dasc", bad);
    place.write("out.c", "precious");
    utimesSync(place.path("out.c"), 1000, 1000);
    const options = ["--depfile", "out.d", "--map", "out.map"];
    expect((await place.run([...options, "-o", "out.c", "in.dasc"])).exitCode).toBe(1);
    expect((await place.run([...options, "-o", "new.c", "in.dasc"])).exitCode).toBe(1);
    expect(place.read("out.c")).toBe("precious");
    expect(statSync(place.path("out.c")).mtimeMs).toBe(1_000_000);
    expect(readdirSync(place.folder).sort()).toEqual(["in.dasc", "out.c"]);
  });

  test("keeps its permissions, and a link to it stays a link", async () => {
    place.write("in.dasc", good);
    place.write("real.c", "old");
    chmodSync(place.path("real.c"), 0o640);
    symlinkSync("real.c", place.path("link.c"));
    expect((await place.run(["-o", "link.c", "in.dasc"])).exitCode).toBe(0);
    expect(lstatSync(place.path("link.c")).isSymbolicLink()).toBe(true);
    expect(readlinkSync(place.path("link.c"))).toBe("real.c");
    expect(place.read("real.c")).toContain("184,1,0,0,0,255");
    expect(statSync(place.path("real.c")).mode & 0o777).toBe(0o640);
  });

  test("may be the input", async () => {
    place.write("same.dasc", good);
    expect((await place.run(["-o", "same.dasc", "same.dasc"])).exitCode).toBe(0);
    expect(place.read("same.dasc")).toContain("184,1,0,0,0,255");
  });

  test("may be a device", async () => {
    place.write("in.dasc", good);
    expect(await place.run(["-o", "/dev/null", "in.dasc"])).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
    const command = `"${process.execPath}" "${dynasm}" -o /dev/stdout in.dasc | cat`;
    const { stdout } = await execa("bash", ["-c", command], { cwd: place.folder });
    expect(stdout).toContain("184,1,0,0,0,255");
  });

  test.each([
    ["no/such/folder/out.c", "cannot write no/such/folder/out.c: no such file or directory"],
    ["folder", "cannot write folder: is a directory"],
    ["in.dasc/out.c", "cannot write in.dasc/out.c: a part of the path is not a directory"],
    ["loop", "cannot write loop: too many symbolic links"],
    ["", "cannot write"],
  ])("%j cannot be written", async (output, message) => {
    place.write("in.dasc", good);
    mkdirSync(place.path("folder"));
    symlinkSync("loop", place.path("loop"));
    const { exitCode, stdout, stderr } = await place.run(["-o", output, "in.dasc"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain(`dynasm: error: ${message}`);
    expect(stderr.split("\n")).toHaveLength(2);
    expect(readdirSync(place.folder).sort()).toEqual(["folder", "in.dasc", "loop"]);
  });

  test.skipIf(isRoot)("fails clearly in a folder that may not be written", async () => {
    place.write("in.dasc", good);
    mkdirSync(place.path("locked"));
    writeFileSync(place.path("locked/out.c"), "precious");
    chmodSync(place.path("locked"), 0o555);
    const { exitCode, stderr } = await place.run(["-o", "locked/out.c", "in.dasc"]);
    chmodSync(place.path("locked"), 0o755);
    expect(exitCode).toBe(1);
    expect(stderr).toBe("dynasm: error: cannot write locked/out.c: permission denied\n");
    expect(place.read("locked/out.c")).toBe("precious");
  });

  test("survives a full device without a trace", async () => {
    place.write("in.dasc", good);
    const { exitCode, stderr } = await place.run(["-o", "/dev/full", "in.dasc"]);
    expect(exitCode).toBe(1);
    expect(stderr).toBe("dynasm: error: cannot write /dev/full: no space left on the device\n");
  });
});

describe("--if-changed", () => {
  test("leaves an identical output alone", async () => {
    place.write("in.dasc", good);
    await place.run(["-o", "out.c", "in.dasc"]);
    utimesSync(place.path("out.c"), 1000, 1000);
    await place.run(["--if-changed", "-o", "out.c", "in.dasc"]);
    expect(statSync(place.path("out.c")).mtimeMs).toBe(1_000_000);
    place.write("in.dasc", good.replace("1\n", "2\n"));
    await place.run(["--if-changed", "-o", "out.c", "in.dasc"]);
    expect(statSync(place.path("out.c")).mtimeMs).toBeGreaterThan(1_000_000);
    expect(place.read("out.c")).toContain("184,2,0,0,0,255");
  });

  test("is not the default", async () => {
    place.write("in.dasc", good);
    await place.run(["-o", "out.c", "in.dasc"]);
    utimesSync(place.path("out.c"), 1000, 1000);
    await place.run(["-o", "out.c", "in.dasc"]);
    expect(statSync(place.path("out.c")).mtimeMs).toBeGreaterThan(1_000_000);
  });
});

describe("--depfile", () => {
  const main = "|.arch x64\n|.include sub/a.dasi\n|.include b c.dasi\n|.include sub/a.dasi\n";

  test("names output, input and each include once", async () => {
    place.write("in.dasc", main);
    place.write("sub/a.dasi", "a();\n");
    place.write("b c.dasi", "b();\n");
    await place.run(["--depfile", "out.d", "-o", "out.c", "in.dasc"]);
    expect(place.read("out.d")).toBe("out.c: in.dasc \\\n  sub/a.dasi \\\n  b\\ c.dasi\n");
  });

  test("escapes what make would take for its own", async () => {
    place.write("a #1 $x.dasc", "|.arch x64\n|.include b\\ c#.dasi\n");
    place.write("b\\ c#.dasi", "b();\n");
    await place.run(["--depfile", "out.d", "-o", "o ut.c", "a #1 $x.dasc"]);
    expect(place.read("out.d")).toBe("o\\ ut.c: a\\ \\#1\\ $$x.dasc \\\n  b\\\\\\ c\\#.dasi\n");
  });

  test.skipIf(!hasNative("make"))("makes make rebuild when an include changes", async () => {
    place.write("in.dasc", "|.arch x64\n|.include a #$ b.dasi\n");
    place.write("a #$ b.dasi", "first();\n");
    place.write(
      "Makefile",
      `out.c: in.dasc\n\t@echo translating\n\t@${process.execPath} ${dynasm} --depfile out.d -o $@ $<\n-include out.d\n`,
    );
    const make = async (): Promise<string> => {
      const result = await execa("make", [], { cwd: place.folder });
      return result.stdout;
    };
    expect(await make()).toContain("translating");
    expect(await make()).toContain("up to date");
    place.write("a #$ b.dasi", "second();\n");
    utimesSync(place.path("a #$ b.dasi"), Date.now() / 1000 + 5, Date.now() / 1000 + 5);
    expect(await make()).toContain("translating");
    expect(place.read("out.c")).toContain("second();");
  });
});

describe("--map", () => {
  test("writes the lines that the bytes of the action list come from", async () => {
    place.write("in.dasc", "|.arch x64\n|.actionlist a\n|->entry:\n| mov eax, 1\n| call extern puts\n");
    await place.run(["--map", "out.map", "-o", "out.c", "in.dasc"]);
    expect(JSON.parse(place.read("out.map"))).toEqual({
      version: 1,
      files: ["in.dasc"],
      entries: [
        [0, 2, 0, 3],
        [2, 7, 0, 4],
        [7, 12, 0, 5],
      ],
      globals: ["entry"],
      externs: ["puts"],
    });
  });
});

describe("standard output", () => {
  test("may close early", async () => {
    place.write("in.dasc", `${good}${"int filler;\n".repeat(200_000)}`);
    const command = `"${process.execPath}" "${dynasm}" in.dasc | head -1`;
    const { stdout, stderr, exitCode } = await execa("bash", ["-c", `set -o pipefail; ${command}`], {
      cwd: place.folder,
      reject: false,
    });
    expect({ stdout, stderr, exitCode }).toEqual({ stdout: "/*", stderr: "", exitCode: 0 });
  });

  test("carries every byte", async () => {
    const bytes = String.fromCharCode(...Array.from({ length: 256 }, (_, code) => code)).replace("\n", "");
    place.write("in.dasc", `|.arch x64\nchar x[] = "${bytes}";\n`);
    expect((await place.run(["in.dasc"])).stdout).toContain(bytes);
    expect(readFileSync(place.path("in.dasc"), "latin1")).toContain(bytes);
  });
});
