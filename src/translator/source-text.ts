/** A source: a text, or pieces that are joined. One character is one byte (latin-1). */
export type SourceText = string | Iterable<string>;

/** The text of a source. */
export function joinSource(source: SourceText): string {
  return typeof source === "string" ? source : [...source].join("");
}
