import { DasmError } from "./dasm-error.js";

type Require = (name: string) => unknown;

interface ModuleBuiltin {
  readonly createRequire: (from: string) => Require;
}

/** The part of Node's `process` that is used here; absent in a browser. */
interface NodeProcess {
  readonly platform: string;
  readonly arch: string;
  readonly pid: number;
  cwd(): string;
  getBuiltinModule?(name: string): unknown;
}

/** Node's `process`, or undefined elsewhere. Asked for instead of imported, so that this module loads in a browser. */
export function findProcess(): NodeProcess | undefined {
  const candidate = (globalThis as { readonly process?: Partial<NodeProcess> }).process;
  return typeof candidate?.cwd === "function" ? (candidate as NodeProcess) : undefined;
}

/** A module of Node itself, or undefined outside of Node. */
export function findBuiltin(name: string): unknown {
  return findProcess()?.getBuiltinModule?.(name);
}

/** Where packages are looked for: beside this package, then in the current folder. */
function startingPoints(): readonly string[] {
  const here = (import.meta as { readonly url?: string } | undefined)?.url;
  const folder = `${findProcess()?.cwd() ?? ""}/package.json`;
  return here === undefined ? [folder] : [here, folder];
}

/** Loads a package that the user may or may not have installed. Returns undefined if it is not there. */
export function findPackage(name: string): unknown {
  const module = findBuiltin("node:module") as ModuleBuiltin | undefined;
  if (module === undefined) return undefined;
  for (const start of startingPoints()) {
    try {
      return module.createRequire(start)(name);
    } catch {
      // Not installed there; the caller says what to do when it is nowhere.
    }
  }
  return undefined;
}

/**
 * Loads a package that the user has to install for some of the functions.
 * @param purpose what needs it, for the message
 * @throws DasmError with the install command
 */
export function requirePackage(name: string, purpose: string): unknown {
  const found = findPackage(name);
  if (found !== undefined) return found;
  throw new DasmError("memory", `${purpose} needs the package ${name}: npm install ${name}`, { name });
}
