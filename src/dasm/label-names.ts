import type { ActionSourceMap, SourceLine } from "../diagnostics/action-source-map.js";
import { FIRST_GLOBAL } from "./state.js";

/** Names that the engine itself does not know. */
export interface SymbolNames {
  /** Names of the global labels, index 0 first. */
  readonly globals?: readonly string[];
  /** Names of the extern symbols, index 0 first. */
  readonly externs?: readonly string[];
  /** Map from the translator; its names are used where `globals` and `externs` are not given. */
  readonly map?: ActionSourceMap;
}

/** Name of the global label with a label table entry, as users write it. */
export function nameGlobal(names: SymbolNames, entry: number): string {
  const list = names.globals ?? names.map?.globals ?? [];
  const name = list[entry - FIRST_GLOBAL];
  return name === undefined ? `global label ${entry - FIRST_GLOBAL}` : `->${name}`;
}

/** Name of an extern symbol, or its number. */
export function nameExtern(names: SymbolNames, index: number): string {
  return (names.externs ?? names.map?.externs ?? [])[index] ?? `${index}`;
}

/** Formats source lines as `file:line`, joined by "or" if it can be one of several. */
export function formatSources(sources: readonly SourceLine[]): string {
  const places = [...new Set(sources.map(({ file, line }) => `${file}:${line}`))];
  if (places.length <= 3) return places.join(" or ");
  return `${places.slice(0, 3).join(" or ")} or ${places.length - 3} more`;
}
