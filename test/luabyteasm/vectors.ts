import type { Diagnostic } from "../../src/diagnostics/diagnostic.js";

/** Place and name of a diagnostic as the vectors write them. */
export interface ExpectedDiagnostic {
  readonly code: string;
  readonly line: number;
  readonly col: number;
}

export interface AssembleVector {
  readonly id: string;
  readonly text: string;
  readonly expect: {
    readonly hex?: string;
    readonly errors?: readonly ExpectedDiagnostic[];
    readonly warnings: readonly ExpectedDiagnostic[];
    readonly stdout?: string;
    readonly stderr_contains?: string;
  };
}

/** One line per diagnostic of a severity: `line:col code`. */
export function listPlaces(diagnostics: readonly Diagnostic[], severity: "error" | "warning"): string[] {
  return diagnostics
    .filter((diagnostic) => diagnostic.severity === severity)
    .map(({ code, span }) => `${span?.line}:${span?.column} ${code}`);
}

export function listExpected(expected: readonly ExpectedDiagnostic[] = []): string[] {
  return expected.map(({ code, line, col }) => `${line}:${col} ${code}`);
}
