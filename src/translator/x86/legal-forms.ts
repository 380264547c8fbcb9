import { suggest } from "../../diagnostics/suggest.js";
import type { Form } from "../../x86/form.js";
import type { Operand } from "./operand.js";
import type { StatementContext } from "./statement-context.js";

/** Lists the operand forms of a mnemonic as a hint, in the manuals' notation. */
export function legalForms(mnemonic: string, forms: readonly Form[]): string {
  const seen = new Set<string>();
  for (const form of forms) seen.add(`  ${mnemonic} ${form.operands.join(", ")}`.trimEnd());
  return `legal forms are:\n${[...seen].join("\n")}`;
}

const NAME = /^[a-z]\w{2,5}$/;

/**
 * A line of a hint for operands that fit no form: the register that an operand may be misspelled for; empty if
 * none looks like it, or a warning says so already.
 */
export function suggestRegister(operands: readonly Operand[], context: StatementContext): string {
  if (context.warnings.length > 0) return "";
  for (const operand of operands) {
    if (operand.kind !== "expression" || !NAME.test(operand.text)) continue;
    const register = suggest(operand.text, context.registers.tokenOf.keys());
    if (register !== undefined) return `\`${operand.text}' is no register; did you mean \`${register}'?\n`;
  }
  return "";
}
