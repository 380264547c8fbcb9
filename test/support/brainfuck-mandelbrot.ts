/**
 * A Brainfuck program that draws the Mandelbrot set, made from a description of its calculation, and the picture it must
 * draw. Numbers are bytes with 4 fractional bits, which is just enough to recognise the set.
 */

/** Part of the plane in sixteenths, and the number of rounds after which a point counts as inside. */
export interface Picture {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly rowStep: number;
  readonly rounds: number;
}

export const PICTURE: Picture = { left: -36, right: 12, top: -20, bottom: 20, rowStep: 2, rounds: 30 };

/** Above 2 the point escapes for certain; below, all results fit a byte. */
const COORDINATE_LIMIT = 32;
const SQUARED_LIMIT = 64;
const SCALE = 16;

const INSIDE = "@";
const OUTSIDE = " ";

// biome-ignore format: one cell per line would hide the groups
const CELLS = [
  "copied", "spare", "flag", "rest", "steps",
  "upward", "downward", "running",
  "rows", "columns", "cx", "cy", "rounds", "alive", "count", "output",
  "x", "y", "width", "height", "leftward", "below",
  "xx", "yy", "sum", "square", "inner", "outer", "sixteenth",
] as const;

type Cell = (typeof CELLS)[number];
type Step = () => void;

/** Operations that append Brainfuck code. Cells that an operation needs for itself are zero before and after it. */
function createWriter() {
  const code: string[] = [];
  let position = 0;

  const go = (cell: Cell): void => {
    const target = CELLS.indexOf(cell);
    code.push((target > position ? ">" : "<").repeat(Math.abs(target - position)));
    position = target;
  };
  const add = (cell: Cell, amount: number): void => {
    go(cell);
    code.push((amount > 0 ? "+" : "-").repeat(Math.abs(amount)));
  };
  const whileNonzero = (cell: Cell, body: Step): void => {
    go(cell);
    code.push("[");
    body();
    go(cell);
    code.push("]");
  };
  const clear = (cell: Cell): void => whileNonzero(cell, () => add(cell, -1));
  const print = (cell: Cell): void => {
    go(cell);
    code.push(".");
  };
  /** Adds `factor` times the first cell to each of the others and leaves it zero. */
  const move = (from: Cell, targets: readonly Cell[], factor = 1): void =>
    whileNonzero(from, () => {
      add(from, -1);
      for (const target of targets) add(target, factor);
    });
  const addTo = (target: Cell, from: Cell, factor = 1): void => {
    move(from, ["spare"]);
    whileNonzero("spare", () => {
      add("spare", -1);
      add(from, 1);
      add(target, factor);
    });
  };
  const ifNonzero = (cell: Cell, body: Step): void => {
    addTo("copied", cell);
    whileNonzero("copied", () => {
      clear("copied");
      body();
    });
  };
  const ifZero = (cell: Cell, body: Step): void => {
    add("flag", 1);
    ifNonzero(cell, () => add("flag", -1));
    whileNonzero("flag", () => {
      add("flag", -1);
      body();
    });
  };
  const repeat = (times: number, counter: Cell, body: Step): void => {
    add(counter, times);
    whileNonzero(counter, () => {
      add(counter, -1);
      body();
    });
  };
  return { add, addTo, clear, code, ifNonzero, ifZero, move, print, repeat, whileNonzero };
}

type Writer = ReturnType<typeof createWriter>;

/** Splits a signed byte into its size and whether it is negative, by counting towards zero in both directions. */
function writeAbsolute(writer: Writer, value: Cell, size: Cell, negative: Cell): void {
  const { add, addTo, clear, ifNonzero, ifZero, whileNonzero } = writer;
  clear(size);
  clear(negative);
  addTo("downward", value);
  addTo("upward", value);
  ifNonzero(value, () => add("running", 1));
  whileNonzero("running", () => {
    add("downward", -1);
    add("upward", 1);
    add(size, 1);
    ifZero("upward", () => {
      clear("running");
      add(negative, 1);
    });
    ifZero("downward", () => clear("running"));
  });
  clear("downward");
  clear("upward");
}

/** The point escapes when the value is above the limit. */
function writeEscapeAbove(writer: Writer, value: Cell, limit: number): void {
  const { add, addTo, clear, ifNonzero, repeat } = writer;
  addTo("rest", value);
  repeat(limit, "steps", () => ifNonzero("rest", () => add("rest", -1)));
  ifNonzero("rest", () => clear("alive"));
  clear("rest");
}

/** Adds a square, in sixteenths rounded down. */
function writeSquare(writer: Writer, target: Cell, value: Cell): void {
  const { add, addTo, clear, ifZero, whileNonzero } = writer;
  add("sixteenth", SCALE);
  addTo("outer", value);
  whileNonzero("outer", () => {
    add("outer", -1);
    addTo("inner", value);
    whileNonzero("inner", () => {
      add("inner", -1);
      add("sixteenth", -1);
      ifZero("sixteenth", () => {
        add("sixteenth", SCALE);
        add(target, 1);
      });
    });
  });
  clear("sixteenth");
}

/** One round of z = z * z + c. */
function writeRound(writer: Writer): void {
  const { add, addTo, clear, ifNonzero, ifZero, move } = writer;
  writeAbsolute(writer, "x", "width", "leftward");
  writeAbsolute(writer, "y", "height", "below");
  writeEscapeAbove(writer, "width", COORDINATE_LIMIT);
  writeEscapeAbove(writer, "height", COORDINATE_LIMIT);
  ifNonzero("alive", () => {
    clear("xx");
    clear("yy");
    writeSquare(writer, "xx", "width");
    writeSquare(writer, "yy", "height");
    addTo("sum", "xx");
    addTo("sum", "yy");
    writeEscapeAbove(writer, "sum", SQUARED_LIMIT);
    clear("sum");
  });
  ifNonzero("alive", () => {
    add("count", 1);
    addTo("sum", "width");
    addTo("sum", "height");
    writeSquare(writer, "square", "sum");
    clear("sum");
    addTo("square", "xx", -1);
    addTo("square", "yy", -1);
    // The product is negative when exactly one factor is.
    ifNonzero("leftward", () => add("below", 1));
    add("below", -1);
    clear("y");
    ifZero("below", () => move("square", ["y"], -1));
    move("square", ["y"]);
    addTo("y", "cy");
    clear("x");
    addTo("x", "xx");
    addTo("x", "yy", -1);
    addTo("x", "cx");
  });
}

function writePoint(writer: Writer, rounds: number): void {
  const { add, clear, ifNonzero, ifZero, move, print, repeat } = writer;
  clear("x");
  clear("y");
  add("alive", 1);
  repeat(rounds, "rounds", () => ifNonzero("alive", () => writeRound(writer)));
  ifNonzero("alive", () => add("output", INSIDE.charCodeAt(0)));
  ifZero("alive", () => {
    add("output", OUTSIDE.charCodeAt(0));
    move("count", ["output"]);
  });
  print("output");
  for (const cell of ["alive", "count", "output"] as const) clear(cell);
}

/** The program. It reads nothing and prints the picture, a line per row. */
export function mandelbrotProgram(picture: Picture): string {
  const writer = createWriter();
  const { add, clear, print, repeat } = writer;
  add("cy", picture.top);
  repeat(Math.floor((picture.bottom - picture.top) / picture.rowStep) + 1, "rows", () => {
    add("cx", picture.left);
    repeat(picture.right - picture.left + 1, "columns", () => {
      writePoint(writer, picture.rounds);
      add("cx", 1);
    });
    clear("cx");
    add("cy", picture.rowStep);
    add("output", 10);
    print("output");
    clear("output");
  });
  return `${writer.code.join("").replace(/(.{100})/g, "$1\n")}\n`;
}

function square(value: number): number {
  return Math.floor((value * value) / SCALE);
}

/** Rounds until the point escapes, at most `rounds`. */
function countRounds(cx: number, cy: number, rounds: number): number {
  let x = 0;
  let y = 0;
  for (let count = 0; count < rounds; count++) {
    const width = Math.abs(x);
    const height = Math.abs(y);
    if (width > COORDINATE_LIMIT || height > COORDINATE_LIMIT) return count;
    const xx = square(width);
    const yy = square(height);
    if (xx + yy > SQUARED_LIMIT) return count;
    y = (square(width + height) - xx - yy) * (x < 0 === y < 0 ? 1 : -1) + cy;
    x = xx - yy + cx;
  }
  return rounds;
}

/** What the program must print. */
export function mandelbrotPicture({ left, right, top, bottom, rowStep, rounds }: Picture): string {
  let text = "";
  for (let cy = top; cy <= bottom; cy += rowStep) {
    for (let cx = left; cx <= right; cx++) {
      const count = countRounds(cx, cy, rounds);
      text += count === rounds ? INSIDE : String.fromCharCode(OUTSIDE.charCodeAt(0) + count);
    }
    text += "\n";
  }
  return text;
}
