import type { Diagnostic, Span } from "./diagnostic.js";

function placeFields(span: Span | undefined): Partial<Span> {
  if (span === undefined) return {};
  return { file: span.file, line: span.line, column: span.column, endColumn: span.endColumn };
}

/** As {@link renderJson}, with fields before those of the diagnostic: the file of a binary, say. */
export function renderJsonWith(context: Readonly<Record<string, unknown>>, diagnostic: Diagnostic): string {
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

/**
 * A diagnostic as one line of JSON with a line end: `file`, `line`, `column`, `endColumn` (absent
 * when it has no place), `offset` (about binaries), `severity`, `code`, `message`, `sourceLine`, `hint`,
 * `notes` (each with `message` and place).
 */
export function renderJson(diagnostic: Diagnostic): string {
  return renderJsonWith({}, diagnostic);
}
