import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type {
  Architecture,
  AssemblyEnvironment,
  DeclaredType,
  EngineVersion,
} from "../../src/translator/architecture.js";
import type { AssembledStep, StatementWarning } from "../../src/translator/assembled-statement.js";
import type { HostLanguage } from "../../src/translator/host-language.js";
import { StatementError } from "../../src/translator/statement-error.js";
import { createX86Architecture } from "../../src/translator/x86/index.js";

/**
 * A stand-in for the translator core: just enough of it to feed single statement lines to an
 * architecture and to collect the put calls that they become.
 */

const C_HOST: HostLanguage = {
  name: "c",
  address: (expression) => `(ptrdiff_t)(${expression})`,
  mov64Halves: (e) => [`(unsigned int)(${e})`, `(unsigned int)((${e})>>32)`],
  qwordHalves: (e) => [`(unsigned int)(${e})`, `(unsigned int)((unsigned long long)(${e})>>32)`],
  typeMember: (number, tail) => `Dt${number.toString(16).toUpperCase()}(${tail})`,
  sizeOf: (ctype) => `sizeof(${ctype})`,
};

export interface Outcome {
  readonly error?: string;
  /** The problem's own message, hint and place, for tests of diagnostics. */
  readonly problem?: StatementError["problem"];
  /** Bytes of each put call in decimal, joined by ` / `. */
  readonly bytes: string;
  /** Arguments of each put call, joined by ` ; ` and ` / `. */
  readonly args: string;
  readonly warnings: readonly StatementWarning[];
}

const POSITIONS = 25;

class PutCalls {
  readonly calls: { code: string; args: string[] }[] = [];
  private code = "";
  private args: string[] = [];
  private positions = 1;

  flush(): void {
    if (this.code !== "") this.calls.push({ code: this.code, args: this.args });
    this.code = "";
    this.args = [];
    this.positions = 1;
  }

  add(step: AssembledStep): void {
    if (step.reserveBefore > 0 && this.positions + step.reserveBefore > POSITIONS) this.flush();
    this.code += step.code;
    this.args.push(...step.args);
    this.positions += step.positions;
    if (step.reserveAfter > 0 && this.positions + step.reserveAfter > POSITIONS) this.flush();
  }
}

function splitParameters(text: string): string[] {
  const closing: Record<string, string> = { "(": ")", "[": "]", "{": "}" };
  const stack: string[] = [];
  const pieces: string[] = [];
  let piece = "";
  for (const c of text) {
    if (c in closing) stack.push(closing[c] ?? "");
    else if (c === ")" || c === "]" || c === "}") {
      if (stack.pop() !== c) throw problem("unbalanced (), [] or {}");
    } else if (c === "," && stack.length === 0) {
      pieces.push(piece.trim());
      piece = "";
      continue;
    }
    piece += c;
  }
  if (stack.length > 0) throw problem("unbalanced () or []");
  pieces.push(piece.trim());
  return pieces;
}

function problem(classic: string): StatementError {
  return new StatementError({ code: "core", classic });
}

function splitStatement(text: string): { opcode: string; parameters: string[] } {
  const label = /^\s*(.+):\s*$/s.exec(text);
  if (label !== null) return { opcode: ".label", parameters: [label[1] ?? ""] };
  const opcode = /^\s*([^\s,]+)/.exec(text)?.[1];
  if (opcode === undefined) throw problem("bad statement syntax");
  splitParameters(text);
  const rest = text.slice(text.indexOf(opcode) + opcode.length).replace(/^\s*,/, "");
  if (rest.trim() === "") return { opcode, parameters: [] };
  const parameters = splitParameters(rest);
  if (parameters.length > 16) throw problem("too many parameters");
  return { opcode, parameters };
}

export interface Harness {
  readonly architecture: Architecture;
  run(line: string): Outcome;
}

export interface HarnessOptions {
  readonly engine?: EngineVersion;
  readonly host?: HostLanguage;
  readonly types?: readonly { readonly name: string; readonly ctype: string; readonly register?: string }[];
}

export function createEnvironment(
  engine: EngineVersion = "1.5",
  host: HostLanguage = C_HOST,
  globals = new Map<string, number>(),
  externs = new Map<string, number>(),
  types = new Map<string, DeclaredType>(),
): AssemblyEnvironment {
  const numberIn = (map: Map<string, number>, key: string, first: number): number => {
    const number = map.get(key) ?? map.size + first;
    map.set(key, number);
    return number;
  };
  return {
    engine,
    host,
    globalLabelNumber: (label) => numberIn(globals, label, 10),
    externNumber: (symbol) => numberIn(externs, symbol, 0),
    declaredType: (type) => types.get(type),
  };
}

export function createHarness(name: "x86" | "x64", options: HarnessOptions = {}): Harness {
  const { engine = "1.5", host = C_HOST } = options;
  const globals = new Map<string, number>();
  const externs = new Map<string, number>();
  const types = new Map<string, DeclaredType>();
  const environment = createEnvironment(engine, host, globals, externs, types);
  const architecture = createX86Architecture(name, environment);
  options.types?.forEach((type, index) => {
    const register = type.register === undefined ? undefined : architecture.registerToken(type.register);
    types.set(type.name, {
      ...type,
      number: index + 1,
      ...(register === undefined ? {} : { register }),
    } as DeclaredType);
  });

  function substitute(text: string): string {
    return text.replace(/#?\w+/g, (word) => {
      const type = word.startsWith("#") ? types.get(word.slice(1)) : undefined;
      return type === undefined ? (architecture.registerToken(word) ?? word) : host.sizeOf(type.ctype);
    });
  }

  function runStatement(text: string, calls: PutCalls, warnings: StatementWarning[]): void {
    const { opcode, parameters } = splitStatement(substitute(text));
    if (opcode === ".nop") return;
    switch (architecture.lookup(opcode, parameters.length)) {
      case "unknown":
        throw problem(`unknown statement \`${opcode}'`);
      case "other-count":
        throw problem(`wrong number of parameters for \`${opcode}'`);
      case "exact": {
        const result = architecture.assemble(opcode, parameters);
        if (result === undefined) throw new Error(`${opcode} is looked up, but not assembled`);
        for (const step of result.steps) calls.add(step);
        warnings.push(...result.warnings);
      }
    }
  }

  function run(line: string): Outcome {
    globals.clear();
    externs.clear();
    const calls = new PutCalls();
    const warnings: StatementWarning[] = [];
    try {
      const code = line.replace(/\/\/.*$/s, "");
      for (const piece of code.includes(";") ? code.split(";") : [code]) {
        if (piece.trim() !== "") runStatement(piece, calls, warnings);
      }
    } catch (error) {
      if (!(error instanceof StatementError)) throw error;
      warnings.push(...error.warnings);
      return { error: error.problem.classic, problem: error.problem, bytes: "", args: "", warnings };
    }
    calls.flush();
    return {
      bytes: calls.calls.map((call) => showBytes(call.code)).join(" / "),
      args: calls.calls.map((call) => call.args.join(" ; ")).join(" / "),
      warnings,
    };
  }

  return { architecture, run };
}

function showBytes(code: string): string {
  return Array.from(code, (c) => (c === "\u0100" ? "-0" : String(c.charCodeAt(0)))).join(" ");
}

/** Rows of a tab-separated, compressed vector file. */
export function readRows(file: string): string[][] {
  const text = gunzipSync(readFileSync(`fixtures/vectors/x86/${file}`)).toString("latin1");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t"));
}
