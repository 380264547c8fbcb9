import type { Diagnostic } from "./diagnostic.js";

/** A diagnostic in the words of the tool that we are compatible with; empty if that tool is silent about it. */
export function renderClassic(diagnostic: Diagnostic): string {
  return diagnostic.classic ?? "";
}
