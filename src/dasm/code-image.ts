import type { SourceLine } from "../diagnostics/action-source-map.js";

/** A name for a place in the code. */
export interface CodeLabel {
  /** From the start of the code, in bytes. */
  readonly offset: number;
  readonly name: string;
}

/** Bytes of the code that depend on where it runs or on addresses outside of it. */
export interface Relocation {
  readonly offset: number;
  readonly size: number;
  /** What the bytes refer to. */
  readonly name: string;
}

/** Where the code of some statements begins. */
export interface SourcePair {
  readonly offset: number;
  /** The source line of the statement; several if equal statements share their actions. */
  readonly sources: readonly SourceLine[];
}

/** Machine code with everything that is known about it; what a dump shows. */
export interface CodeImage {
  readonly bytes: Uint8Array;
  readonly arch: "x86" | "x64";
  /** Address of the first byte. */
  readonly base: bigint;
  readonly labels: readonly CodeLabel[];
  readonly relocations: readonly Relocation[];
  readonly sources: readonly SourcePair[];
}

export type { SourceLine };
