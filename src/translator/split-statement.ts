import { blankTable, isBlank, skipBlanks, trimmedEnd } from "./characters.js";
import { StatementError } from "./statement-error.js";

/** A statement cut into its opcode and parameters. */
export interface SplitStatement {
  readonly opcode: string;
  readonly parameters: readonly string[];
}

/** Where a piece stands in the text it was cut from. */
export interface TextRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

const maximumParameters = 16;

const closingBracketOf = new Map([
  [40, 41],
  [91, 93],
  [123, 125],
]);

/** If the statement is `text:`, that text (without the colon and the blanks around), else undefined. */
function labelSugar(statement: string): string | undefined {
  const end = trimmedEnd(statement, 0);
  if (end === 0 || statement.charCodeAt(end - 1) !== 58) return undefined;
  const body = statement.slice(0, end - 1);
  const start = skipBlanks(body, 0);
  if (start < body.length) return body.slice(start);
  // Reference: the label text may not be empty; of blanks alone, the last one is taken.
  return body.length > 0 ? body.slice(-1) : undefined;
}

function unbalanced(classic: string): StatementError {
  return new StatementError({ code: "unbalanced-brackets", classic });
}

const noSeparators: readonly number[] = [];
const separatorOrBracket = /[,()[\]{}]/g;

/**
 * Positions of the commas outside all brackets.
 * Throws a StatementError for brackets that do not match. Quotes have no meaning.
 */
function findSeparators(statement: string): readonly number[] {
  let separators: number[] | undefined;
  // Closing brackets that are expected, the innermost last.
  let expected: number[] | undefined;
  separatorOrBracket.lastIndex = 0;
  while (separatorOrBracket.test(statement)) {
    const at = separatorOrBracket.lastIndex - 1;
    const code = statement.charCodeAt(at);
    if (code === 44) {
      if (expected === undefined || expected.length === 0) {
        // A list made with its first item is as short as that; most statements have one comma at most.
        if (separators === undefined) separators = [at];
        else separators.push(at);
      }
    } else if (code === 91 || code === 40 || code === 123) {
      expected ??= [];
      expected.push(code === 40 ? 41 : code + 2);
    } else if (expected?.pop() !== code) throw unbalanced("unbalanced (), [] or {}");
  }
  if (expected !== undefined && expected.length > 0) throw unbalanced("unbalanced () or []");
  return separators ?? noSeparators;
}

/** The text from `start` to `end` without blanks at both ends. */
function trimmedSlice(text: string, start: number, end: number): string {
  let from = start;
  while (from < end && blankTable[text.charCodeAt(from)] === 1) from++;
  let to = end;
  while (to > from && blankTable[text.charCodeAt(to - 1)] === 1) to--;
  return text.slice(from, to);
}

/**
 * Cuts a statement into opcode and parameters. `text:` is short for `.label text`; a separator
 * directly behind the opcode is ignored once; parameters may be empty.
 * Throws a StatementError for unbalanced brackets, a missing opcode or more than 16 parameters.
 */
export function splitStatement(statement: string): SplitStatement & { readonly parameters: string[] } {
  const label = labelSugar(statement);
  if (label !== undefined) return { opcode: ".label", parameters: [label] };
  const separators = findSeparators(statement);
  const { length } = statement;
  const firstSeparator = separators[0] ?? length;
  const start = skipBlanks(statement, 0);
  let end = start;
  while (end < firstSeparator && blankTable[statement.charCodeAt(end)] !== 1) end++;
  if (end <= start) throw new StatementError({ code: "bad-statement", classic: "bad statement syntax" });
  const opcode = statement.slice(start, end);
  const afterOpcode = skipBlanks(statement, end);
  if (afterOpcode === length) return { opcode, parameters: [] };
  let next = 0;
  let from = end;
  if (firstSeparator === afterOpcode) {
    from = afterOpcode + 1;
    next = 1;
  }
  const parameters: string[] = [];
  for (; next < separators.length; next++) {
    const separator = separators[next] as number;
    parameters.push(trimmedSlice(statement, from, separator));
    from = separator + 1;
  }
  parameters.push(trimmedSlice(statement, from, length));
  if (parameters.length > maximumParameters) {
    throw new StatementError({
      code: "too-many-parameters",
      classic: "too many parameters",
      part: { kind: "parameter", index: maximumParameters },
    });
  }
  return { opcode, parameters };
}

/** Where the opcode and the parameters of a statement stand, for messages. Undefined if it has no such parts. */
export function locateParts(
  statement: string,
): { readonly opcode: TextRange; readonly parameters: readonly TextRange[] } | undefined {
  const open: number[] = [];
  const cuts: number[] = [];
  const start = skipBlanks(statement, 0);
  for (let at = 0; at < statement.length; at++) {
    const code = statement.charCodeAt(at);
    const closing = closingBracketOf.get(code);
    if (closing !== undefined) open.push(closing);
    else if (open.length > 0 && code === open.at(-1)) open.pop();
    else if (code === 44 && open.length === 0) cuts.push(at);
  }
  let end = start;
  while (end < statement.length && !isBlank(statement.charCodeAt(end)) && end !== cuts[0]) end++;
  if (end === start) return undefined;
  if (cuts[0] !== undefined && cuts[0] === skipBlanks(statement, end)) cuts.shift();
  const parameters: TextRange[] = [];
  let from = end;
  for (const cut of [...cuts, statement.length]) {
    parameters.push(trimRange(statement, from, cut));
    from = cut + 1;
  }
  return { opcode: { start, end }, parameters };
}

function trimRange(text: string, start: number, end: number): TextRange {
  const from = Math.min(skipBlanks(text, start), end);
  let to = end;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return { start: from, end: to };
}
