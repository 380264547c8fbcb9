import type { Diagnostic, Severity, Span } from "./diagnostic.js";
import { type Palette, plainPalette } from "./palette.js";
import { excerptSource } from "./source-excerpt.js";

/** Control characters of a message or file name could steer a terminal. */
function printable(text: string): string {
  return text.replace(/[\0-\x08\x0b-\x1f\x7f]/g, "?");
}

function place(span: Span | undefined): string {
  return span === undefined ? "" : `${printable(span.file)}:${span.line}:${span.column}: `;
}

function renderExcerpt(
  lines: string[],
  span: Span | undefined,
  line: string | undefined,
  palette: Palette,
): void {
  if (span === undefined || line === undefined) return;
  const excerpt = excerptSource(line, span.column, span.endColumn);
  lines.push(excerpt.text);
  lines.push(" ".repeat(excerpt.indent) + palette.caret(`^${"~".repeat(excerpt.width - 1)}`));
}

function colourSeverity(severity: Severity, palette: Palette): string {
  return palette[severity](`${severity}:`);
}

/**
 * A diagnostic as compilers print it, with a line end after each line:
 *
 *     file:5:6: error: register index 256 is out of range [operand-range]
 *       MOVE R256 R0
 *            ^~~~
 *
 * followed by its notes in the same form and by its hint. Tabs of the source line are expanded, so
 * that the caret stands below the marked text. The strings are passed on as they are: who works on
 * latin-1 strings (one character per byte) writes the result as latin-1.
 */
export function renderGnu(diagnostic: Diagnostic, palette: Palette = plainPalette): string {
  const { span, severity, message, code, sourceLine, notes, hint } = diagnostic;
  const head = palette.bold(place(span));
  const lines = [`${head}${colourSeverity(severity, palette)} ${palette.bold(printable(message))} [${code}]`];
  renderExcerpt(lines, span, sourceLine, palette);
  for (const note of notes ?? []) {
    lines.push(`${palette.bold(place(note.span))}${palette.note("note:")} ${printable(note.message)}`);
    renderExcerpt(lines, note.span, note.sourceLine, palette);
  }
  if (hint !== undefined) {
    lines.push(`  ${palette.hint("hint:")} ${printable(hint).replaceAll("\n", "\n  ")}`);
  }
  return `${lines.join("\n")}\n`;
}
