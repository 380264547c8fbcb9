import type { Diagnostic, Span } from "./diagnostic.js";

function placeFields(span: Span | undefined): Partial<Span> {
  if (span === undefined) return {};
  return { file: span.file, line: span.line, column: span.column, endColumn: span.endColumn };
}

/**
 * A diagnostic as one line of JSON with a line end: `file`, `line`, `column`, `endColumn` (absent
 * when it has no place), `severity`, `code`, `message`, `sourceLine`, `hint`, `notes` (each with
 * `message` and place).
 */
export function renderJson(diagnostic: Diagnostic): string {
  const { span, severity, code, message, sourceLine, hint, notes } = diagnostic;
  const fields = {
    ...placeFields(span),
    severity,
    code,
    message,
    sourceLine,
    hint,
    notes: notes?.map((note) => ({
      ...placeFields(note.span),
      message: note.message,
      sourceLine: note.sourceLine,
    })),
  };
  return `${JSON.stringify(fields)}\n`;
}
