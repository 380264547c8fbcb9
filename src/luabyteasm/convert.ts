import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Chunk, ChunkHeader, Constant, FunctionParts } from "./chunk.js";
import { type ChunkSource, mapPrototype, mapSource } from "./function-source.js";
import { measureChunk } from "./measure-chunk.js";

/** The layout to convert to; fields left out stay as they are. */
export type ConvertTarget = Partial<ChunkHeader>;

export type ConvertResult =
  | { readonly ok: true; readonly chunk: Chunk }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** How many bits a NaN of 8 bytes has below those of a NaN of 4 bytes. */
const EXTRA_NAN_BITS = 29n;

/** NaN bits in another size: sign, and the mantissa aligned at its top; undefined when bits would be lost. */
function resizeNan(bits: bigint, from: 4 | 8, to: 4 | 8): bigint | undefined {
  if (from === to) return bits;
  if (from === 4) {
    return ((bits >> 31n) << 63n) | (0x7ffn << 52n) | ((bits & 0x7fffffn) << EXTRA_NAN_BITS);
  }
  const mantissa = (bits & ((1n << 52n) - 1n)) >> EXTRA_NAN_BITS;
  if (mantissa << EXTRA_NAN_BITS !== (bits & ((1n << 52n) - 1n))) return undefined;
  return ((bits >> 63n) << 31n) | (0xffn << 23n) | mantissa;
}

/**
 * The constant in the number format of `to`, or unchanged when it has none there: writing then names it.
 * Integers become floating-point numbers and back when that is exact; -0 has no integer.
 */
function convertConstant(constant: Constant, from: ChunkHeader, to: ChunkHeader): Constant {
  switch (constant.kind) {
    case "number": {
      const { value } = constant;
      if (!to.integral || !Number.isInteger(value) || Object.is(value, -0)) return constant;
      const integer = BigInt(value);
      return BigInt.asIntN(8 * to.numberSize, integer) === integer
        ? { kind: "integer", value: integer }
        : constant;
    }
    case "integer": {
      const value = Number(constant.value);
      return to.integral || BigInt(value) !== constant.value ? constant : { kind: "number", value };
    }
    case "nan": {
      const bits = to.integral ? undefined : resizeNan(constant.bits, from.numberSize, to.numberSize);
      return bits === undefined ? constant : { kind: "nan", bits };
    }
    default:
      return constant;
  }
}

function convertParts<Parts extends FunctionParts>(parts: Parts, from: ChunkHeader, to: ChunkHeader): Parts {
  return { ...parts, constants: parts.constants.map((constant) => convertConstant(constant, from, to)) };
}

/** True when the number format, the only part of the layout that the tree depends on, changes. */
function changesNumbers(from: ChunkHeader, to: ChunkHeader): boolean {
  return from.numberSize !== to.numberSize || from.integral !== to.integral;
}

/**
 * The chunk in another layout, converted as its functions are read. What that layout cannot hold is found when
 * the result is written.
 */
export function convertSource(source: ChunkSource, target: ConvertTarget): ChunkSource {
  const from = source.header;
  const to: ChunkHeader = { ...from, ...target };
  if (!changesNumbers(from, to)) return { header: to, main: source.main };
  return mapSource(source, to, (parts) => convertParts(parts, from, to));
}

/**
 * Converts a chunk to another layout: byte order, sizes, number format. Nothing is rounded, cut or dropped.
 * @returns the chunk with its new header, or everything the new layout cannot hold, each message naming the
 *   function and the constant or field (codes of `measureChunk`)
 */
export function convertChunk(chunk: Chunk, target: ConvertTarget): ConvertResult {
  const header: ChunkHeader = { ...chunk.header, ...target };
  const main = changesNumbers(chunk.header, header)
    ? mapPrototype(chunk.main, (parts) => convertParts(parts, chunk.header, header))
    : chunk.main;
  const converted: Chunk = { header, main };
  const { diagnostics } = measureChunk(converted);
  return diagnostics.length === 0 ? { ok: true, chunk: converted } : { ok: false, diagnostics };
}
