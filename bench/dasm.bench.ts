// How fast the run-time encoder is: put, link and encode of (a) one large program and (b) 10,000
// small functions, and the cost of a call of generated code. Compared with the C engine where
// DYNASM_REFERENCE names a LuaJIT source tree and gcc is there, and with luapower's binding where
// DYNASM_LUAPOWER names its folder and luajit is there.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  BLOCKS,
  createWorkload,
  FUNCTIONS,
  printC,
  printJavaScript,
  printLua,
  type Workload,
} from "./dasm-workload.js";

/** The contenders take turns, a few rounds each, so that a change of the machine's speed meets all of them. */
const turns = 11;
const roundsPerTurn = 3;
/** Rounds until the engine of JavaScript has optimized everything. */
const warmUps = 12;
const scenarios = [
  `(a) one program, ${BLOCKS} blocks`,
  `(b) ${FUNCTIONS} functions, a state for each`,
  `(b) ${FUNCTIONS} functions, one state for all`,
];

const api = new URL("../dist/api/", import.meta.url).href;
const { translate } = (await import(`${api}translator.js`)) as typeof import("../src/translator/index.js");
const dasm = (await import(`${api}dasm.js`)) as typeof import("../src/dasm/index.js");
const scratch = mkdtempSync(join(tmpdir(), "dynasm-bench-"));
const { DYNASM_REFERENCE: reference, DYNASM_LUAPOWER: luapower } = process.env;

/** Milliseconds of the rounds of a scenario, and a checksum of the code that it makes. */
interface Figure {
  readonly checksum: number;
  readonly times: readonly number[];
}

/** One turn: a figure for each scenario, undefined where the contender has none. */
type Turn = () => readonly (Figure | undefined)[];

interface Contender {
  readonly name: string;
  readonly turn: Turn;
}

interface Generators {
  block(state: unknown, i: number, j: number, n: number, d: number, r: number): void;
  small(state: unknown, n: number, d: number, r: number): void;
}

/** This package's engine. */
async function prepareOwn(workload: Workload): Promise<Turn> {
  const file = join(scratch, "generators.mjs");
  writeFileSync(file, printJavaScript(workload, `${api}dasm.js`));
  const { block, small } = (await import(pathToFileURL(file).href)) as Generators;
  const { actions } = workload;
  const largeBuffer = new Uint8Array(1 << 24);
  const smallBuffer = new Uint8Array(1 << 16);
  const globals = new BigUint64Array(2);
  let sum = 0;
  const finish = (state: ReturnType<typeof dasm.init>, buffer: Uint8Array, add: boolean): void => {
    const { status, size } = dasm.link(state);
    if (status !== 0 || dasm.encode(state, buffer) !== 0) throw new Error("the code cannot be encoded");
    if (!add) return;
    for (let at = 0; at < size; at++) sum = (Math.imul(sum, 31) + (buffer[at] ?? 0)) >>> 0;
  };
  const large = (add: boolean): void => {
    const state = dasm.init(1);
    dasm.setupGlobal(state, globals, 2);
    dasm.growPc(state, BLOCKS);
    dasm.setup(state, actions);
    for (let i = 0; i < BLOCKS; i++) {
      const j = i % 5 === 0 ? (i * 7) % BLOCKS : (i + 3) % BLOCKS;
      block(state, i, j, (i % 300) - 50, i % 200, (i % 8) + 8);
    }
    finish(state, largeBuffer, add);
    dasm.free(state);
  };
  const many = (add: boolean): void => {
    for (let i = 0; i < FUNCTIONS; i++) {
      const state = dasm.init(1);
      dasm.setupGlobal(state, globals, 2);
      dasm.setup(state, actions);
      small(state, (i % 300) - 50, i % 200, i % 16);
      finish(state, smallBuffer, add);
      dasm.free(state);
    }
  };
  const again = (add: boolean): void => {
    const state = dasm.init(1);
    dasm.setupGlobal(state, globals, 2);
    for (let i = 0; i < FUNCTIONS; i++) {
      dasm.setup(state, actions);
      small(state, (i % 300) - 50, i % 200, i % 16);
      finish(state, smallBuffer, add);
    }
    dasm.free(state);
  };
  const runs = [large, many, again];
  for (const run of runs) for (let round = 0; round < warmUps; round++) run(false);
  return () =>
    runs.map((run) => {
      sum = 0;
      run(true);
      const times = Array.from({ length: roundsPerTurn }, () => {
        const start = performance.now();
        run(false);
        return performance.now() - start;
      });
      return { checksum: sum, times };
    });
}

function parseFigures(output: string): readonly Figure[] {
  return output
    .trim()
    .split("\n")
    .map((line) => {
      const [checksum = Number.NaN, ...times] = line.split(" ").map(Number);
      return { checksum, times };
    });
}

function works(command: string, argument: string): boolean {
  try {
    execFileSync(command, [argument], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Compiles the reference's engine into a program of its own, at -O2. */
function prepareC(workload: Workload, headers: string, name: string, options: readonly string[]): Turn {
  const source = join(scratch, `${name}.c`);
  const program = join(scratch, name);
  writeFileSync(source, printC(workload, roundsPerTurn));
  execFileSync("gcc", ["-O2", "-w", ...options, "-I", headers, source, "-o", program]);
  return () => parseFigures(execFileSync(program, { encoding: "utf8" }));
}

/** The library that comes with the binding may be older than its source, which is compiled if it is there. */
function findLuapowerLibrary(folder: string): string {
  const source = join(folder, "csrc/dynasm/dasm_x86.c");
  if (!existsSync(source) || !works("gcc", "--version")) return join(folder, "bin/linux64");
  const library = join(scratch, "libdasm_x86.so");
  execFileSync("gcc", ["-O2", "-w", "-fPIC", "-shared", "-DDASM_CHECKS", source, "-o", library]);
  return scratch;
}

function prepareLuapower(workload: Workload, folder: string): Turn {
  const script = join(scratch, "bench.lua");
  writeFileSync(script, printLua(workload, roundsPerTurn));
  const env = {
    ...process.env,
    LUA_PATH: `${folder}/?.lua;;`,
    LD_LIBRARY_PATH: findLuapowerLibrary(folder),
  };
  return () => [undefined, parseFigures(execFileSync("luajit", [script], { encoding: "utf8", env }))[0]];
}

/** All contenders that there are here, this package first. Says which are missing. */
async function prepareContenders(workload: Workload): Promise<readonly Contender[]> {
  const found: Contender[] = [{ name: "dynasm/dasm", turn: await prepareOwn(workload) }];
  const headers = join(reference ?? "", "dynasm");
  if (reference !== undefined && existsSync(join(headers, "dasm_x86.h")) && works("gcc", "--version")) {
    found.push({ name: "C engine", turn: prepareC(workload, headers, "plain", []) });
    found.push({
      name: "C engine with checks",
      turn: prepareC(workload, headers, "checks", ["-DDASM_CHECKS"]),
    });
  } else {
    console.log("no C engine: set DYNASM_REFERENCE to a LuaJIT source tree, and install gcc");
  }
  if (luapower !== undefined && existsSync(join(luapower, "dasm.lua")) && works("luajit", "-v")) {
    found.push({ name: "luapower's binding", turn: prepareLuapower(workload, luapower) });
  } else {
    console.log("no luapower binding: set DYNASM_LUAPOWER to the folder of its dasm.lua, and install luajit");
  }
  return found;
}

/** Lets the contenders take turns. Returns for each contender and scenario the figure of all turns. */
function measure(contenders: readonly Contender[]): readonly (readonly (Figure | undefined)[])[] {
  const all = Array.from({ length: turns }, () => contenders.map(({ turn }) => turn()));
  return contenders.map((_, contender) =>
    scenarios.map((_, scenario) => {
      const figures = all.flatMap((figuresOfTurn) => figuresOfTurn[contender]?.[scenario] ?? []);
      const [first] = figures;
      return first && { checksum: first.checksum, times: figures.flatMap(({ times }) => times) };
    }),
  );
}

function report(
  contenders: readonly Contender[],
  figures: readonly (readonly (Figure | undefined)[])[],
): void {
  scenarios.forEach((scenario, index) => {
    const own = figures[0]?.[index];
    if (own === undefined) return;
    console.log(scenario);
    contenders.forEach(({ name }, contender) => {
      const figure = figures[contender]?.[index];
      if (figure === undefined) return;
      const best = Math.min(...figure.times);
      const time = `  ${name.padEnd(22)}${best.toFixed(2).padStart(7)} ms`;
      const ratio = (best / Math.min(...own.times)).toFixed(2);
      const code = figure.checksum === own.checksum ? "" : "   THE CODE DIFFERS";
      console.log(contender === 0 ? time : `${time}   our throughput is ${ratio} of it${code}`);
    });
  });
}

/** Nanoseconds of a call to generated code that adds two numbers; undefined without koffi or on other processors. */
function measureCall(): number | undefined {
  if (process.arch !== "x64" || process.platform === "win32") return undefined;
  const translated = translate("|.arch x64\n| lea eax, [rdi+rsi]\n| ret\n");
  if (!translated.ok) return undefined;
  const assembler = dasm.new(translated.actions);
  assembler.put(0);
  const code = assembler.build();
  const add = code.fn("int32_t (int32_t, int32_t)") as (a: number, b: number) => number;
  const calls = 500_000;
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 30; round++) {
    let sum = 0;
    const start = performance.now();
    for (let call = 0; call < calls; call++) sum = add(sum, 1);
    best = Math.min(best, performance.now() - start);
    if (sum !== calls) throw new Error("the generated code is wrong");
  }
  code.free();
  return (best * 1e6) / calls;
}

const workload = createWorkload((source) => translate(source));
console.log(
  `put, link and encode, checks on; best of ${turns * roundsPerTurn} rounds, all contenders in turn`,
);
const contenders = await prepareContenders(workload);
report(contenders, measure(contenders));
try {
  console.log(`call of generated code: ${measureCall()?.toFixed(0) ?? "not measured here,"} ns`);
} catch (error) {
  if (!(error instanceof dasm.DasmError)) throw error;
  console.log(`call of generated code: ${error.message}`);
}
rmSync(scratch, { recursive: true, force: true });
