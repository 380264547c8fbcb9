/** A source: a text, or pieces that are joined. One character is one byte (latin-1). */
export type SourceText = string | Iterable<string>;

/** The text of a source. */
export function joinSource(source: SourceText): string {
  return typeof source === "string" ? source : [...source].join("");
}

/** Index of the line end at or after a position: that of the newline, or the length of the text. */
export function lineEndAfter(text: string, position: number): number {
  const end = text.indexOf("\n", position);
  return end < 0 ? text.length : end;
}
