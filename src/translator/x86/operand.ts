import type { Register } from "../../x86/registers.js";

/** What a label operand refers to. */
export type LabelTarget =
  /** Local or global label by its number in LG actions. */
  | { readonly kind: "numbered"; readonly number: number }
  | { readonly kind: "pc"; readonly expression: string }
  | { readonly kind: "extern"; readonly index: number }
  /** `&expression`; the text is the argument in the host language. */
  | { readonly kind: "address"; readonly argument: string };

export type Displacement =
  | { readonly kind: "literal"; readonly value: number; readonly text: string }
  | { readonly kind: "expression"; readonly text: string }
  | { readonly kind: "label"; readonly target: LabelTarget };

/** A register in an operand: which one, and for a variable register the expression with its brackets. */
export interface RegisterUse {
  readonly register: Register;
  readonly argument: string | undefined;
}

interface OperandBase {
  /** What the operand can be used as: bits of `Kind`. */
  readonly kinds: number;
  /** One bit of `Size`, or 0. */
  readonly size: number;
}

export type Operand = OperandBase &
  (
    | { readonly kind: "register"; readonly use: RegisterUse }
    | {
        readonly kind: "memory";
        readonly base: RegisterUse | undefined;
        readonly index: RegisterUse | undefined;
        /** Exponent of the scale: 0..3. */
        readonly scale: number;
        readonly displacement: Displacement;
      }
    | { readonly kind: "literal"; readonly value: number }
    | { readonly kind: "expression"; readonly text: string }
    | { readonly kind: "label"; readonly target: LabelTarget }
  );

export type MemoryOperand = Operand & { readonly kind: "memory" };
