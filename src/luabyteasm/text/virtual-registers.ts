interface Binding {
  readonly register: number;
  /** Scope it belongs to: 1 is the function's own. */
  readonly depth: number;
}

/**
 * Allocation of `$name` registers, which reproduces what the first tool of this name does wherever
 * that does not change from run to run: the first name gets R1, registers of closed scopes are
 * reused, an open numeric loop keeps R(base+3) for its `$val`. There is no shadowing.
 */
export interface VirtualRegisters {
  /** Everything bound in an open scope. */
  readonly bindings: Map<string, Binding>;
  /** Names of the scopes that have any, by depth. */
  readonly namesAt: Map<number, string[]>;
  /** Open scopes. */
  depth: number;
  /** Freed registers, the most recent last. */
  readonly free: number[];
  /** Base registers of the open numeric loops, outermost first. */
  readonly loops: number[];
  /** How many open loops reserve a register. */
  readonly reserved: Map<number, number>;
  /** Highest register seen. */
  highest: number;
  /** Whether any `$name` was used since the function started. */
  used: boolean;
}

/** Highest register a name may get: R255 would need a frame of 256, which no chunk can express. */
export const HIGHEST_VIRTUAL = 254;

export function createVirtualRegisters(): VirtualRegisters {
  return {
    bindings: new Map(),
    namesAt: new Map(),
    depth: 1,
    free: [],
    loops: [],
    reserved: new Map(),
    highest: 0,
    used: false,
  };
}

function isReserved(registers: VirtualRegisters, register: number): boolean {
  return (registers.reserved.get(register) ?? 0) > 0;
}

function bind(registers: VirtualRegisters, name: string, register: number, depth: number): void {
  registers.bindings.set(name, { register, depth });
  const names = registers.namesAt.get(depth);
  if (names === undefined) registers.namesAt.set(depth, [name]);
  else names.push(name);
}

/** `$val` lives as long as the loop: in the innermost scope with a name for the base register. */
function bindLoopValue(registers: VirtualRegisters, base: number): number {
  let depth = 0;
  for (const binding of registers.bindings.values()) {
    if (binding.register === base && binding.depth > depth) depth = binding.depth;
  }
  const register = base + 3;
  bind(registers, "val", register, depth === 0 ? registers.depth : depth);
  noteRegister(registers, register);
  return register;
}

function takeFree(registers: VirtualRegisters): number | undefined {
  const index = registers.free.findLastIndex((register) => !isReserved(registers, register));
  return index < 0 ? undefined : registers.free.splice(index, 1)[0];
}

/**
 * The register of `$name`, bound now if it is new. A result above {@link HIGHEST_VIRTUAL} means that
 * there is none left.
 */
export function resolveVirtual(registers: VirtualRegisters, name: string): number {
  registers.used = true;
  const bound = registers.bindings.get(name);
  if (bound !== undefined) return bound.register;
  if (registers.depth === 0) registers.depth = 1;
  const base = name === "val" ? registers.loops.at(-1) : undefined;
  if (base !== undefined) return bindLoopValue(registers, base);
  const register = takeFree(registers) ?? registers.highest + 1;
  if (register > HIGHEST_VIRTUAL) return register;
  noteRegister(registers, register);
  bind(registers, name, register, registers.depth);
  return register;
}

/** Raises the highest register seen. */
export function noteRegister(registers: VirtualRegisters, register: number): void {
  if (register > registers.highest) registers.highest = register;
}

export function openScope(registers: VirtualRegisters): void {
  registers.depth++;
}

/**
 * Frees the names of the innermost scope, so that the lowest register is reused first.
 * @returns false when no scope was open.
 */
export function closeScope(registers: VirtualRegisters): boolean {
  if (registers.depth === 0) return false;
  const names = registers.namesAt.get(registers.depth) ?? [];
  registers.namesAt.delete(registers.depth);
  registers.depth--;
  const freed = names.map((name) => registers.bindings.get(name)?.register ?? 0);
  for (const name of names) registers.bindings.delete(name);
  for (const register of freed.sort((one, other) => other - one)) {
    if (!isReserved(registers, register) && !registers.free.includes(register)) registers.free.push(register);
  }
  return true;
}

/** FORPREP: R(base+3) holds the loop value until the loop ends. */
export function openLoop(registers: VirtualRegisters, base: number): void {
  const register = base + 3;
  registers.loops.push(base);
  registers.reserved.set(register, (registers.reserved.get(register) ?? 0) + 1);
  noteRegister(registers, register);
}

/** FORLOOP ends the innermost open loop, if any. */
export function closeLoop(registers: VirtualRegisters): void {
  const base = registers.loops.pop();
  if (base === undefined) return;
  registers.reserved.set(base + 3, (registers.reserved.get(base + 3) ?? 1) - 1);
}
