import type { LocalVariable } from "../chunk.js";

/**
 * Which local variable each register holds at a pc that only grows. Registers are given in the order
 * of the array, as Lua's own debug functions count them. Variables that are out of order have no
 * sensible register: then no names are given.
 */
export interface LiveLocals {
  readonly locals: readonly LocalVariable[];
  /** The live variables; the index is the register. */
  readonly live: LocalVariable[];
  /** The first variable not yet started. */
  next: number;
  /** A pc before which no live variable ends. */
  nextEnd: number;
}

const mostRegisters = 255;

function inOrder(locals: readonly LocalVariable[]): boolean {
  let last: number | bigint = 0;
  for (const { startPc, endPc } of locals) {
    if (startPc < last || endPc < startPc) return false;
    last = startPc;
  }
  return true;
}

/** Undefined when the order of the variables does not tell their registers. */
export function createLiveLocals(locals: readonly LocalVariable[]): LiveLocals | undefined {
  return inOrder(locals) ? { locals, live: [], next: 0, nextEnd: Number.POSITIVE_INFINITY } : undefined;
}

/** Drops the variables that have ended at `pc`. */
function dropEnded(live: LiveLocals, pc: number | bigint): void {
  if (pc < live.nextEnd) return;
  let kept = 0;
  let nextEnd = Number.POSITIVE_INFINITY;
  for (const local of live.live) {
    if (local.endPc <= pc) continue;
    live.live[kept++] = local;
    nextEnd = Math.min(nextEnd, Number(local.endPc));
  }
  live.live.length = kept;
  live.nextEnd = nextEnd;
}

function start(live: LiveLocals, local: LocalVariable): void {
  if (local.endPc === local.startPc || live.live.length >= mostRegisters) return;
  live.live.push(local);
  live.nextEnd = Math.min(live.nextEnd, Number(local.endPc));
}

/** Moves on to `pc`. */
export function moveTo(live: LiveLocals, pc: number): void {
  dropEnded(live, pc);
  for (;;) {
    const local = live.locals[live.next];
    if (local === undefined || local.startPc > pc) return;
    live.next++;
    if (local.endPc > pc) start(live, local);
  }
}

/** Moves on to the start of the next variable in order and returns its register. */
export function enterPc(live: LiveLocals, local: LocalVariable): number | undefined {
  dropEnded(live, local.startPc);
  const register = live.live.length;
  if (register >= mostRegisters) return undefined;
  start(live, local);
  return register;
}

/** Name of the variable in a register at the pc moved to. */
export function nameOfRegister(live: LiveLocals, register: number): string | undefined {
  return live.live[register]?.name ?? undefined;
}
