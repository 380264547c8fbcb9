import type { Diagnostic, Span } from "./diagnostic.js";

function placeFields(span: Span | undefined): Partial<Span> {
  if (span === undefined) return {};
  return { file: span.file, line: span.line, column: span.column, endColumn: span.endColumn };
}

/**
 * A diagnostic as one line of JSON with a line end: `file`, `line`, `column`, `endColumn` (absent
 * when it has no place), `offset` (about binaries), `severity`, `code`, `message`, `sourceLine`, `hint`,
 * `notes` (each with `message` and place).
 * @param context fields to put first, for what a diagnostic does not say: the file of a binary, say
 */
export function renderJson(diagnostic: Diagnostic, context: Readonly<Record<string, unknown>> = {}): string {
  const { span, offset, severity, code, message, sourceLine, hint, notes } = diagnostic;
  const fields = {
    ...context,
    ...placeFields(span),
    offset,
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
