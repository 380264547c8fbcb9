import { guardCalls, isInCallback } from "./callback.js";
import type { CodeImage, SourcePair } from "./code-image.js";
import { DasmError, usageError } from "./dasm-error.js";
import { type DumpOptions, formatImage } from "./dump.js";
import { type ForeignFunction, findPrototype, requireForeign } from "./foreign.js";
import { allocateCode, type CodeMemory, releaseCode, releaseWithOwner } from "./memory.js";
import { appendPerfMap, formatPerfLine } from "./perf-map.js";

/**
 * A place in the code: an offset in bytes, an address as a bigint, or the name of a label: `main` or
 * `->main` for a global label, `=>3` for a pc label.
 */
export type CodePlace = number | bigint | string;

/** How code is announced to other tools. */
export interface RegisterOptions {
  /** Write the perf map, so that `perf report` shows names. */
  readonly perf?: boolean;
  /** Name of the code before its first label. Default `dynasm`. */
  readonly name?: string;
}

/** What functions of the code hold on to, so that it lives as long as they do. */
interface CodeLife {
  readonly owner: object;
  /** Other code that this code jumps to. */
  readonly keeps: readonly object[];
  memory: CodeMemory | undefined;
}

/** What {@link MachineCode} is made of; the bytes are asked for when the address is known. */
export interface CodePlan {
  readonly size: number;
  readonly pointerSize: 4 | 8;
  /** Bytes to reserve behind the code, for stubs. */
  readonly reserve: number;
  /** Code that has to live as long as this one. */
  readonly keeps: readonly object[];
  /** Makes the code for an address, stubs included, and describes it. */
  readonly make: (address: bigint) => { readonly bytes: Uint8Array; readonly image: CodeImage };
}

/**
 * Machine code in executable memory. The memory is freed by `free()`, at the end of a `using`
 * block, or when neither this object nor a function of it is reachable any more.
 */
export class MachineCode {
  /** The code with its labels and the source lines that it comes from. */
  readonly image: CodeImage;
  readonly #life: CodeLife;

  /** @throws DasmError if there is no memory, no koffi, or another processor */
  constructor(plan: CodePlan) {
    const made: CodeImage[] = [];
    const memory = allocateCode(plan.size + plan.reserve, plan.pointerSize, (address) => {
      const { bytes, image } = plan.make(address);
      made.push(image);
      return bytes;
    });
    this.#life = { owner: this, keeps: plan.keeps, memory };
    this.image = made[0] as CodeImage;
    releaseWithOwner(this, memory);
  }

  /** Address of the first byte. */
  get address(): bigint {
    return this.#alive().address;
  }

  /** Size in bytes. */
  get size(): number {
    return this.image.bytes.length;
  }

  /** The bytes. Changing them does not change the code. */
  get bytes(): Uint8Array {
    return this.image.bytes;
  }

  /** Where the code of each statement begins, with its source lines; empty without a map. */
  get sources(): readonly SourcePair[] {
    return this.image.sources;
  }

  get isFreed(): boolean {
    return this.#life.memory === undefined;
  }

  /**
   * Address of a place in the code.
   * @param place offset, or name of a global label (`main` or `->main`) or pc label (`=>3`)
   * @throws DasmError if there is no such place
   */
  addressOf(place: CodePlace): bigint {
    return this.#alive().address + BigInt(this.#offsetOf(place));
  }

  /**
   * Makes a JavaScript function of the code. It may be called as long as the code is not freed, and
   * keeps the code alive. Integers of 64 bits come back as numbers where these are exact, else as bigint.
   * @param prototype C prototype in koffi's notation, for example `int32_t (int32_t, int32_t)`
   * @param place where the function begins. Default: the start of the code
   * @throws DasmError if the prototype is variadic or not understood, or there is no such place
   */
  fn<Result = unknown>(prototype: string, place: CodePlace = 0): (...args: readonly unknown[]) => Result {
    const address = this.addressOf(place);
    if (/\.\.\./.test(prototype))
      throw usageError(
        `fn: ${prototype}: a variadic prototype is not possible, give the parameters of the call`,
      );
    const foreign = requireForeign();
    let call: ForeignFunction;
    try {
      call = foreign.decode(address, findPrototype(foreign, prototype)) as ForeignFunction;
    } catch (error) {
      throw usageError(`fn: ${prototype}: ${error instanceof Error ? error.message : String(error)}`);
    }
    const life = this.#life;
    const requireAlive = (): void => {
      if (life.memory === undefined) failFreed();
    };
    return guardCalls(call, requireAlive) as (...args: readonly unknown[]) => Result;
  }

  /** Addresses of the global labels that the code defines, by name. */
  globals(): Record<string, bigint> {
    const { address } = this.#alive();
    const found: Record<string, bigint> = {};
    for (const { offset, name } of this.image.labels) {
      if (name.startsWith("->")) found[name.slice(2)] = address + BigInt(offset);
    }
    return found;
  }

  /**
   * Address of a pc label.
   * @throws DasmError if the code does not define it
   */
  pcLabel(label: number): bigint {
    return this.addressOf(`=>${label}`);
  }

  /** Lists the code: with iced-x86 as Intel syntax, without it in hexadecimal. */
  dump(options: DumpOptions = {}): string {
    return formatImage(this.image, options);
  }

  /**
   * Announces the code to other tools.
   * @returns path of the file written, if any
   * @throws DasmError if the file cannot be written or the code was freed
   */
  register(options: RegisterOptions = {}): string | undefined {
    if (options.perf !== true) return undefined;
    const { address } = this.#alive();
    const starts = [{ offset: 0, name: options.name ?? "dynasm" }, ...this.image.labels];
    const lines = starts.map(({ offset, name }, index) => {
      const end = starts[index + 1]?.offset ?? this.size;
      return end > offset
        ? formatPerfLine(address + BigInt(offset), end - offset, name.replace(/^->/, ""))
        : "";
    });
    return appendPerfMap(lines.join(""));
  }

  /**
   * Frees the memory. Functions made by `fn` throw afterwards. A second call does nothing.
   * @throws DasmError in a callback, as machine code is running then
   */
  free(): void {
    const { memory } = this.#life;
    if (memory === undefined) return;
    if (isInCallback()) throw usageError("free: called from a callback, while machine code is running");
    this.#life.memory = undefined;
    releaseCode(this, memory);
  }

  [Symbol.dispose](): void {
    this.free();
  }

  #alive(): CodeMemory {
    const { memory } = this.#life;
    if (memory === undefined) failFreed();
    return memory;
  }

  #offsetOf(place: CodePlace): number {
    if (typeof place === "string") {
      const label = this.image.labels.find(({ name }) => name === place || name === `->${place}`);
      if (label === undefined) throw usageError(`the code has no label ${place}${this.#listLabels()}`);
      return label.offset;
    }
    if (typeof place === "bigint") return this.#offsetOfAddress(place);
    if (!Number.isInteger(place) || place < 0 || place >= this.size) {
      throw usageError(`offset ${place} is outside the code of ${this.size} bytes`);
    }
    return place;
  }

  /** The labels that there are, for messages. */
  #listLabels(): string {
    const names = this.image.labels.map(({ name }) => name);
    if (names.length === 0) return "";
    return `; it has ${names.slice(0, 8).join(", ")}${names.length > 8 ? ", ..." : ""}`;
  }

  #offsetOfAddress(address: bigint): number {
    const offset = address - this.#alive().address;
    if (offset >= 0n && offset < BigInt(this.size)) return Number(offset);
    throw usageError(`address 0x${address.toString(16)} is outside the code of ${this.size} bytes`);
  }
}

function failFreed(): never {
  throw new DasmError("usage", "the code was freed");
}
