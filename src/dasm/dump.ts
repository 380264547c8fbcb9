import { requireOneOf, toAddress } from "./check-options.js";
import type { CodeImage, Relocation } from "./code-image.js";
import { usageError } from "./dasm-error.js";
import { type DecodedInstruction, type Disassembler, findDisassembler } from "./disassembler.js";
import { formatSources } from "./label-names.js";

/** How a dump looks. */
export interface DumpOptions {
  /** Leave out what changes from run to run: no addresses, and `..` for bytes that depend on them. Default false. */
  readonly stable?: boolean;
  /** Show the bytes of each instruction. Default true. */
  readonly bytes?: boolean;
  /** Disassembler to use; default iced-x86 if it is installed. null: hexadecimal listing. */
  readonly disassembler?: Disassembler | null;
}

/** What the lines of one dump are made of. */
interface DumpContext {
  readonly image: CodeImage;
  readonly stable: boolean;
  readonly showBytes: boolean;
  /** Label names by offset, made-up ones for jump targets included. */
  readonly labels: ReadonlyMap<number, readonly string[]>;
  readonly sources: ReadonlyMap<number, string>;
}

const BYTES_WIDTH = 8 * 3;
const TEXT_WIDTH = 36;
const HEX_LISTING_BYTES = 16;

function hex(value: number | bigint, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

/** Relocation that overlaps a range of the code. */
function findRelocation(image: CodeImage, start: number, end: number): Relocation | undefined {
  return image.relocations.find(({ offset, size }) => offset < end && offset + size > start);
}

/** Bytes without an instruction. */
function dataItem(offset: number, length: number, mnemonic: string, operands: string): DecodedInstruction {
  return { offset, length, mnemonic, operands, invalid: false };
}

/** A run of bytes as one line of data. */
function dataBytes(image: CodeImage, start: number, end: number): DecodedInstruction {
  const bytes = [...image.bytes.subarray(start, end)].map((byte) => `0x${hex(byte, 2)}`);
  return dataItem(start, end - start, "db", bytes.join(", "));
}

/** Decodes a stretch of code in which nothing is known to begin but at its start. */
function decodeStretch(
  image: CodeImage,
  disassembler: Disassembler,
  start: number,
  end: number,
): readonly DecodedInstruction[] {
  const address = image.relocations.find(({ offset, size }) => offset === start && offset + size <= end);
  if (address !== undefined) {
    const item = dataItem(start, address.size, address.size === 8 ? "dq" : "dd", address.name);
    return [item, ...decodeStretch(image, disassembler, start + address.size, end)];
  }
  if (start >= end) return [];
  const found = disassembler(image.bytes.subarray(start, end), image.arch === "x64" ? 64 : 32, start);
  return found.map((item) =>
    item.invalid ? dataBytes(image, item.offset, item.offset + item.length) : item,
  );
}

/** Decodes the code anew at every place where something is known to begin: a label or a statement. */
function decodeImage(image: CodeImage, disassembler: Disassembler): readonly DecodedInstruction[] {
  const places = [...image.labels, ...image.sources].map(({ offset }) => offset);
  const starts = [...new Set([0, ...places])].sort((a, b) => a - b);
  return starts.flatMap((start, index) =>
    decodeStretch(image, disassembler, start, Math.min(starts[index + 1] ?? Infinity, image.bytes.length)),
  );
}

/** Names the places that jumps lead to and that have no label: L1, L2, ... in address order. */
function nameTargets(
  labels: Map<number, readonly string[]>,
  instructions: readonly DecodedInstruction[],
  image: CodeImage,
): void {
  const starts = new Set(instructions.map(({ offset }) => offset).concat(image.bytes.length));
  const targets = new Set<number>();
  for (const { branchTarget, offset, length } of instructions) {
    if (branchTarget === undefined || !starts.has(branchTarget)) continue;
    if (findRelocation(image, offset, offset + length) === undefined) targets.add(branchTarget);
  }
  let number = 0;
  for (const target of [...targets].sort((a, b) => a - b)) {
    if (labels.has(target)) continue;
    number += 1;
    labels.set(target, [`L${number}`]);
  }
}

function collectLabels(image: CodeImage): Map<number, readonly string[]> {
  const labels = new Map<number, readonly string[]>();
  for (const { offset, name } of image.labels) labels.set(offset, [...(labels.get(offset) ?? []), name]);
  return labels;
}

function collectSources(image: CodeImage): Map<number, string> {
  const sources = new Map<number, string>();
  for (const pair of image.sources)
    if (pair.sources.length > 0) sources.set(pair.offset, formatSources(pair.sources));
  return sources;
}

/** Address of an offset, which wraps around at the end of the address space. */
function formatAddress({ image }: DumpContext, offset: number, digits: number): string {
  return hex(BigInt.asUintN(image.arch === "x64" ? 64 : 32, image.base + BigInt(offset)), digits);
}

function formatPlace(context: DumpContext, offset: number): string {
  const place = hex(offset, 4);
  return context.stable ? place : `${formatAddress(context, offset, 8)} ${place}`;
}

function formatBytes(context: DumpContext, start: number, end: number): string {
  const texts: string[] = [];
  for (let at = start; at < end; at += 1) {
    const varies = context.stable && findRelocation(context.image, at, at + 1) !== undefined;
    texts.push(varies ? ".." : hex(context.image.bytes[at] ?? 0, 2));
  }
  return texts.join(" ");
}

/** What an instruction refers to, by name: a symbol outside, a label, or an address. */
function nameReference(context: DumpContext, instruction: DecodedInstruction): string | undefined {
  const { offset, length, branchTarget, memoryTarget } = instruction;
  const relocation = findRelocation(context.image, offset, offset + length);
  if (relocation !== undefined) return relocation.name;
  const target = branchTarget ?? memoryTarget;
  if (target === undefined) return undefined;
  const label = context.labels.get(target)?.[0];
  if (label !== undefined) return label;
  if (target >= 0 && target < context.image.bytes.length) return `+0x${hex(target, 1)}`;
  return context.stable ? "(outside)" : `0x${formatAddress(context, target, 1)}`;
}

/** Operands with the reference by name: as the operand of a jump, or instead of the number that stands for it. */
function formatOperands(context: DumpContext, instruction: DecodedInstruction): string {
  const name = nameReference(context, instruction);
  const { mnemonic, operands } = instruction;
  if (name === undefined) return operands;
  if (instruction.branchTarget !== undefined) return name;
  if (instruction.memoryTarget !== undefined) return operands.replace(/\[rip[^\]]*\]/, () => `[${name}]`);
  if (mnemonic === "dq" || mnemonic === "dd" || mnemonic === "db") return operands;
  const numbers = [...operands.matchAll(/0x[0-9a-f]+|\b[0-9]+\b/g)];
  const last = numbers.at(-1);
  if (last === undefined) return operands;
  return operands.slice(0, last.index) + name + operands.slice(last.index + last[0].length);
}

function formatInstruction(context: DumpContext, instruction: DecodedInstruction): string {
  const { offset, length, mnemonic } = instruction;
  const operands = formatOperands(context, instruction);
  const text = operands === "" ? mnemonic : `${mnemonic} ${operands}`;
  const bytes = context.showBytes
    ? `  ${formatBytes(context, offset, offset + length).padEnd(BYTES_WIDTH)}`
    : "";
  const line = `  ${formatPlace(context, offset)}${bytes}  ${text}`;
  const source = context.sources.get(offset);
  if (source === undefined) return line;
  const width = line.length - text.length + TEXT_WIDTH;
  return `${line.padEnd(width)}  ; ${source}`;
}

function disassembleLines(context: DumpContext, instructions: readonly DecodedInstruction[]): string[] {
  const lines: string[] = [];
  for (const instruction of instructions) {
    for (const name of context.labels.get(instruction.offset) ?? []) lines.push(`${name}:`);
    lines.push(formatInstruction(context, instruction));
  }
  for (const name of context.labels.get(context.image.bytes.length) ?? []) lines.push(`${name}:`);
  return lines;
}

function hexLines(context: DumpContext): string[] {
  const { bytes } = context.image;
  const lines: string[] = [];
  const offsets = [...context.labels.keys()].sort((a, b) => a - b);
  for (let at = 0; at < bytes.length; ) {
    const next = offsets.find((offset) => offset > at) ?? bytes.length;
    const end = Math.min(at + HEX_LISTING_BYTES, next, bytes.length);
    for (const name of context.labels.get(at) ?? []) lines.push(`${name}:`);
    const source = context.sources.get(at);
    lines.push(
      `  ${formatPlace(context, at)}  ${formatBytes(context, at, end)}${source === undefined ? "" : `  ; ${source}`}`,
    );
    at = end;
  }
  for (const name of context.labels.get(bytes.length) ?? []) lines.push(`${name}:`);
  return lines;
}

/**
 * Lists machine code: with iced-x86 as Intel syntax, without it in hexadecimal.
 * @returns lines of text, each with its line end
 */
export function formatImage(image: CodeImage, options: DumpOptions = {}): string {
  const disassembler = options.disassembler === undefined ? findDisassembler() : options.disassembler;
  const instructions = disassembler ? decodeImage(image, disassembler) : undefined;
  const labels = collectLabels(image);
  if (instructions !== undefined) nameTargets(labels, instructions, image);
  const context: DumpContext = {
    image,
    stable: options.stable ?? false,
    showBytes: options.bytes ?? true,
    labels,
    sources: collectSources(image),
  };
  const lines = instructions === undefined ? hexLines(context) : disassembleLines(context, instructions);
  return lines.map((line) => `${line}\n`).join("");
}

/** Machine code from somewhere, for {@link dump}. */
export interface DumpInput extends DumpOptions {
  /** Instruction set. Default x64. */
  readonly arch?: "x86" | "x64";
  /** Address of the first byte. Default 0. */
  readonly base?: number | bigint;
  /** Names of places in the code. */
  readonly labels?: CodeImage["labels"];
  readonly relocations?: CodeImage["relocations"];
  readonly sources?: CodeImage["sources"];
}

/**
 * Lists machine code: with iced-x86 as Intel syntax, without it in hexadecimal.
 * @returns lines of text, each with its line end
 * @throws DasmError for bytes that are no Uint8Array, another architecture, or a base that is no integer
 */
export function dump(bytes: Uint8Array, input: DumpInput = {}): string {
  if (!(bytes instanceof Uint8Array)) throw usageError("dump: the code must be a Uint8Array");
  requireOneOf("arch", input.arch, ["x86", "x64"]);
  const image: CodeImage = {
    bytes,
    arch: input.arch ?? "x64",
    base: toAddress(input.base ?? 0, "dump: base address"),
    labels: input.labels ?? [],
    relocations: input.relocations ?? [],
    sources: input.sources ?? [],
  };
  return formatImage(image, input);
}
