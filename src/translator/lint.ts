import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { LabelUse } from "./assembled-statement.js";
import { findOpenControl } from "./open-control.js";
import { addWarning, currentPlace, describePlace } from "./report.js";
import { lineEndAfter } from "./source-text.js";
import type { LabelSighting, SourceFrame, SourcePlace, TranslationState } from "./state.js";

/** Notes the labels that a statement defines or refers to. */
export function noteLabels(state: TranslationState, labels: readonly LabelUse[]): void {
  const { lint } = state;
  const at = currentPlace(state);
  for (const { kind, role, name } of labels) {
    if (kind !== "local" && kind !== "global") continue;
    const sightings = kind === "local" ? lint.locals : lint.globals;
    sightings.push({ role, name, at, hostRuns: lint.hostRanges.length });
  }
}

/**
 * Notes host text that ends in no control statement: it ends the assembler lines in front of it.
 *
 * @param position where it begins in what is written
 */
export function notePlainHostText(state: TranslationState, position: number, length: number): void {
  const { lint } = state;
  if (lint.openControl !== undefined) checkOpenControl(state);
  lint.hostRanges.push(position, position + length);
}

/**
 * Notes host text: it ends the assembler lines that an unbraced control statement may cover.
 *
 * @param position where it begins in what is written
 * @param textStart where the text begins in the current file; absent for the text of a statement
 */
export function noteHostText(
  state: TranslationState,
  text: string,
  position: number,
  textStart?: number,
): void {
  notePlainHostText(state, position, text.length);
  if (state.isLua) return;
  const control = findOpenControl(text);
  if (control === undefined) return;
  const { keyword } = control;
  const at =
    textStart === undefined
      ? placeInStatement(state, keyword)
      : placeInFile(state.frame, textStart + control.start, keyword.length);
  state.lint.openControl = { keyword, at };
  state.lint.putsSinceHost = 0;
}

/** The place of a keyword in the current statement; all of the statement if a macro made it. */
function placeInStatement(state: TranslationState, keyword: string): SourcePlace {
  const at = currentPlace(state);
  const start = at.frame.text.slice(at.lineStart, at.lineStart + at.end).lastIndexOf(keyword);
  return start < at.start ? at : { ...at, start, end: start + keyword.length };
}

/** The place of a range at or before the current line of a file. */
function placeInFile(frame: SourceFrame, position: number, length: number): SourcePlace {
  const { text } = frame;
  const lineStart = text.lastIndexOf("\n", position) + 1;
  const lineEnd = lineEndAfter(text, position);
  let line = frame.line;
  for (let end = lineEnd; end < frame.lineEnd; end = lineEndAfter(text, end + 1)) line--;
  return { frame, line, lineStart, lineEnd, start: position - lineStart, end: position - lineStart + length };
}

/** Ends the assembler lines that an open control statement covers. */
function checkOpenControl(state: TranslationState): void {
  const { openControl, putsSinceHost } = state.lint;
  state.lint.openControl = undefined;
  if (openControl === undefined || putsSinceHost < 2) return;
  warnAt(
    state,
    openControl.at,
    "unbraced-control",
    `\`${openControl.keyword}' without braces covers only the first of the ${putsSinceHost} statements that the following assembler lines become`,
    "put the assembler lines in braces",
  );
}

function warnAt(state: TranslationState, at: SourcePlace, code: string, message: string, hint: string): void {
  addWarning(state, { code, severity: "warning", message, ...describePlace(at), hint });
}

/** Makes the checks that need the whole file. */
export function finishLint(state: TranslationState): void {
  checkOpenControl(state);
  if (state.errorCount > 0 || state.fatal) return;
  const before = state.diagnostics.length;
  checkGlobals(state);
  checkLocals(state);
  sortByLine(state.diagnostics, before);
}

/** Puts the messages from an index on in the order of their lines; those of one file stay together. */
function sortByLine(diagnostics: Diagnostic[], from: number): void {
  const found = diagnostics.splice(from);
  const files = [...new Set(found.map(({ span }) => span?.file))];
  found.sort(
    (a, b) =>
      files.indexOf(a.span?.file) - files.indexOf(b.span?.file) || (a.span?.line ?? 0) - (b.span?.line ?? 0),
  );
  diagnostics.push(...found);
}

function checkGlobals(state: TranslationState): void {
  const { globals } = state.lint;
  const lastDefinition = new Map<string, LabelSighting>();
  for (const sighting of globals) {
    if (sighting.role !== "definition") continue;
    const earlier = lastDefinition.get(sighting.name);
    if (earlier !== undefined && !mayExclude(state, earlier, sighting))
      warnDuplicate(state, earlier, sighting);
    lastDefinition.set(sighting.name, sighting);
  }
  const reported = new Set<string>();
  for (const { role, name, at } of globals) {
    if (role === "definition" || lastDefinition.has(name) || reported.has(name)) continue;
    reported.add(name);
    const hint = `define it with \`->${name}:', or put its address into the globals array before encoding`;
    warnAt(state, at, "undefined-global-label", `global label \`->${name}' is never defined`, hint);
  }
}

function warnDuplicate(state: TranslationState, earlier: LabelSighting, later: LabelSighting): void {
  const { file, line } = { file: earlier.at.frame.name, line: earlier.at.line };
  warnAt(
    state,
    later.at,
    "duplicate-global-label",
    `global label \`->${later.name}' is defined twice`,
    `the first definition is at ${file}:${line}`,
  );
}

/** Words of the host language that make two places alternatives or parts of different functions. */
const alternativesInC = /\b(?:else|case|default|return|goto|break|continue)\b|#\s*(?:el|if|endif)|^\}/m;
const alternativesInLua = /\b(?:else|elseif|function|return|break|end)\b/;

/** Number of the written text that a position is in. */
function writtenAt({ writtenStarts }: TranslationState, position: number): number {
  let low = 0;
  let high = writtenStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((writtenStarts[middle] ?? 0) <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Whether a pattern is found in one of the host texts between two places in `hostRanges`. */
function someHostText(state: TranslationState, from: number, to: number, pattern: RegExp): boolean {
  const { hostRanges } = state.lint;
  for (let number = from; number < to; number += 2) {
    const start = hostRanges[number] ?? 0;
    const end = hostRanges[number + 1] ?? 0;
    const at = writtenAt(state, start);
    const offset = state.writtenStarts[at] ?? 0;
    if (pattern.test((state.written[at] ?? "").slice(start - offset, end - offset))) return true;
  }
  return false;
}

/** Whether the host text between two places may keep them from both being executed. */
function mayExclude(state: TranslationState, earlier: LabelSighting, later: LabelSighting): boolean {
  const pattern = state.isLua ? alternativesInLua : alternativesInC;
  return someHostText(state, earlier.hostRuns, later.hostRuns, pattern);
}

function checkLocals(state: TranslationState): void {
  const { locals } = state.lint;
  const definitions = locals.filter(({ role }) => role === "definition");
  const warn = (reference: LabelSighting, arrow: "<" | ">"): void => {
    if (!mayRunElsewhere(state, reference, definitions))
      warnLocal(state, reference.at, arrow, reference.name);
  };
  const defined = new Set<string>();
  for (const sighting of locals) {
    if (sighting.role === "definition") defined.add(sighting.name);
    else if (sighting.role === "backward" && !defined.has(sighting.name)) warn(sighting, "<");
  }
  defined.clear();
  for (const sighting of locals.toReversed()) {
    if (sighting.role === "definition") defined.add(sighting.name);
    else if (sighting.role === "forward" && !defined.has(sighting.name)) warn(sighting, ">");
  }
}

/** A line that ends a function. */
const endInC = /^\}/m;
const endInLua = /^end\b/m;

/**
 * Whether a label on the wrong side may be reached all the same: captures move code, and functions run in any
 * order, so that the label may be defined in another one.
 */
function mayRunElsewhere(
  state: TranslationState,
  { name, hostRuns }: LabelSighting,
  definitions: readonly LabelSighting[],
): boolean {
  const end = state.isLua ? endInLua : endInC;
  return definitions.some((definition) => {
    if (definition.name !== name) return false;
    if (state.captures.size > 0) return true;
    const [from, to] = [hostRuns, definition.hostRuns].toSorted((a, b) => a - b);
    return someHostText(state, from ?? 0, to ?? 0, end);
  });
}

function warnLocal(state: TranslationState, at: SourcePlace, arrow: "<" | ">", name: string): void {
  const side = arrow === "<" ? "before" : "after";
  warnAt(
    state,
    at,
    "local-label-without-target",
    `local label \`${arrow}${name}' has no target: \`${name}:' is not defined ${side} this place`,
    `write \`${name}:' on a line of its own where the jump should lead`,
  );
}
