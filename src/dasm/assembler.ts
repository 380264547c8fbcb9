import type { ActionSourceMap } from "../diagnostics/action-source-map.js";
import { checkOptions, toAddress } from "./check-options.js";
import type { CodeImage, SourcePair } from "./code-image.js";
import { type DasmError, usageError } from "./dasm-error.js";
import { listExternalGlobals, listLabels, listRelocations, listSources } from "./describe-code.js";
import { describeFailure, describePutError, describeUndefinedGlobals } from "./describe-failure.js";
import { type DumpOptions, formatImage } from "./dump.js";
import { encode } from "./encode.js";
import { createExternCallback, stubBytes } from "./extern-stubs.js";
import { processSymbols, type SymbolResolver } from "./externs.js";
import { nameGlobal, type SymbolNames } from "./label-names.js";
import { getPcLabel } from "./labels.js";
import { checkStep, link } from "./link.js";
import { MachineCode } from "./machine-code.js";
import { put } from "./put.js";
import type { PutArgument } from "./put-argument.js";
import { setupExtern } from "./setup-extern.js";
import { type AssemblerState, FIRST_GLOBAL, free, growPc, init, STAGE, setup, setupGlobal } from "./state.js";
import { STATUS } from "./status.js";

/** Settings of {@link createAssembler}. */
export interface AssemblerOptions {
  /** Number of sections, 1..128 (`DASM_MAXSECTION` of the generated code). Default 1. */
  readonly sections?: number;
  /** Names of the global labels in the order of `.globalnames`, or only their number. Default: those of the map, or room for 237. */
  readonly globals?: readonly string[] | number;
  /** Names of the extern symbols in the order of `.externnames`. Default: those of the map. */
  readonly externs?: readonly string[];
  /** Finds the address of an extern symbol. Default: the C functions that the process can see. */
  readonly resolve?: SymbolResolver;
  /** Addresses of global labels that the code refers to but does not define, by name. */
  readonly addresses?: Readonly<Record<string, bigint | number>>;
  /** Map from the translator: messages, dumps and the code itself then name source lines. */
  readonly map?: ActionSourceMap;
  /** Instruction set of the code, for dumps; with x86, variable registers 8 to 15 are errors. Default: that of the pointer size. */
  readonly arch?: "x86" | "x64";
  /** Pointer size of the engine in bytes. Default 8. */
  readonly pointerSize?: 4 | 8;
  /** Width of label addresses in the code; 4 for code made for DynASM 1.4 on x64. Default: pointerSize. */
  readonly labelImmSize?: 4 | 8;
  /** Largest code size in bytes. Default 256 MiB. */
  readonly maxCodeSize?: number;
  /** Whether a global or pc label may have several definitions in one unit, as in the C engine. Default: it is an error. */
  readonly duplicateLabels?: "error" | "allow";
}

const MOST_GLOBALS = 237;

function countGlobals(options: AssemblerOptions): number {
  const { globals, map } = options;
  if (typeof globals === "number") return globals;
  return (globals ?? map?.globals)?.length ?? MOST_GLOBALS;
}

/**
 * Assembles units of machine code from the chunks of an action list: `put` chunks, then `build` the
 * code, or `link` and `encode` it. `setup` begins the next unit.
 */
export class Assembler {
  /** The state for the functions of the lower level. */
  readonly state: AssemblerState;
  readonly #actions: Uint8Array;
  readonly #names: SymbolNames;
  readonly #options: AssemblerOptions;
  readonly #globals: BigUint64Array;
  /** The code that defines a global label, by index: it has to live as long as other code may jump there. */
  readonly #owners = new Map<number, MachineCode>();
  /** Why the open unit cannot be built. */
  #problem: DasmError | undefined;

  /** @throws DasmError if the action list or an option is unusable */
  constructor(actions: Uint8Array, options: AssemblerOptions = {}) {
    checkOptions(options);
    const { globals, externs, map } = options;
    this.#actions = actions;
    this.#options = options;
    this.#names = {
      ...(typeof globals === "object" ? { globals } : {}),
      ...(externs === undefined ? {} : { externs }),
      ...(map === undefined ? {} : { map }),
    };
    this.state = init(options.sections ?? 1, {
      ...options,
      rejectDuplicates: options.duplicateLabels !== "allow",
      registers: options.arch === "x86" ? 8 : 16,
    });
    const count = countGlobals(options);
    if (!Number.isInteger(count) || count < 0 || count > MOST_GLOBALS) {
      throw usageError(`the number of global labels is ${count}, allowed are 0 to ${MOST_GLOBALS}`);
    }
    this.#globals = new BigUint64Array(count);
    setupGlobal(this.state, this.#globals, count);
    for (const [name, address] of Object.entries(options.addresses ?? {})) this.#preset(name, address);
    this.setup();
  }

  /**
   * Begins a new unit, with the same action list unless another one is given. Global labels keep the
   * addresses that they have, so that the new unit can refer to code built before.
   * @throws DasmError if the action list is unusable or the assembler was freed
   */
  setup(actions: Uint8Array = this.#actions): void {
    setup(this.state, actions);
    this.#problem = undefined;
  }

  /**
   * Makes room for pc labels 0..count-1; the table never shrinks.
   * @param count 0..2^24
   * @throws DasmError for another count
   */
  growPc(count: number): void {
    growPc(this.state, count);
  }

  /**
   * Appends the chunk at an offset of the action list. Failed checks are reported by checkStep,
   * link and build.
   * @param start offset of a chunk in the action list
   * @param args one value per hole of the chunk, see {@link PutArgument}
   * @throws DasmError for an offset without a chunk, a wrong number or type of arguments, or when no unit is open
   */
  put(start: number, ...args: readonly PutArgument[]): void {
    try {
      put(this.state, start, ...args);
    } catch (error) {
      throw describePutError(this.state, start, error);
    }
  }

  /**
   * Ends the life of the local labels defined so far.
   * @param section section that should be current, or -1 for any
   * @throws DasmError if a check failed
   */
  checkStep(section = -1): void {
    this.#check(checkStep(this.state, section));
  }

  /**
   * Ends the unit.
   * @returns code size in bytes
   * @throws DasmError if a check failed or a label is undefined
   */
  link(): number {
    const { status, size } = link(this.state);
    this.#check(status);
    this.#requireGlobals();
    return size;
  }

  /**
   * Writes the code of a linked unit.
   * @param buffer at least as large as link's result; default: a new one of that size
   * @param base address where the code will run, default 0
   * @returns the buffer
   * @throws DasmError if the unit is not linked, the buffer is too small, the base is no integer, or
   *   an extern symbol is unknown or out of reach
   */
  encode(buffer: Uint8Array = new Uint8Array(this.state.codeSize), base: number | bigint = 0): Uint8Array {
    this.#requireLinked("encode");
    this.#encodeInto(buffer, toAddress(base, "encode: base address"), 0);
    return buffer;
  }

  /**
   * Offset of a pc label, from the start of the code once the unit is linked.
   * @returns -1 if the label is used but not defined, -2 if it is unused or outside of the table
   */
  getPcLabel(label: number): number {
    return getPcLabel(this.state, label);
  }

  /**
   * Ends the unit, if it is still open, and puts its code into executable memory.
   * @throws DasmError if a check failed, there is no code, or memory cannot be had
   */
  build(): MachineCode {
    if (this.state.stage === STAGE.PUT) {
      this.checkStep();
      this.link();
    }
    this.#requireLinked("build");
    const size = this.state.codeSize;
    if (size === 0) throw usageError("no code?");
    const reserve = stubBytes(this.#externCount());
    const code = new MachineCode({
      size,
      pointerSize: this.state.pointerSize,
      reserve,
      keeps: this.#findOwners(),
      make: (address) => {
        const bytes = new Uint8Array(size + reserve);
        this.#encodeInto(bytes, address, reserve);
        return { bytes, image: this.#describe(bytes.slice(0, size), address) };
      },
    });
    this.#own(code);
    return code;
  }

  /**
   * Lists the code of a linked unit: with iced-x86 as Intel syntax, without it in hexadecimal. Extern
   * symbols are not looked up.
   */
  dump(options: DumpOptions = {}): string {
    return formatImage(this.image(), options);
  }

  /** The code of a linked unit at address 0, with its labels and source lines. Extern symbols count as 0. */
  image(): CodeImage {
    this.#requireLinked("dump");
    setupExtern(this.state, undefined);
    const bytes = new Uint8Array(this.state.codeSize);
    const saved = this.#globals.slice();
    this.#check(encode(this.state, bytes, 0));
    this.#globals.set(saved);
    return this.#describe(bytes, 0n);
  }

  /** Where the code of each statement of a linked unit begins, with its source lines; empty without a map. */
  sources(): readonly SourcePair[] {
    this.#requireLinked("sources");
    return listSources(this.state);
  }

  /** Addresses of the global labels as of the last encode or build, by name. */
  globals(): Record<string, bigint> {
    const list = this.#globalNames();
    return namedGlobals(this.#globals, list.length > 0 ? list : [...this.#globals.keys()].map(String));
  }

  /** Releases the assembler. Code that it built lives on. A second call does nothing. */
  free(): void {
    free(this.state);
    this.#owners.clear();
  }

  [Symbol.dispose](): void {
    this.free();
  }

  #globalNames(): readonly string[] {
    return this.#names.globals ?? this.#names.map?.globals ?? [];
  }

  #externCount(): number {
    return (this.#names.externs ?? this.#names.map?.externs ?? []).length;
  }

  #preset(name: string, address: bigint | number): void {
    const index = this.#globalNames().indexOf(name);
    if (index < 0 || index >= this.#globals.length)
      throw usageError(`addresses: there is no global label ${name}`);
    this.#globals[index] = BigInt.asUintN(64, toAddress(address, `addresses: ${name}`));
  }

  #requireLinked(call: string): void {
    if (this.state.stage === STAGE.LINKED) return;
    if (this.state.stage === STAGE.FREED) throw usageError(`${call}: the state was freed`);
    if (this.state.stage === STAGE.FAILED || this.#problem !== undefined) {
      throw this.#problem ?? usageError(`${call}: link did not succeed`);
    }
    throw usageError(`${call} before link`);
  }

  /** The code that the unit refers to through global labels. */
  #findOwners(): readonly MachineCode[] {
    const found = new Set<MachineCode>();
    for (const index of listExternalGlobals(this.state)) {
      const owner = this.#owners.get(index);
      if (owner === undefined) continue;
      const name = nameGlobal(this.#names, index + FIRST_GLOBAL);
      if (owner.isFreed) throw usageError(`build: ${name} is in code that was freed`);
      found.add(owner);
    }
    return [...found];
  }

  /** Remembers which global labels are in the code. */
  #own(code: MachineCode): void {
    const end = code.address + BigInt(code.size);
    for (const [index, address] of this.#globals.entries()) {
      if (address >= code.address && address <= end) this.#owners.set(index, code);
    }
  }

  /** A jump to an undefined global label would run to address 0. */
  #requireGlobals(): void {
    const missing = listExternalGlobals(this.state).filter((index) => this.#globals[index] === 0n);
    if (missing.length === 0) return;
    this.#problem = describeUndefinedGlobals(this.state, missing, this.#names);
    this.state.stage = STAGE.FAILED;
    throw this.#problem;
  }

  #encodeInto(bytes: Uint8Array, base: bigint, reserve: number): void {
    const { pointerSize, codeSize } = this.state;
    const resolve = this.#options.resolve ?? lazyProcessSymbols();
    const site = { bytes, codeSize, reserve, base, pointerSize, names: this.#names, resolve };
    setupExtern(this.state, this.#externCount() === 0 ? undefined : createExternCallback(site));
    this.#check(encode(this.state, bytes, base));
  }

  #describe(bytes: Uint8Array, base: bigint): CodeImage {
    const { state } = this;
    const labels = listLabels(state, this.#names);
    return {
      bytes,
      arch: this.#options.arch ?? (state.pointerSize === 8 ? "x64" : "x86"),
      base,
      labels,
      relocations: listRelocations(state, this.#names, labels),
      sources: listSources(state),
    };
  }

  #check(status: number): void {
    if (status === STATUS.OK) return;
    const actions = this.state.knownList?.bytes ?? this.#actions;
    this.#problem = describeFailure(this.state, status, this.#names, actions);
    throw this.#problem;
  }
}

/** The symbols of the process, opened when the first one is asked for. */
function lazyProcessSymbols(): SymbolResolver {
  let resolve: SymbolResolver | undefined;
  return (name) => {
    resolve ??= processSymbols();
    return resolve(name);
  };
}

/**
 * Makes an assembler for an action list.
 * @param actions action list as the translator wrote it
 * @throws DasmError if the action list or an option is unusable
 */
export function createAssembler(actions: Uint8Array, options: AssemblerOptions = {}): Assembler {
  return new Assembler(actions, options);
}

/**
 * Names the addresses that encode stored.
 * @param globals the array given to setupGlobal
 * @param names names in the order of `.globalnames`
 * @returns name to address, without those that are 0
 */
export function namedGlobals(globals: BigUint64Array, names: readonly string[]): Record<string, bigint> {
  const found: Record<string, bigint> = {};
  for (const [index, name] of names.entries()) {
    const address = globals[index];
    if (address !== undefined && address !== 0n) found[name] = address;
  }
  return found;
}
