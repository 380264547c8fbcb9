import type { Form } from "../../x86/form.js";

/** Lists the operand forms of a mnemonic as a hint, in the manuals' notation. */
export function legalForms(mnemonic: string, forms: readonly Form[]): string {
  const seen = new Set<string>();
  for (const form of forms) seen.add(`  ${mnemonic} ${form.operands.join(", ")}`.trimEnd());
  return `legal forms are:\n${[...seen].join("\n")}`;
}
