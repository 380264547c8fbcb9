import { type Form, Kind } from "../../x86/form.js";
import { Size, sizeLetter } from "../../x86/sizes.js";
import type { FormSequence } from "./instruction-table.js";
import type { Operand } from "./operand.js";

/** Why no form fits. */
export type SelectionFailure = "mode" | "mixed-size" | "size" | "no-size";

export type Selection =
  | { readonly form: Form; readonly size: number; readonly failure?: undefined }
  | { readonly failure: SelectionFailure };

/** Whether the kinds of the operands behind the first two fit. */
function furtherKindsFit({ kinds }: Form, operands: readonly Operand[]): boolean {
  for (let i = 2; i < operands.length; i++) {
    if (((operands[i] as Operand).kinds & (kinds[i] ?? 0)) === 0) return false;
  }
  return true;
}

function eachSizeFits(form: Form, operands: readonly Operand[]): boolean {
  let shared: number = Size.none;
  for (let i = 0; i < operands.length; i++) {
    const allowed = form.eachSizes[i] ?? Size.none;
    if (allowed === Size.none) continue;
    const size = operands[i]?.size || Size.unsized;
    if ((size & allowed) === 0) return false;
    if ((form.agreeing & (1 << i)) === 0) continue;
    if (shared !== Size.none && shared !== size) return false;
    shared = size;
  }
  return true;
}

/** The size that a form with the rule `first` or `second` looks at. */
function decidingSize(form: Form, operands: readonly Operand[]): number {
  return operands[form.rule === "first" ? 0 : 1]?.size ?? Size.none;
}

/**
 * Finds the first form whose operand kinds and sizes fit. The size in the result is the effective
 * one, which shapes prefixes and operand-sized immediates (0: none).
 */
export function selectForm(sequence: FormSequence, operands: readonly Operand[]): Selection {
  const count = operands.length;
  let first = 0;
  let second = 0;
  let common: number = Size.none;
  let mixed = false;
  for (let i = 0; i < count; i++) {
    const { kinds, size } = operands[i] as Operand;
    if (i === 0) first = kinds;
    else if (i === 1) second = kinds;
    if (size === Size.none || size === common) continue;
    if (common === Size.none) common = size;
    else mixed = true;
  }
  let kindsMatched = false;
  for (let row = 0; row < sequence.length; row++) {
    const forms = sequence.at(row);
    for (let at = 0; at < forms.length; at++) {
      const form = forms[at] as Form;
      const { kinds } = form;
      if (count > 0 && (first & (kinds[0] as number)) === 0) continue;
      if (count > 1 && (second & (kinds[1] as number)) === 0) continue;
      if (count > 2 && !furtherKindsFit(form, operands)) continue;
      kindsMatched = true;
      switch (form.rule) {
        case "uniform":
          if (!mixed && (common & form.sizes) !== 0) return { form, size: common };
          break;
        case "any":
          if (!mixed) return { form, size: common };
          break;
        case "each":
          if (eachSizeFits(form, operands)) return { form, size: common };
          break;
        case "first":
        case "second": {
          // If that operand has a size, the others' do not matter for the forms that follow either.
          const size = decidingSize(form, operands);
          if (size === Size.none) break;
          mixed = false;
          if ((size & form.sizes) !== 0) return { form, size };
        }
      }
    }
  }
  if (!kindsMatched) return { failure: "mode" };
  if (mixed) return { failure: "mixed-size" };
  return { failure: common === Size.none ? "no-size" : "size" };
}

/** Index of the first operand whose size differs from those before, or -1. */
export function differingOperand(operands: readonly Operand[]): number {
  let common: number = Size.none;
  return operands.findIndex(({ size }) => {
    if (size === Size.none || size === common) return false;
    if (common !== Size.none) return true;
    common = size;
    return false;
  });
}

const FAILURE_TEXT: Readonly<Record<SelectionFailure, string>> = {
  mode: "bad operand mode",
  "mixed-size": "mixed operand size",
  size: "bad operand size",
  "no-size": "missing operand size",
};

function kindLetter(operand: Operand): string {
  if (operand.kind === "register") return (operand.kinds & Kind.x87) !== 0 ? "f" : "r";
  return operand.kind === "memory" ? "x" : "i";
}

/** The reference's message for a failure, for example ``bad operand size in `mov rd,rq'``. */
export function failureMessage(
  failure: SelectionFailure,
  opcode: string,
  operands: readonly Operand[],
): string {
  const modes = operands.map((operand) => kindLetter(operand) + sizeLetter(operand.size)).join(",");
  return `${FAILURE_TEXT[failure]} in \`${opcode} ${modes}'`;
}
