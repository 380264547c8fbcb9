/** A place in a source text. Lines and columns count from 1; `endColumn` is exclusive. */
export interface Span {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
}

export type Severity = "error" | "warning" | "note";

/** Additional information on a diagnostic: a macro expansion, an include, a previous definition. */
export interface DiagnosticNote {
  readonly message: string;
  readonly span?: Span;
  /** The complete source line of the span, without its line end. */
  readonly sourceLine?: string;
}

/**
 * One message about the user's input. Bad input is a value: public functions return diagnostics
 * and do not throw for it.
 */
export interface Diagnostic {
  /** Stable name of the message, for example `unknown-statement`. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly span?: Span;
  /** A place in a binary file, as a byte offset from 0; such a diagnostic has no span. */
  readonly offset?: number;
  /** The complete source line of the span, without its line end. */
  readonly sourceLine?: string;
  readonly notes?: readonly DiagnosticNote[];
  /** What the user could do about it. */
  readonly hint?: string;
  /** The text that the tool we are compatible with prints for this, complete with line ends; absent if it says nothing. */
  readonly classic?: string;
  /** Whether the same message was given for the same place before; only kept for the classic text. */
  readonly repeated?: boolean;
}
