import { readFileSync } from "node:fs";
import * as dasm from "dynasm/dasm";
import { parseBrainfuck } from "./brainfuck-program.js";
import { loadTemplate } from "./load-template.js";

const templateUrl = new URL("brainfuck.dasc", import.meta.url);

/** A compiled Brainfuck program. Free it when it is no longer needed. */
export interface BrainfuckProgram {
  readonly code: dasm.MachineCode;
  run(cells?: number): void;
  free(): void;
}

/** Compiles a Brainfuck program to machine code that calls `write` and `read` for its output and input. */
export function compile(source: string, write: (byte: number) => void, read: () => number): BrainfuckProgram {
  const { actions, map, emitters } = loadTemplate(readFileSync(templateUrl, "latin1"), "brainfuck.dasc");
  const onWrite = dasm.createCallback("void (int)", write as (...args: never[]) => unknown);
  const onRead = dasm.createCallback("int ()", read);
  using assembler = dasm.new(actions, {
    map,
    resolve: (name) => (name === "write" ? onWrite.address : onRead.address),
  });
  const emit = (name: string, ...values: readonly dasm.PutArgument[]): void =>
    emitters[name]?.(assembler, ...values);
  const windows = process.platform === "win32";
  const program = parseBrainfuck(source);
  assembler.growPc(2 * program.length);
  emit("prologue", windows);
  for (const [at, { kind, value }] of program.entries()) {
    const pair = 2 * (kind === "close" ? value : at);
    if (kind === "open" || kind === "close") emit(kind, pair, pair + 1);
    else if (kind === "write") emit(kind, windows);
    else if (kind === "read" || kind === "clear") emit(kind);
    // The operand of a byte instruction is 0 to 255: 255 stands for -1.
    else emit(kind, kind === "add" ? value & 255 : value);
  }
  emit("epilogue", windows);
  const code = assembler.build();
  const run = code.fn<void>("void (uint8_t *)", "run");
  return {
    code,
    run: (cells = 65536) => run(new Uint8Array(cells)),
    free: () => {
      code.free();
      onWrite.free();
      onRead.free();
    },
  };
}
