/** One step of a program: runs of equal commands are one step. */
export interface Operation {
  readonly kind: "move" | "add" | "clear" | "write" | "read" | "open" | "close";
  /** move, add: amount; open, close: index of the other one. */
  readonly value: number;
}

const AMOUNTS: Readonly<Record<string, readonly [kind: "move" | "add", amount: number]>> = {
  ">": ["move", 1],
  "<": ["move", -1],
  "+": ["add", 1],
  "-": ["add", -1],
};

/** Appends a step, or changes the last one if it is of the same kind. */
function appendAmount(program: Operation[], kind: "move" | "add", amount: number): void {
  const last = program.at(-1);
  if (last?.kind === kind) program[program.length - 1] = { kind, value: last.value + amount };
  else program.push({ kind, value: amount });
}

/** Reads a Brainfuck program; characters that are no commands are skipped. */
export function parseBrainfuck(source: string): readonly Operation[] {
  const program: Operation[] = [];
  const open: number[] = [];
  for (const command of source.replaceAll("[-]", "0")) {
    const amount = AMOUNTS[command];
    if (amount !== undefined) appendAmount(program, ...amount);
    else if (command === "0") program.push({ kind: "clear", value: 0 });
    else if (command === ".") program.push({ kind: "write", value: 0 });
    else if (command === ",") program.push({ kind: "read", value: 0 });
    else if (command === "[") {
      open.push(program.length);
      program.push({ kind: "open", value: -1 });
    } else if (command === "]") {
      const start = open.pop();
      if (start === undefined) throw new Error("] without [");
      program[start] = { kind: "open", value: program.length };
      program.push({ kind: "close", value: start });
    }
  }
  if (open.length > 0) throw new Error("[ without ]");
  return program;
}
