import { allForms, type FormSequence } from "./instruction-table.js";

/** Lists the operand forms of a mnemonic as a hint, in the manuals' notation. */
export function legalForms(mnemonic: string, forms: FormSequence): string {
  const seen = new Set<string>();
  for (const form of allForms(forms)) seen.add(`  ${mnemonic} ${form.operands.join(", ")}`.trimEnd());
  return `legal forms are:\n${[...seen].join("\n")}`;
}
