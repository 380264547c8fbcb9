import type { Diagnostic, Span } from "./diagnostic.js";
import { holdsUtf8Bytes } from "./source-excerpt.js";

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
  return `${toJson(fields)}\n`;
}

/** JSON is UTF-8: other bytes above 127 are written as escapes. */
function escapeBytes(json: string): string {
  return json.replace(
    /[\x80-\xff]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

/** A value as JSON; strings that hold the bytes of UTF-8 text one per character keep them. */
function toJson(value: unknown): string {
  if (typeof value === "string") {
    const json = JSON.stringify(value);
    return holdsUtf8Bytes(value) ? json : escapeBytes(json);
  }
  if (Array.isArray(value)) return `[${value.map(toJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${toJson(field)}`).join(",")}}`;
}

/**
 * A diagnostic as one line of JSON with a line end: `file`, `line`, `column`, `endColumn` (absent
 * when it has no place), `offset` (about binaries), `severity`, `code`, `message`, `sourceLine`, `hint`,
 * `notes` (each with `message` and place). Written as latin-1, the line is valid UTF-8.
 */
export function renderJson(diagnostic: Diagnostic): string {
  return renderJsonWith({}, diagnostic);
}
