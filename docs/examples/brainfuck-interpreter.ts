import { type Operation, parseBrainfuck } from "./brainfuck-program.js";

/** Runs a Brainfuck program without making code: what the compiler is measured against. */
export function interpret(
  source: string,
  write: (byte: number) => void,
  read: () => number,
  cells = 65536,
): void {
  const program = parseBrainfuck(source);
  const tape = new Uint8Array(cells);
  let pointer = 0;
  for (let at = 0; at < program.length; at += 1) {
    const { kind, value } = program[at] as Operation;
    switch (kind) {
      case "move":
        pointer += value;
        break;
      case "add":
        tape[pointer] = (tape[pointer] as number) + value;
        break;
      case "clear":
        tape[pointer] = 0;
        break;
      case "write":
        write(tape[pointer] as number);
        break;
      case "read":
        tape[pointer] = read();
        break;
      case "open":
        if (tape[pointer] === 0) at = value;
        break;
      case "close":
        if (tape[pointer] !== 0) at = value;
        break;
    }
  }
}
