import { OPERATIONS, type OperandSlot, type Operation } from "./opcodes.js";
import { DIRECTIVES } from "./text/directives.js";
import { RULES } from "./verify-rules.js";

/** Operands as the column of meanings names them; numbers are named by their field. */
function operandText({ kind, field, optional }: OperandSlot): string {
  // JMP may leave out its first operand although a missing one is no 0 in general.
  const text = kind === "jump" ? "label" : /^[A-Z]/.test(kind) ? `${kind}(${field})` : field;
  return optional || kind === "close" ? `[${text}]` : text;
}

/** A Markdown table with its columns aligned. */
function renderTable(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text, column) => text.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = line(widths.map((width) => "-".repeat(width)));
  return [line(head), rule, ...rows.slice(1).map(line)].join("\n");
}

function opcodeRow({ opcode, name, format, operands, meaning }: Operation): readonly string[] {
  return [String(opcode), `\`${name}\``, format, `\`${operands.map(operandText).join(" ")}\``, meaning];
}

/** The table of all opcodes, in Markdown. */
function renderOpcodeTable(): string {
  return renderTable([["no", "opcode", "format", "operands", "meaning"], ...OPERATIONS.map(opcodeRow)]);
}

/** The table of all directives, in Markdown. */
function renderDirectiveTable(): string {
  const rows = DIRECTIVES.map(({ name, summary }) => [`\`${name}\``, summary]);
  return renderTable([["directive", "what it does"], ...rows]);
}

/** The table of the rules of the verifier, in Markdown. */
function renderRuleTable(): string {
  const rows = Object.entries(RULES).map(([rule, consequence]) => [`\`${rule}\``, consequence]);
  return renderTable([["rule", "why: what the VM does otherwise"], ...rows]);
}

function replacePart(text: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const start = text.indexOf(open);
  const end = text.indexOf(close);
  if (start < 0 || end < start) throw new Error(`docs/lasm.md has no place for ${name}`);
  return `${text.slice(0, start + open.length)}\n\n${content}\n\n${text.slice(end)}`;
}

/** The text of docs/lasm.md with its tables up to date. */
export function updateReference(text: string): string {
  const withDirectives = replacePart(text, "table of directives", renderDirectiveTable());
  const withOpcodes = replacePart(withDirectives, "table of opcodes", renderOpcodeTable());
  return replacePart(withOpcodes, "table of rules", renderRuleTable());
}
