import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { translate } from "../../src/translator/index.js";
import { mandelbrotPicture, mandelbrotProgram, PICTURE } from "../support/brainfuck-mandelbrot.js";
import { canCompile, compile, createScratchFolder, FIXTURES, run, SANITIZERS } from "./compile.js";

interface Platform {
  readonly name: string;
  readonly bits: 64 | 32;
  readonly options: readonly string[];
}

const PLATFORMS: readonly Platform[] = [
  { name: "64 bit, C99", bits: 64, options: ["-m64", "-std=c99"] },
  { name: "32 bit, C99", bits: 32, options: ["-m32", "-std=c99"] },
  { name: "64 bit, C++17", bits: 64, options: ["-m64", "-x", "c++", "-std=c++17", "-nostdinc++"] },
];

const STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

const { directory, remove } = createScratchFolder();
afterAll(remove);

function translateExample(name: string, bits: 64 | 32): string {
  const fileName = join(FIXTURES, `${name}.dasc`);
  const defines = bits === 64 ? [["X64", "1"] as const] : [];
  const result = translate(readFileSync(fileName, "latin1"), { fileName, defines });
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return [...result.pieces()].join("");
}

/** Translates and compiles an example. Returns the program's path. */
function buildExample(name: string, { bits, options }: Platform, more: readonly string[]): string {
  const source = join(directory, `${name}-${bits}.c`);
  writeFileSync(source, translateExample(name, bits), "latin1");
  return compile(source, join(directory, `${name}-${bits}`), [
    "-I",
    FIXTURES,
    ...options,
    ...STRICT,
    ...more,
  ]);
}

describe.each(PLATFORMS)("$name", (platform) => {
  const sanitized = [...SANITIZERS, "-g"];

  function expectOutput(name: string, lines: readonly string[]): void {
    const { status, stdout, stderr } = run(buildExample(name, platform, sanitized), []);
    expect(stderr).toBe("");
    expect(stdout).toBe(lines.map((line) => `${line}\n`).join(""));
    expect(status).toBe(0);
  }

  describe.skipIf(!canCompile([...platform.options, ...sanitized]))("examples", () => {
    test("functions that multiply", () => {
      const sizes = platform.bits === 64 ? [6, 6, 6, 6, 9, 9] : [8, 8, 8, 8, 11, 11];
      const products = ["1 = 11", "8 = 88", "10 = 110", "1024 = 11264", "1000 = 11000", "65537 = 720907"];
      const lines = products.map((product, index) => `11 * ${product} in ${sizes[index]} bytes`);
      expectOutput("multiply", ["6 * 7 = 42, -3 * 1000 = -3000", ...lines]);
    });

    test("two functions found by their global labels", () => {
      expectOutput("globals", [
        "is_even is at offset 0",
        `is_odd is at offset ${platform.bits === 64 ? 16 : 32}`,
        "0: even 1, odd 0",
        "1: even 0, odd 1",
        "2: even 1, odd 0",
        "100001: even 0, odd 1",
      ]);
    });

    test("calls of external functions", () => {
      expectOutput("externs", [
        "add_three: relative",
        "negate: relative",
        `counter: ${platform.bits === 64 ? "relative" : "absolute"}`,
        String(-(39 + 3) + 101),
        String(-(0 + 3) + 202),
      ]);
    });

    test("sections, tables of label addresses, types and variable registers", () => {
      const sum = 4 * 1 + 2 * 100 + 2 * 10000 - 1000000;
      expectOutput("sections", ["table at the end: 1", `sum ${sum}, refused 3, read 13`]);
    });
  });

  describe.skipIf(!canCompile(platform.options))("a compiler for Brainfuck", () => {
    function runBrainfuck(program: string, input = "") {
      const source = join(directory, "program.b");
      writeFileSync(source, program);
      return run(buildExample("brainfuck", platform, ["-O1"]), [source], input);
    }

    test("draws the Mandelbrot set", () => {
      const picture = mandelbrotPicture(PICTURE);
      expect(picture.split("\n")[10]).toMatch(/^!{4}@{30}/);
      expect(runBrainfuck(mandelbrotProgram(PICTURE))).toEqual({ status: 0, stdout: picture, stderr: "" });
    });

    test("reads input and keeps to its tape", () => {
      expect(runBrainfuck(",[.,]", "some text")).toEqual({ status: 0, stdout: "some text", stderr: "" });
      expect(runBrainfuck(`${"+".repeat(65)}.<`)).toEqual({
        status: 2,
        stdout: "A",
        stderr: "brainfuck: the program left the tape\n",
      });
      expect(runBrainfuck("[[]").stderr).toBe("brainfuck: '[' without ']'\n");
    });
  });
});
