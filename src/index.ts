export type { Diagnostic, DiagnosticNote, Severity, Span } from "./diagnostics/diagnostic.js";
