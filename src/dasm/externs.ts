import { DasmError, usageError } from "./dasm-error.js";
import { type ForeignLibrary, requireForeign } from "./foreign.js";
import { findProcess } from "./optional-package.js";

/** Finds the address of a symbol by its name as written in the source; undefined if unknown. */
export type SymbolResolver = (name: string) => bigint | number | undefined;

function findSymbol(library: ForeignLibrary, name: string): bigint | undefined {
  try {
    return library.symbol(name);
  } catch {
    return undefined;
  }
}

/** Libraries whose functions C programs on this system can call without naming a library. */
function openProcess(): readonly ForeignLibrary[] {
  const foreign = requireForeign();
  if (findProcess()?.platform !== "win32") return [foreign.load(null)];
  return ["ucrtbase.dll", "kernel32.dll"].map((name) => foreign.load(name));
}

/**
 * A resolver for the C functions and variables that the running process can see. Needs koffi.
 * @throws DasmError with the install command if koffi is not installed
 */
export function processSymbols(): SymbolResolver {
  const libraries = openProcess();
  return (name) => {
    for (const library of libraries) {
      const address = findSymbol(library, name);
      if (address !== undefined) return address;
    }
    return undefined;
  };
}

/**
 * A resolver for the functions and variables of a library. Needs koffi.
 * @param path name or path of the library, as the system's loader takes it
 * @throws DasmError if the library cannot be loaded
 */
export function librarySymbols(path: string): SymbolResolver {
  if (typeof path !== "string" || path === "")
    throw usageError("librarySymbols: the name of a library is needed");
  let library: ForeignLibrary;
  try {
    library = requireForeign().load(path);
  } catch (error) {
    if (error instanceof DasmError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new DasmError("extern", `cannot load library ${path}: ${reason}`, { name: path });
  }
  return (name) => findSymbol(library, name);
}
