import { MAX_DEPTH } from "../chunk.js";
import { type ChunkSource, type FunctionSource, forEachNested } from "../function-source.js";
import { printChunkHeader } from "./chunk-section.js";
import { DIRECTIVES } from "./directives.js";
import { commentColumn, createPrinter, type Printer, startLine } from "./printer.js";
import { printString } from "./string-literals.js";
import { endLine, flushText, padTo, put, type TextSink } from "./text-writer.js";

export interface PrintOptions {
  /** Whether to explain constants, names, jumps and sizes in comments; true by default. */
  readonly comments?: boolean;
}

const bareSource = /^@[!-:<-~]+$/;

function printSource(source: string | null): string {
  if (source === null) return "";
  return bareSource.test(source) && !source.includes('"') ? ` ${source}` : ` ${printString(source)}`;
}

/** The parts of a function, in the order of the directive table. */
function printParts(printer: Printer, source: FunctionSource, depth: number, path: string): void {
  const { writer } = printer;
  const parts = source.read();
  printer.depth = depth;
  if (depth > 0) endLine(writer);
  startLine(printer, 0);
  put(writer, `.fn${printSource(parts.source)}`);
  if (printer.comments && depth > 0) {
    padTo(writer, commentColumn(printer));
    put(writer, `; ${path}`);
  }
  endLine(writer);
  for (const { print } of DIRECTIVES) print?.(printer, parts);
}

/** A function: its own parts, then the functions inside. */
function printFunction(printer: Printer, source: FunctionSource, depth: number, path: string): void {
  const { writer } = printer;
  printParts(printer, source, depth, path);
  // The parser refuses the first function that is too deep: those inside it make no difference.
  if (depth < MAX_DEPTH) {
    forEachNested(source, (nested, index) => {
      printFunction(printer, nested, depth + 1, `${path}/${index}`);
    });
  }
  printer.depth = depth;
  startLine(printer, 0);
  put(writer, ".endfn");
  endLine(writer);
}

/**
 * Prints a chunk as canonical text, which parses back to the same chunk. Of functions nested too deeply for a
 * chunk file only the outermost is printed, which the parser refuses.
 *
 * @param sink is given the text, which is ASCII, piece by piece
 */
export function printChunk(chunk: ChunkSource, options: PrintOptions, sink: TextSink): void {
  const printer = createPrinter(chunk.header, options.comments ?? true, sink);
  printChunkHeader(printer);
  printFunction(printer, chunk.main, 0, "main");
  flushText(printer.writer);
}
