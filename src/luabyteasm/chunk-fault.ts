import type { Diagnostic } from "../diagnostics/diagnostic.js";

/**
 * Stops the reading of a binary at its first fault. Thrown inside this folder only and turned into a
 * diagnostic at one place, `scanChunk`.
 */
export class ChunkFault extends Error {
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

/** A diagnostic about the byte at `offset`; the message ends with that offset. */
export function describeFault(
  severity: "error" | "warning",
  code: string,
  offset: number,
  message: string,
  hint?: string,
): Diagnostic {
  const text = `${message} (byte offset ${offset})`;
  return { code, severity, message: text, offset, ...(hint === undefined ? {} : { hint }) };
}

/** Throws the fault of section 11 of the format description that `code` names. */
export function fail(code: string, offset: number, message: string, hint?: string): never {
  throw new ChunkFault(describeFault("error", code, offset, message, hint));
}
