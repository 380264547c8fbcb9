// Runs a Brainfuck program as machine code and in an interpreter, and compares the times:
//   npx tsx docs/examples/brainfuck.ts [PROGRAM.bf]
import { readFileSync } from "node:fs";
import { compile } from "./brainfuck-compiler.js";
import { interpret } from "./brainfuck-interpreter.js";

const mandelbrot = new URL("../../fixtures/brainfuck/mandelbrot.bf", import.meta.url);
const source = readFileSync(process.argv[2] ?? mandelbrot, "latin1");

/** Runs a program with its output collected. Returns the output and the time in milliseconds. */
function measure(run: (write: (byte: number) => void, read: () => number) => void): [string, number] {
  const bytes: number[] = [];
  const start = performance.now();
  run(
    (byte) => bytes.push(byte),
    () => 0,
  );
  return [Buffer.from(bytes).toString("latin1"), performance.now() - start];
}

const [compiledOutput, compiledTime] = measure((write, read) => {
  const program = compile(source, write, read);
  program.run();
  program.free();
});
const [interpretedOutput, interpretedTime] = measure((write, read) => interpret(source, write, read));

process.stdout.write(compiledOutput);
console.log(`machine code, compilation included: ${compiledTime.toFixed(0)} ms`);
console.log(`interpreter: ${interpretedTime.toFixed(0)} ms`);
console.log(`the same output: ${compiledOutput === interpretedOutput}`);
console.log(`${(interpretedTime / compiledTime).toFixed(1)} times faster`);
