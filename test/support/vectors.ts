import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const folder = new URL("../../fixtures/vectors/", import.meta.url);

/** The text of a vector file, unpacked if its name ends in `.gz`. */
export function readVectorText(name: string): string {
  const bytes = readFileSync(new URL(name, folder));
  return (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("latin1");
}

/** The objects of a JSON-lines vector file. */
export function readVectorLines<T>(name: string): readonly T[] {
  return readVectorText(name)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}

/** Describes the first mismatches of a vector run, for a readable failure. */
export function summarize(mismatches: readonly string[], shown = 10): string {
  if (mismatches.length === 0) return "";
  return `${mismatches.length} mismatches, the first:\n${mismatches.slice(0, shown).join("\n")}`;
}
