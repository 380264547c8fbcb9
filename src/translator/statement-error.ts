import type { StatementWarning } from "./assembled-statement.js";

/** Where inside a statement a problem is: the opcode, a parameter (counted from 0), or all of it. */
export type StatementPart =
  | { readonly kind: "statement" }
  | { readonly kind: "opcode" }
  | {
      readonly kind: "parameter";
      readonly index: number /** A piece of the parameter's text, if only that is meant. */;
      readonly text?: string;
    };

export interface StatementProblem {
  /** Stable name of the message, for example `bad-operand-size`. */
  readonly code: string;
  /** The reference's own text, byte for byte (without the colon that its printer adds). */
  readonly classic: string;
  /** Our text, if it differs from the reference's. */
  readonly message?: string;
  readonly part?: StatementPart;
  /** Whether it only follows from an error that was reported before, so that only the reference mentions it. */
  readonly follows?: boolean;
  /** What the user could do about it; may have several lines (a list of legal forms). */
  readonly hint?: string;
}

/**
 * Thrown inside the processing of one statement and caught at exactly one place, where it becomes
 * a diagnostic. A fatal one stops the translation when it leaves the line.
 */
export class StatementError extends Error {
  readonly problem: StatementProblem;
  readonly fatal: boolean;
  /** Warnings found before the error; they are shown, too, and first. */
  warnings: readonly StatementWarning[] = [];

  constructor(problem: StatementProblem, fatal = false) {
    super(problem.classic);
    this.problem = problem;
    this.fatal = fatal;
  }
}
