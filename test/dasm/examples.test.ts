import { readFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { compile } from "../../docs/examples/brainfuck-compiler.js";
import { interpret } from "../../docs/examples/brainfuck-interpreter.js";
import { parseBrainfuck } from "../../docs/examples/brainfuck-program.js";

const canRun = process.arch === "x64" && process.platform === "linux";
const fixture = (name: string): string => readFileSync(`fixtures/brainfuck/${name}`, "latin1");

/** Runs a program as machine code and returns its output. */
function runCompiled(source: string, input = ""): string {
  const bytes: number[] = [];
  let at = 0;
  const program = compile(
    source,
    (byte) => bytes.push(byte),
    () => {
      at += 1;
      return input.charCodeAt(at - 1) || 0;
    },
  );
  program.run();
  program.free();
  return String.fromCharCode(...bytes);
}

function runInterpreted(source: string): string {
  const bytes: number[] = [];
  interpret(
    source,
    (byte) => bytes.push(byte),
    () => 0,
  );
  return String.fromCharCode(...bytes);
}

describe.runIf(canRun)("the Brainfuck compiler", () => {
  test("draws the Mandelbrot set", () => {
    expect(runCompiled(fixture("mandelbrot.bf"))).toBe(fixture("mandelbrot.txt"));
  });

  test("reads input", () => {
    expect(runCompiled(",[.,]", "echo")).toBe("echo");
  });

  test("agrees with the interpreter", () => {
    const hello =
      "++++++++[>++++[>++>+++>+++>+<<<<-]>+>+>->>+[<]<-]>>.>---.+++++++..+++.>>.<-.<.+++.------.--------.>>+.>++.";
    expect(runCompiled(hello)).toBe("Hello World!\n");
    expect(runInterpreted(hello)).toBe("Hello World!\n");
    const wrapping = "-.+++[-].>>+[<]>.";
    expect(runCompiled(wrapping)).toBe(runInterpreted(wrapping));
  });

  test("refuses unbalanced brackets", () => {
    expect(() => parseBrainfuck("[")).toThrow("[ without ]");
    expect(() => parseBrainfuck("]")).toThrow("] without [");
  });
});

describe.runIf(canRun)("the small examples", () => {
  test.each([
    [
      "multiply",
      ["42", "  0000  6b c7 15                  imul eax, edi, 0x15                   ; multiply.dasc:4\n"],
    ],
    ["two-functions", ["distance(3, 10) = 7", "perimeter(-3, 4) = 14", "labels: distance, perimeter"]],
  ])("%s", async (name, expected) => {
    const lines: string[] = [];
    const log = vi.spyOn(console, "log").mockImplementation((...values) => void lines.push(values.join(" ")));
    try {
      await import(`../../docs/examples/${name}.ts`);
    } finally {
      log.mockRestore();
    }
    const output = `${lines.join("\n")}\n`;
    for (const text of expected) expect(output).toContain(text);
  });
});
