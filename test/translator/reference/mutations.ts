import type { Random } from "./random.js";

/** What takes the place of a word of a line, or is put in front of it. */
const REPLACEMENTS = [
  "",
  "rax",
  "eax",
  "r8d",
  "xmm1",
  "ymm3",
  "al",
  "byte",
  "qword",
  "1",
  "-1",
  "0x80",
  "300",
  "-0",
  "[rax]",
  "[rax+8]",
  "(",
  ")",
  "]",
  ",",
  ";",
  ":",
  "|",
  "//",
  "--",
  "..",
  "...",
  "->x",
  "=>y",
  ">1",
  "<2",
  ".if 0",
  ".if 1",
  ".endif",
  ".else",
  ".macro m, a",
  ".endmacro",
  ".capture c",
  ".endcapture",
  ".dumpcapture c",
  ".define rax, rcx",
  ".define a, b",
  "\r",
  "\t",
  " ",
  "#",
  "@",
  "\xe4",
  "@q0",
  "Rq(x)",
  "&x",
  "extern f",
  "*",
  "+",
  "-",
];

function editLine(r: Random, line: string, others: readonly string[]): string[] {
  switch (r.below(12)) {
    case 0:
      return [];
    case 1:
      return [line, line];
    case 2:
      return [line, r.of(others)];
    case 3:
      return [`${line}; ${r.of(others).replace(/^\s*\|/, "")}`];
    default: {
      const words = [...line.matchAll(/\w+|[^\w\s]/g)];
      const replacement = r.of(REPLACEMENTS);
      if (words.length === 0) return [line + replacement];
      const word = r.of(words);
      const behind = word.index + (r.chance(0.3) ? 0 : word[0].length);
      return [line.slice(0, word.index) + replacement + line.slice(behind)];
    }
  }
}

/** Changes some lines of a source at random. */
export function mutate(r: Random, text: string): string {
  const lines = text.split("\n");
  const changed = new Set(r.list(1, 10, () => r.below(lines.length)));
  return lines.flatMap((line, index) => (changed.has(index) ? editLine(r, line, lines) : [line])).join("\n");
}

/** A piece of a source: some lines in a row, behind the lines that everything needs. */
export function excerpt(r: Random, text: string, head: string): string {
  const lines = text.split("\n");
  const start = r.below(lines.length);
  return head + lines.slice(start, start + 20 + r.below(120)).join("\n");
}
