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
  readonly hint: Hint;
}

/** What the user could do; a function when finding out takes time, called only if the finding is shown. */
export type Hint = string | undefined | (() => string | undefined);

/** Collects what is wrong with one text. */
export interface Reporter {
  readonly findings: Finding[];
  /** How often each code occurred, shown or not. */
  readonly counts: Map<string, number>;
  /** Turns warnings into errors. */
  readonly strict: boolean;
  errors: number;
  /** Findings so far, shown or not. */
  total: number;
}

/** What is shown of one kind: a text with the same slip on every line must not fill memory and screen. */
const mostPerCode = 100;

export function createReporter(strict: boolean): Reporter {
  return { findings: [], counts: new Map(), strict, errors: 0, total: 0 };
}

function report(reporter: Reporter, finding: Finding): void {
  const count = (reporter.counts.get(finding.code) ?? 0) + 1;
  reporter.counts.set(finding.code, count);
  reporter.total++;
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
  hint?: Hint,
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
  hint?: Hint,
): void {
  report(reporter, { code, severity: reporter.strict ? "error" : "warning", message, start, end, hint });
}

/** Walks line by line; positions must not decrease. */
interface LineWalker {
  readonly text: string;
  line: number;
  start: number;
  end: number;
  /** The line as Unicode text, once it is needed; undefined for lines too long to be shown. */
  shown: string | undefined;
  /** Position up to which the columns of the line have been counted, and the column there. */
  counted: number;
  column: number;
}

/** Longer lines are not attached to diagnostics: a hundred of them would fill memory and screen. */
const longestShownLine = 1 << 16;

function enterLine(walker: LineWalker, start: number): void {
  walker.start = start;
  walker.end = findEnd(walker.text, start);
  walker.shown = undefined;
  walker.counted = start;
  walker.column = 1;
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
    enterLine(walker, next);
    walker.line++;
  }
}

function toDiagnostic(walker: LineWalker, finding: Finding, file: string): Diagnostic {
  walkTo(walker, finding.start);
  const { text, start, end } = walker;
  walker.column += decodeText(text.slice(walker.counted, finding.start)).length;
  walker.counted = finding.start;
  const { column } = walker;
  const marked = decodeText(text.slice(finding.start, Math.min(finding.end, end))).length;
  if (end - start <= longestShownLine) walker.shown ??= decodeText(text.slice(start, end));
  const { shown } = walker;
  const hint = typeof finding.hint === "function" ? finding.hint() : finding.hint;
  return {
    code: finding.code,
    severity: finding.severity,
    message: decodeText(finding.message),
    span: { file, line: walker.line, column, endColumn: column + Math.max(1, marked) },
    ...(shown === undefined ? {} : { sourceLine: shown }),
    ...(hint === undefined ? {} : { hint: decodeText(hint) }),
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
  const walker: LineWalker = {
    text,
    line: 1,
    start: from,
    end: from,
    shown: undefined,
    counted: from,
    column: 1,
  };
  enterLine(walker, from);
  const ordered = [...reporter.findings].sort((one, other) => one.start - other.start);
  const diagnostics = ordered.map((finding) => toDiagnostic(walker, finding, file));
  return [...diagnostics, ...summarise(reporter)];
}
