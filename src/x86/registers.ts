import { Size } from "./sizes.js";

/** The two instruction sets: 32-bit and 64-bit mode. */
export type Mode = "x86" | "x64";

/**
 * A register as the internal token names it. Tokens are what register names are replaced with before
 * anything else looks at a statement: `@`, a letter for the class, a hex digit, and `R` behind byte
 * registers that need REX. A token without digit is a variable register.
 */
export interface Register {
  readonly token: string;
  /** The usual name, for messages. */
  readonly name: string;
  readonly size: number;
  /** 0..15, or -1 for a variable register. */
  readonly number: number;
  /** Can be encoded with a REX prefix only: r4b..r15b and, in 64-bit mode, Rb. */
  readonly needsRex: boolean;
  /** Means another register when there is a REX prefix: ah, ch, dh, bh. */
  readonly forbidsRex: boolean;
}

/** Names and tokens of the registers of a mode. */
export interface RegisterSet {
  /** Name to token, in the order in which `-A` lists them. */
  readonly tokenOf: ReadonlyMap<string, string>;
  readonly byToken: ReadonlyMap<string, Register>;
}

const LEGACY = ["ax", "cx", "dx", "bx", "sp", "bp", "si", "di"] as const;
const BYTES = ["al", "cl", "dl", "bl", "ah", "ch", "dh", "bh"] as const;

interface Builder {
  readonly tokenOf: Map<string, string>;
  readonly byToken: Map<string, Register>;
  add(
    letter: string,
    suffix: string,
    names: readonly string[],
    size: number,
    number: number,
    rex?: "needs" | "forbids",
  ): void;
}

function createBuilder(): Builder {
  const tokenOf = new Map<string, string>();
  const byToken = new Map<string, Register>();
  return {
    tokenOf,
    byToken,
    add(letter, suffix, names, size, number, rex) {
      const token = `@${letter}${number < 0 ? "" : number.toString(16)}${suffix}`;
      for (const name of names) tokenOf.set(name, token);
      const needsRex = rex === "needs";
      const forbidsRex = rex === "forbids";
      byToken.set(token, { token, name: names[0] ?? token, size, number, needsRex, forbidsRex });
    },
  };
}

function addGeneral(builder: Builder, mode: Mode): void {
  const count = mode === "x64" ? 16 : 8;
  if (mode === "x64") {
    for (let i = 0; i < 16; i++) {
      const legacy = LEGACY[i];
      builder.add("q", "", legacy === undefined ? [`r${i}`] : [`r${legacy}`, `r${i}`], Size.qword, i);
    }
    builder.add("q", "", ["Rq"], Size.qword, -1);
  }
  for (let i = 0; i < count; i++) {
    const numbered = mode === "x64" ? `r${i}d` : `r${i}`;
    const legacy = LEGACY[i];
    builder.add("d", "", legacy === undefined ? [numbered] : [`e${legacy}`, numbered], Size.dword, i);
  }
  builder.add("d", "", ["Rd"], Size.dword, -1);
  for (let i = 0; i < count; i++) {
    const legacy = LEGACY[i];
    builder.add("w", "", legacy === undefined ? [`r${i}w`] : [legacy, `r${i}w`], Size.word, i);
  }
  builder.add("w", "", ["Rw"], Size.word, -1);
}

function addBytes(builder: Builder, mode: Mode): void {
  BYTES.forEach((name, i) => {
    if (i < 4) builder.add("b", "", [name, `r${i}b`], Size.byte, i);
    else builder.add("b", "", [name], Size.byte, i, "forbids");
  });
  const count = mode === "x64" ? 16 : 8;
  for (let i = 4; i < count; i++) builder.add("b", "R", [`r${i}b`], Size.byte, i, "needs");
  builder.add("b", "", ["Rb"], Size.byte, -1, ...(mode === "x64" ? (["needs"] as const) : []));
}

function addOthers(builder: Builder, mode: Mode): void {
  const count = mode === "x64" ? 16 : 8;
  for (let i = 0; i < 8; i++) builder.add("f", "", [`st${i}`], Size.fp, i);
  builder.add("f", "", ["Rf"], Size.fp, -1);
  for (let i = 0; i < count; i++) builder.add("o", "", [`xmm${i}`], Size.oword, i);
  builder.add("o", "", ["xmm"], Size.oword, -1);
  for (let i = 0; i < count; i++) builder.add("y", "", [`ymm${i}`], Size.yword, i);
  builder.add("y", "", ["ymm"], Size.yword, -1);
}

/** Builds the registers of a mode: once per translation. */
export function createRegisterSet(mode: Mode): RegisterSet {
  const builder = createBuilder();
  addGeneral(builder, mode);
  addBytes(builder, mode);
  addOthers(builder, mode);
  builder.tokenOf.set("Ra", mode === "x64" ? "@q" : "@d");
  return builder;
}
