import type { StatementPart } from "./statement-error.js";

/**
 * A piece of an assembled statement: action bytes and the put arguments they consume.
 * Most statements are one step; a data directive is one step per item.
 */
export interface AssembledStep {
  /** Flush the pending code first if fewer than this many buffer positions are left (0: never). */
  readonly reserveBefore: number;
  /** Action bytes, one character each (U+0000..U+00FF). U+0100 stands for a literal byte 0 that came
   * from `-0` and that the action list shows as `-0`. */
  readonly code: string;
  /** Argument texts of the put call, in the order of the actions. */
  readonly args: readonly string[];
  /** Buffer positions this step uses at run time. */
  readonly positions: number;
  /** Flush afterwards if fewer than this many buffer positions are left (0: never). */
  readonly reserveAfter: number;
}

/** A label defined or referred to by a statement, for the checks over the whole file. */
export interface LabelUse {
  readonly kind: "local" | "global" | "pc" | "extern";
  readonly role: "definition" | "backward" | "forward" | "reference";
  /** `1`..`9` for local labels, the name for global labels and externs, the expression for pc labels. */
  readonly name: string;
}

/** Something accepted that deserves a warning. */
export interface StatementWarning {
  /** Name of the warning, as in `-Wno-NAME`. */
  readonly code: string;
  readonly message: string;
  /** Text of the reference's own warning, where it has one: such a warning is shown in classic format, too. */
  readonly classic?: string;
  readonly part?: StatementPart;
  readonly hint?: string;
}

/**
 * What a statement becomes. It depends on the statement's text, the declared types and the numbers
 * of labels only, so it can be reused for the same text until a type is declared.
 */
export interface AssembledStatement {
  readonly kind: "assembled";
  readonly steps: readonly AssembledStep[];
  readonly labels: readonly LabelUse[];
  readonly warnings: readonly StatementWarning[];
}
