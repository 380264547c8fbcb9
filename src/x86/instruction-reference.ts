import { type ListedForm, listForms } from "./list-forms.js";

const INTRODUCTION = `# Instructions

Generated from the instruction table (\`src/x86/forms\`) by \`npx tsx scripts/generate-instructions.mjs\`.
Don't edit.

Each line is one form: operands, encoding, remarks. Forms are tried from top to bottom and the first one
that fits is used. The notation is that of the processor manuals:
`;

const NOTATION: readonly (readonly string[])[] = [
  ["`r8` `r16` `r32` `r64`", "a general register of that size"],
  ["`r*` `rv` `ry`", "a general register of 8 to 64, 16 to 64, 32 or 64 bits"],
  ["`rm8` .. `rm*` `rmv` `rmy`", "the same, or memory of that size"],
  ["`a*` `av` `al` `ax` ..", "the accumulator"],
  ["`m8` .. `m256`, `m`", "memory of that size, of whatever size"],
  ["`my` `mv`", "memory as wide as `ry`, `rv`"],
  ["`xmm` `ymm` `xy`", "a vector register; `xy` is either"],
  ["`mxy` `xy/m`", "memory as wide as `xy`; register or memory"],
  ["`vm32x` `vm64y` ..", "memory with a vector register as index"],
  ["`st` `st0`", "an x87 register; the top of the stack"],
  ["`imm8` `imm16` `imm`", "an immediate"],
  ["`imm8s`", "a constant in -128..127"],
  ["`imm~`", "an expression; the encoder chooses its width at run time"],
  ["`rel32` `rel8`", "a label; a distance in bytes"],
  ["`moffs`", "an address without registers, in 32-bit mode"],
];

const EXPLANATION = `
Operands of a letter family (\`*\` \`v\` \`y\` \`xy\`) have the same size. Size prefixes (\`66\`, \`REX.W\`,
\`VEX.L\`) follow from it and are written only where they are part of the instruction.

Remarks: \`x86\` or \`x64\` is the only mode that has the form; \`+\` marks what DynASM itself does not have.
`;

/** A table in Markdown with aligned columns, as the formatter leaves it. */
function alignedTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) =>
    rows.reduce((width, row) => Math.max(width, (row[column] ?? "").length), Math.max(title.length, 3)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width)).join(" | ")} |\n`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |\n`;
  return line(header) + rule + rows.map(line).join("");
}

function remarks(form: ListedForm): string {
  const mode = form.modes.length === 1 ? (form.modes[0] ?? "") : "";
  return [mode, form.extension ? "+" : ""].filter((remark) => remark !== "").join(" ");
}

function table(forms: readonly ListedForm[]): string {
  const rows = forms.map((form) => [
    `\`${form.mnemonic}\``,
    form.operands === "" ? "" : `\`${form.operands}\``,
    `\`${form.encoding}\``,
    remarks(form),
  ]);
  return alignedTable(["mnemonic", "operands", "encoding", "remarks"], rows);
}

/** The text of docs/instructions.md. */
export function instructionReference(): string {
  const groups = new Map<string, ListedForm[]>();
  for (const form of listForms()) {
    const group = groups.get(form.group);
    if (group === undefined) groups.set(form.group, [form]);
    else group.push(form);
  }
  const sections = [...groups].map(([title, forms]) => `## ${title}\n\n${table(forms)}`);
  const notation = alignedTable(["notation", "meaning"], NOTATION);
  return [INTRODUCTION, `${notation}${EXPLANATION}`, ...sections].join("\n");
}
