import { chmodSync, mkdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { useScratchFolder } from "./run-dynasm.js";

const place = useScratchFolder();
const isRoot = process.getuid?.() === 0;
const bad = "|.arch x64\n|.actionlist a\n| movv eax, 1\n";
const colorStart = "\u001b[";

describe("input that cannot be read", () => {
  test.each([
    ["missing.dasc", "cannot read missing.dasc: no such file or directory"],
    ["folder", "cannot read folder: is a directory"],
    ["in.dasc/x.dasc", "cannot read in.dasc/x.dasc: a part of the path is not a directory"],
    ["", "cannot read : no such file or directory"],
    [`${"x".repeat(300)}.dasc`, `cannot read ${"x".repeat(300)}.dasc: file name too long`],
  ])("%.20s", async (input, message) => {
    mkdirSync(place.path("folder"));
    place.write("in.dasc", bad);
    const { exitCode, stdout, stderr } = await place.run(["translate", input]);
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `dynasm: error: ${message}\n`,
    });
  });

  test.skipIf(isRoot)("without permission", async () => {
    place.write("in.dasc", bad);
    chmodSync(place.path("in.dasc"), 0);
    const { exitCode, stderr } = await place.run(["in.dasc"]);
    expect(exitCode).toBe(1);
    expect(stderr).toBe("dynasm: error: cannot read in.dasc: permission denied\n");
  });

  test("a folder as an include is an error of the source", async () => {
    mkdirSync(place.path("folder"));
    place.write("in.dasc", "|.arch x64\n|.include folder\n");
    const { exitCode, stderr } = await place.run(["in.dasc"]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("in.dasc:2:11: error: include file `folder' cannot be read: is a directory");
  });

  test("an empty input lacks its .arch", async () => {
    const { exitCode, stderr } = await place.run(["-"], { input: "" });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("(stdin):1:1: error: missing .arch directive [missing-arch]");
  });
});

describe("errors of the source", () => {
  test("show place, line, caret and hint", async () => {
    place.write("in.dasc", bad);
    const { exitCode, stdout, stderr } = await place.run(["in.dasc"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toBe(
      [
        "in.dasc:3:3: error: unknown statement `movv' [unknown-statement]",
        "| movv eax, 1",
        "  ^~~~",
        "  hint: did you mean `mov'?",
        "",
      ].join("\n"),
    );
  });

  test("are objects in JSON, one a line", async () => {
    place.write("in.dasc", `${bad}| mov eax, rax\n`);
    const { stderr } = await place.run(["--diagnostics-format=json", "in.dasc"]);
    const lines = stderr.split("\n").filter((line) => line !== "");
    const objects = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(objects).toHaveLength(2);
    expect(objects[0]).toEqual({
      file: "in.dasc",
      line: 3,
      column: 3,
      endColumn: 7,
      severity: "error",
      code: "unknown-statement",
      message: "unknown statement `movv'",
      sourceLine: "| movv eax, 1",
      hint: "did you mean `mov'?",
    });
  });

  test("are valid JSON for sources in any encoding", async () => {
    place.write("in.dasc", '|.arch x64\n| movv "\xe4\xff"\n| movv "\xc3\xa4"\n');
    const { stderr } = await place.run(["--diagnostics-format", "json", "in.dasc"]);
    const bytes = Buffer.from(stderr, "latin1");
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const [first, second] = text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { sourceLine: string });
    expect(first?.sourceLine).toBe('| movv "\xe4\xff"');
    expect(second?.sourceLine).toBe('| movv "\u00e4"');
  });

  test("are the reference's in the classic format", async () => {
    place.write("in.dasc", bad);
    const { exitCode, stderr } = await place.run(["--diagnostics-format", "classic", "in.dasc"]);
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      "in.dasc:3: error: unknown statement `movv':\n| movv eax, 1\nin.dasc:*: info: 1 error in input file -- no output file generated.\n",
    );
  });

  test.each([
    [[], 20],
    [["--max-errors", "3"], 3],
    [["--max-errors=0"], 50],
    [["--max-errors", "100"], 50],
  ])("%j shows %d of 50", async (options, count) => {
    place.write("in.dasc", `|.arch x64\n${"| movv\n".repeat(50)}`);
    const { stderr } = await place.run([...options, "in.dasc"]);
    expect(stderr.match(/unknown statement/g)).toHaveLength(count);
    expect(stderr.includes("too many errors")).toBe(count < 50);
  });

  test("come with warnings, which alone let the output pass", async () => {
    place.write("in.dasc", "|.arch x64\n|.actionlist a\n| jmp ->nowhere\n");
    const warned = await place.run(["in.dasc"]);
    expect(warned.exitCode).toBe(0);
    expect(warned.stdout).toContain("dasm_put(Dst, 0);");
    expect(warned.stderr).toContain(
      "warning: global label `->nowhere' is never defined [undefined-global-label]",
    );
    const silent = await place.run(["-Wno-undefined-global-label", "in.dasc"]);
    expect(silent).toEqual({ ...warned, stderr: "" });
    const failed = await place.run(["-Werror", "-o", "out.c", "in.dasc"]);
    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toContain("error: global label");
  });
});

describe("colour", () => {
  test.each([
    [["--color", "always"], {}, true],
    [["--color=never"], { FORCE_COLOR: "1" }, false],
    [["--color", "always"], { NO_COLOR: "1" }, true],
    [[], { FORCE_COLOR: "1" }, true],
    [[], { FORCE_COLOR: "0" }, false],
    [[], { NO_COLOR: "1" }, false],
    [[], {}, false],
  ])("%j %j: %j", async (options, env: Readonly<Record<string, string>>, expected) => {
    place.write("in.dasc", bad);
    const { exitCode, stderr } = await place.run([...options, "in.dasc"], { env });
    expect(exitCode).toBe(1);
    expect(stderr.includes(colorStart)).toBe(expected);
  });

  test("changes nothing but the colours", async () => {
    place.write("in.dasc", bad);
    const colored = await place.run(["--color", "always", "in.dasc"]);
    const plain = await place.run(["--color", "never", "in.dasc"]);
    expect(colored.stderr.replaceAll(new RegExp(`${"\u001b"}\\[[0-9;]*m`, "g"), "")).toBe(plain.stderr);
  });

  test("stays out of JSON and classic messages", async () => {
    place.write("in.dasc", bad);
    for (const format of ["json", "classic"]) {
      const { stderr } = await place.run(["--color", "always", "--diagnostics-format", format, "in.dasc"]);
      expect(stderr).not.toContain(colorStart);
    }
  });

  test("control characters of the source do not reach the terminal", async () => {
    place.write("in.dasc", `|.arch x64\n| mo${colorStart}31mv eax\n`);
    const { stderr } = await place.run(["in.dasc"]);
    expect(stderr).not.toContain("\u001b");
  });
});
