import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import {
  checkStep,
  encode,
  free,
  getPcLabel,
  growPc,
  init,
  link,
  put,
  setup,
  setupExtern,
  setupGlobal,
} from "../../src/dasm/engine.js";

/** One line of a trace file; the fields are described in fixtures/vectors/dasm/README.md. */
export interface Trace {
  readonly id: string;
  readonly kind: string;
  readonly arch: "x64" | "x86";
  readonly ptrSize: 4 | 8;
  readonly labelImmSize?: 4 | 8;
  readonly quirks?: readonly string[];
  readonly source: string;
  readonly actions: string;
  readonly globalNames: readonly string[];
  readonly externNames: readonly string[];
  readonly globalsIn: readonly (readonly [index: number, address: string])[];
  readonly externs: readonly string[];
  readonly ops: readonly (readonly [name: string, ...values: (number | string)[]])[];
  readonly expect: readonly (readonly [operation: number, ...results: unknown[]])[];
}

export function readTraces(name: string): readonly Trace[] {
  const url = new URL(`../../fixtures/vectors/dasm/${name}.jsonl.gz`, import.meta.url);
  const lines = gunzipSync(readFileSync(url)).toString("utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as Trace);
}

/** Replays a trace and returns its results in the form of the field `expect`. */
export function replay(trace: Trace): unknown[][] {
  const player = new TracePlayer(trace);
  const results: unknown[][] = [];
  for (const [index, [name, ...values]] of trace.ops.entries()) {
    const result = player.run(name, values);
    if (result !== undefined) results.push([index, ...result]);
  }
  player.finish();
  return results;
}

const UNTOUCHED = 0x5a5a5a5a5a5a5a5an;

class TracePlayer {
  readonly #trace: Trace;
  readonly #actions: Uint8Array;
  #globals = new BigUint64Array(0);
  #state = init(1);
  #size = 0;

  constructor(trace: Trace) {
    this.#trace = trace;
    this.#actions = Uint8Array.from(Buffer.from(trace.actions, "hex"));
  }

  run(name: string, values: readonly (number | string)[]): unknown[] | undefined {
    const [first = 0, ...rest] = values as readonly number[];
    switch (name) {
      case "init":
        this.#start(first);
        return undefined;
      case "setupglobal":
        this.#globals = new BigUint64Array(first);
        for (const [index, address] of this.#trace.globalsIn) this.#globals[index] = BigInt(address);
        setupGlobal(this.#state, this.#globals, first);
        return undefined;
      case "growpc":
        growPc(this.#state, first);
        return undefined;
      case "setup":
        setup(this.#state, this.#actions);
        return undefined;
      case "put":
        put(this.#state, first, ...rest);
        return undefined;
      case "checkstep":
        return [checkStep(this.#state, first)];
      case "getpclabel":
        return [getPcLabel(this.#state, first)];
      case "link":
        return this.#link();
      case "encode":
        return this.#encode(BigInt(String(values[0])));
      default:
        throw new Error(`unknown operation ${name}`);
    }
  }

  finish(): void {
    free(this.#state);
  }

  #start(sections: number): void {
    const { ptrSize, labelImmSize } = this.#trace;
    this.#state = init(sections, { pointerSize: ptrSize, labelImmSize: labelImmSize ?? ptrSize });
  }

  #link(): unknown[] {
    const { status, size } = link(this.#state);
    this.#size = size;
    return [status, size];
  }

  #encode(base: bigint): unknown[] {
    const buffer = new Uint8Array(this.#size + 8).fill(0xa5);
    const externs: number[][] = [];
    setupExtern(this.#state, (index, type, address) => {
      externs.push([index, type, Number(address - base)]);
      const symbol = BigInt(this.#trace.externs[index] ?? "0");
      return type === 0 ? symbol : symbol - (address + 4n);
    });
    const preset = this.#globals.slice();
    const written = this.#findWrittenGlobals(buffer, base, preset);
    externs.length = 0;
    const status = encode(this.#state, buffer, base);
    if (status !== 0) return [status];
    if (buffer.subarray(this.#size).some((byte) => byte !== 0xa5)) throw new Error("wrote behind the code");
    const code = Buffer.from(buffer.subarray(0, this.#size)).toString("hex");
    const bits = this.#trace.ptrSize * 8;
    const globals = written.map((index) => [
      index,
      Number(BigInt.asIntN(bits, (this.#globals[index] ?? 0n) - base)),
    ]);
    return [status, { code, globals, externs }];
  }

  /** Encodes with a marked globals array to see which entries are written, then restores it. */
  #findWrittenGlobals(buffer: Uint8Array, base: bigint, preset: BigUint64Array): number[] {
    this.#globals.fill(UNTOUCHED);
    encode(this.#state, buffer, base);
    const written = [...this.#globals.keys()].filter((index) => this.#globals[index] !== UNTOUCHED);
    this.#globals.set(preset);
    buffer.fill(0xa5);
    return written;
  }
}
