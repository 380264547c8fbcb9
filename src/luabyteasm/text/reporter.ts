import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { isLineEnd } from "./characters.js";
import { decodeText } from "./source-text.js";

/** A finding as scanning records it: places are offsets, turned into lines only when one is shown. */
interface Finding {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly hint: string | undefined;
}

/** Collects what is wrong with one text. */
export interface Reporter {
  readonly findings: Finding[];
  /** How often each code occurred, shown or not. */
  readonly counts: Map<string, number>;
  /** Turns warnings into errors. */
  readonly strict: boolean;
  errors: number;
}

/** What is shown of one kind: a text with the same slip on every line must not fill memory and screen. */
const mostPerCode = 100;

export function createReporter(strict: boolean): Reporter {
  return { findings: [], counts: new Map(), strict, errors: 0 };
}

function report(reporter: Reporter, finding: Finding): void {
  const count = (reporter.counts.get(finding.code) ?? 0) + 1;
  reporter.counts.set(finding.code, count);
  if (finding.severity === "error") reporter.errors++;
  if (count <= mostPerCode) reporter.findings.push(finding);
}

/** Records an error about text[start..end). */
export function reportError(
  reporter: Reporter,
  code: string,
  start: number,
  end: number,
  message: string,
  hint?: string,
): void {
  report(reporter, { code, severity: "error", message, start, end, hint });
}

/** Records a warning about text[start..end); an error in strict mode. */
export function reportWarning(
  reporter: Reporter,
  code: string,
  start: number,
  end: number,
  message: string,
  hint?: string,
): void {
  report(reporter, { code, severity: reporter.strict ? "error" : "warning", message, start, end, hint });
}

/** Walks line by line; positions must not decrease. */
interface LineWalker {
  readonly text: string;
  line: number;
  start: number;
  end: number;
}

function findEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isLineEnd(text.charCodeAt(at))) at++;
  return at;
}

function walkTo(walker: LineWalker, offset: number): void {
  while (offset > walker.end) {
    const pair = walker.text.charCodeAt(walker.end) === 13 && walker.text.charCodeAt(walker.end + 1) === 10;
    const next = walker.end + (pair ? 2 : 1);
    if (next >= walker.text.length) return;
    walker.start = next;
    walker.end = findEnd(walker.text, next);
    walker.line++;
  }
}

function toDiagnostic(walker: LineWalker, finding: Finding, file: string): Diagnostic {
  walkTo(walker, finding.start);
  const { text, start, end } = walker;
  const column = decodeText(text.slice(start, finding.start)).length + 1;
  const marked = decodeText(text.slice(finding.start, Math.min(finding.end, end))).length;
  return {
    code: finding.code,
    severity: finding.severity,
    message: decodeText(finding.message),
    span: { file, line: walker.line, column, endColumn: column + Math.max(1, marked) },
    sourceLine: decodeText(text.slice(start, end)),
    ...(finding.hint === undefined ? {} : { hint: decodeText(finding.hint) }),
  };
}

function summarise(reporter: Reporter): Diagnostic[] {
  const hidden = [...reporter.counts].filter(([, count]) => count > mostPerCode);
  return hidden.map(([code, count]) => ({
    code,
    severity: "note",
    message: `${count - mostPerCode} more of the same kind are not shown`,
  }));
}

/**
 * The findings in order of position. Columns count UTF-16 code units of the text decoded as UTF-8.
 * @param from where the first line starts: behind a byte order mark.
 */
export function listDiagnostics(
  reporter: Reporter,
  text: string,
  from: number,
  file: string,
): readonly Diagnostic[] {
  if (reporter.findings.length === 0) return [];
  const walker: LineWalker = { text, line: 1, start: from, end: findEnd(text, from) };
  const ordered = [...reporter.findings].sort((one, other) => one.start - other.start);
  const diagnostics = ordered.map((finding) => toDiagnostic(walker, finding, file));
  return [...diagnostics, ...summarise(reporter)];
}
