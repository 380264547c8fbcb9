import type { TranslationSuccess } from "../translate.js";
import { type CodeDescription, type CodeNames, describeCode } from "./code-pieces.js";
import type { ListedStatement, ListingRecorder } from "./listing-recorder.js";

/** Width of the column with the code bytes. */
const codeWidth = 40;

/** Bounds of a size in bytes. */
interface Size {
  readonly minimum: number;
  readonly maximum: number;
}

const noBytes: Size = { minimum: 0, maximum: 0 };

/** The code, cut into texts that fit the column where that is possible. */
function wrapPieces(pieces: readonly string[]): readonly string[] {
  const texts: string[] = [];
  let text = "";
  for (const piece of pieces) {
    const longer = text === "" ? piece : `${text} ${piece}`;
    if (longer.length <= codeWidth || text === "") {
      text = longer;
      continue;
    }
    texts.push(text);
    text = piece;
  }
  return [...texts, text];
}

function sizeText({ minimum, maximum }: Size): string {
  if (maximum === Number.POSITIVE_INFINITY) return `${minimum}+`;
  return minimum === maximum ? String(minimum) : `${minimum}-${maximum}`;
}

function formatRow(line: string, offset: string, size: string, code: string, text: string): string {
  const columns = [
    line.padStart(6),
    offset.padStart(7),
    size.padStart(7),
    ` ${code.padEnd(codeWidth)}`,
    text,
  ];
  return `${columns.join(" ").trimEnd()}\n`;
}

function statementText({ statement, continued }: ListedStatement): string {
  if (continued) return "...";
  const { kind, depth, text, substituted } = statement;
  const bars = kind === "host" ? "||" : "|";
  const shown = kind === "host" ? text.replace(/^\|/, "") : text;
  const meaning = substituted === undefined ? "" : `  =>  ${substituted}`;
  return `${bars} ${"  ".repeat(depth)}${shown}${meaning}`;
}

function renderRow(row: ListedStatement, code: CodeDescription, offset: number): string {
  const { statement, continued } = row;
  const line = continued ? "" : String(statement.line);
  const shown = row.code !== "";
  const [first = "", ...rest] = wrapPieces(code.pieces);
  const offsetText = shown ? String(offset + row.start) : "";
  const size = shown ? sizeText(code) : "";
  return (
    formatRow(line, offsetText, size, first, statementText(row)) +
    rest.map((text) => formatRow("", "", "", text, "")).join("")
  );
}

function namesOf(result: TranslationSuccess): CodeNames {
  const { globals, externs, sections, architecture, dasmVersion } = result;
  return {
    globals,
    externs,
    sections,
    addressSize: architecture === "x64" && dasmVersion === "1.5" ? 8 : 4,
    hasPrefixRegisters: dasmVersion !== "1.3",
  };
}

function renderHead(result: TranslationSuccess, puts: number): string {
  const { architecture, dasmVersion, actions, globals, externs } = result;
  const counts = [
    `action list of ${actions.length} bytes`,
    `${puts} put calls`,
    `${globals.length} global labels`,
    `${externs.length} externs`,
  ];
  const title = `${architecture}, DynASM ${dasmVersion}: ${counts.join(", ")}\n\n`;
  return title + formatRow("line", "offset", "size", "code", "statement");
}

/** Index of the last row of each put call. */
function lastRows(rows: readonly ListedStatement[]): readonly number[] {
  const last: number[] = [];
  rows.forEach(({ put }, index) => {
    if (put >= 0) last[put] = index;
  });
  return last;
}

/**
 * Renders an assembler listing: for each executed statement its line, the place of its bytes in the
 * action list, the bounds of its size, its code bytes with holes for what is known at run time
 * only, and its text; behind the statements of a put call, that call.
 *
 * @param recorder what it was told by the translation
 * @returns text with one character per byte
 */
export function renderListing(recorder: ListingRecorder, result: TranslationSuccess): string {
  const { rows, puts } = recorder;
  const names = namesOf(result);
  const last = lastRows(rows);
  const texts = [renderHead(result, puts.length)];
  let file: string | undefined;
  let size = noBytes;
  rows.forEach((row, index) => {
    if (row.statement.file !== file) {
      file = row.statement.file;
      texts.push(`\n${file}:\n`);
    }
    const put = puts[row.put];
    const code = describeCode(row.code, row.args, names);
    texts.push(renderRow(row, code, put?.offset ?? 0));
    if (put === undefined) return;
    size = { minimum: size.minimum + code.minimum, maximum: size.maximum + code.maximum };
    if (last[row.put] !== index) return;
    texts.push(formatRow("put", String(put.offset), sizeText(size), "", put.call));
    size = noBytes;
  });
  return texts.join("");
}
