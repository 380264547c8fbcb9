import type { Diagnostic } from "../diagnostics/diagnostic.js";
import {
  type Chunk,
  type ChunkHeader,
  type ChunkInt,
  type Constant,
  type FunctionParts,
  HEADER_SIZE,
  type LineInfo,
  MAX_DEPTH,
} from "./chunk.js";
import { type ChunkSource, type FunctionSource, forEachNested, sourceOfChunk } from "./function-source.js";

/** Errors after which looking for more stops. */
const MAX_ERRORS = 100;

const MAX_INT64 = 2n ** 63n - 1n;

interface Measure {
  readonly header: ChunkHeader;
  /** Largest value of an int and of a string size. */
  readonly maxInt: number;
  readonly maxSize: number;
  readonly diagnostics: Diagnostic[];
  size: number;
}

function report(measure: Measure, code: string, path: string, message: string): void {
  if (measure.diagnostics.length >= MAX_ERRORS) return;
  measure.diagnostics.push({ code, severity: "error", message: `${path}: ${message}` });
}

/*
 * `what` names a field; a `#` in it stands for `index`, so that names are built for errors only.
 */

function nameField(what: string, index: number): string {
  return what.replace("#", String(index));
}

function measureByte(measure: Measure, path: string, what: string, index: number, value: number): void {
  measure.size += 1;
  if (Number.isInteger(value) && value >= 0 && value <= 255) return;
  report(measure, "byte-range", path, `${nameField(what, index)} is ${value}; it can be 0 to 255`);
}

function fitsInt(measure: Measure, value: ChunkInt): boolean {
  if (typeof value === "number") return Number.isInteger(value) && value <= measure.maxInt;
  return value <= (measure.header.intSize === 8 ? MAX_INT64 : measure.maxInt);
}

function measureInt(measure: Measure, path: string, what: string, index: number, value: ChunkInt): void {
  measure.size += measure.header.intSize;
  if (value >= 0 && fitsInt(measure, value)) return;
  const limit = `an int of this chunk can be 0 to ${measure.maxInt}`;
  report(measure, "int-range", path, `${nameField(what, index)} is ${value}; ${limit}`);
}

function measureCount(measure: Measure, path: string, what: string, count: number): void {
  measure.size += measure.header.intSize;
  if (count <= measure.maxInt) return;
  report(
    measure,
    "int-range",
    path,
    `there are ${count} ${what}; an int of this chunk can be 0 to ${measure.maxInt}`,
  );
}

function measureString(
  measure: Measure,
  path: string,
  what: string,
  index: number,
  text: string | null,
): void {
  measure.size += measure.header.sizeTSize;
  if (text === null) return;
  measure.size += text.length + 1;
  if (text.length + 1 > measure.maxSize) {
    const limit = `a size_t of this chunk can be 0 to ${measure.maxSize}`;
    report(measure, "size-range", path, `${nameField(what, index)} takes ${text.length + 1} bytes; ${limit}`);
  }
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) < 256) continue;
    report(
      measure,
      "byte-string",
      path,
      `${nameField(what, index)} has a character above 255; strings are bytes`,
    );
    return;
  }
}

/** True when a number constant can be stored in the number format of the header. */
function isRepresentable(constant: Constant, { numberSize, integral }: ChunkHeader): boolean {
  switch (constant.kind) {
    case "number":
      return !integral && (numberSize === 8 || Object.is(Math.fround(constant.value), constant.value));
    case "nan":
      return !integral && isNanBits(constant.bits, numberSize);
    case "integer":
      return integral && BigInt.asIntN(8 * numberSize, constant.value) === constant.value;
    default:
      return true;
  }
}

function isNanBits(bits: bigint, size: 4 | 8): boolean {
  const mantissaBits = size === 8 ? 52n : 23n;
  const exponent = size === 8 ? 0x7ffn : 0xffn;
  return (
    BigInt.asUintN(8 * size, bits) === bits &&
    ((bits >> mantissaBits) & exponent) === exponent &&
    (bits & ((1n << mantissaBits) - 1n)) !== 0n
  );
}

/** The constant as a reader would write it, for messages. */
export function nameConstant(constant: Constant): string {
  switch (constant.kind) {
    case "number":
      return Object.is(constant.value, -0) ? "-0" : String(constant.value);
    case "nan":
      return `NaN 0x${constant.bits.toString(16)}`;
    case "integer":
      return String(constant.value);
    case "string":
      return JSON.stringify(constant.value.slice(0, 40));
    case "boolean":
      return constant.byte === 0 ? "false" : "true";
    case "nil":
      return "nil";
  }
}

function measureConstant(measure: Measure, path: string, index: number, constant: Constant): void {
  measure.size += 1;
  switch (constant.kind) {
    case "nil":
      return;
    case "boolean":
      measureByte(measure, path, "boolean constant K#", index, constant.byte);
      return;
    case "string":
      measureString(measure, path, "constant K#", index, constant.value);
      return;
    default: {
      const { numberSize, integral } = measure.header;
      measure.size += numberSize;
      if (isRepresentable(constant, measure.header)) return;
      const format = `${numberSize === 8 ? "an" : "a"} ${numberSize}-byte ${integral ? "integer" : "float"}`;
      report(
        measure,
        "number-range",
        path,
        `constant K${index} = ${nameConstant(constant)} is not exact as ${format}`,
      );
    }
  }
}

function measureCode(measure: Measure, path: string, prototype: FunctionParts): void {
  const { code, codeHigh } = prototype;
  measureCount(measure, path, "instructions", code.length);
  measure.size += code.length * measure.header.instructionSize;
  if (codeHigh === undefined) return;
  if (codeHigh.length !== code.length) {
    report(
      measure,
      "instruction-size",
      path,
      "the upper halves of the instructions are not as many as the lower",
    );
  } else if (measure.header.instructionSize === 4 && codeHigh.some((word) => word !== 0)) {
    const pc = codeHigh.findIndex((word) => word !== 0);
    report(measure, "instruction-size", path, `the instruction at pc ${pc} has more than 32 bits`);
  }
}

/** Line numbers of a chunk with short ints. */
function measureLines(measure: Measure, path: string, lineInfo: LineInfo): void {
  // Once, because the engine makes a new object whenever it reads a number of this kind from a field.
  const { maxInt } = measure;
  for (let pc = 0; pc < lineInfo.length; pc++) {
    const line = lineInfo[pc] ?? 0;
    if (line <= maxInt && line >= -maxInt - 1) continue;
    report(measure, "int-range", path, `line ${line} of pc ${pc} does not fit an int of this chunk`);
    return;
  }
}

function measureDebugPart(measure: Measure, path: string, prototype: FunctionParts): void {
  const { lineInfo, locals, upvalueNames, upvalues } = prototype;
  measureString(measure, path, "the source name", 0, prototype.source);
  measureCount(measure, path, "line entries", lineInfo.length);
  measure.size += lineInfo.length * measure.header.intSize;
  // What is in an array of 32-bit numbers needs no look.
  const canExceed = measure.header.intSize === 2 || lineInfo instanceof BigInt64Array;
  if (measure.header.intSize < 8 && canExceed) measureLines(measure, path, lineInfo);
  measureCount(measure, path, "local variables", locals.length);
  locals.forEach((local, index) => {
    measureString(measure, path, "the name of local variable #", index, local.name);
    measureInt(measure, path, "the start pc of local variable #", index, local.startPc);
    measureInt(measure, path, "the end pc of local variable #", index, local.endPc);
  });
  measureCount(measure, path, "upvalue names", upvalueNames.length);
  if (upvalueNames.length > upvalues.length) {
    const message = `there are ${upvalueNames.length} upvalue names for ${upvalues.length} upvalues`;
    report(measure, "upvalue-names", path, message);
  }
  upvalueNames.forEach((name, index) => {
    measureString(measure, path, "the name of upvalue U#", index, name);
  });
}

/** What stands before the functions inside. */
function measureHead(measure: Measure, path: string, prototype: FunctionParts): void {
  measureInt(measure, path, "linedefined", 0, prototype.lineDefined);
  measureInt(measure, path, "lastlinedefined", 0, prototype.lastLineDefined);
  measureByte(measure, path, "numparams", 0, prototype.numParams);
  measureByte(measure, path, "is_vararg", 0, prototype.isVararg);
  measureByte(measure, path, "maxstacksize", 0, prototype.maxStackSize);
  measureCode(measure, path, prototype);
  measureCount(measure, path, "constants", prototype.constants.length);
  prototype.constants.forEach((constant, index) => {
    measureConstant(measure, path, index, constant);
  });
}

/** What stands after the functions inside. */
function measureTail(measure: Measure, path: string, prototype: FunctionParts): void {
  measureCount(measure, path, "upvalues", prototype.upvalues.length);
  prototype.upvalues.forEach((upvalue, index) => {
    measureByte(measure, path, "instack of upvalue U#", index, upvalue.inStack);
    measureByte(measure, path, "idx of upvalue U#", index, upvalue.index);
  });
  measureDebugPart(measure, path, prototype);
}

function measureFunction(measure: Measure, path: string, source: FunctionSource, level: number): void {
  if (level > MAX_DEPTH) {
    report(measure, "depth", path, `functions are nested more than ${MAX_DEPTH} levels deep`);
    return;
  }
  const parts = source.read();
  measureHead(measure, path, parts);
  measureCount(measure, path, "nested functions", source.nestedCount);
  forEachNested(source, (nested, index) => {
    measureFunction(measure, `${path}/${index}`, nested, level + 1);
  });
  measureTail(measure, path, parts);
}

/** Size of a chunk in bytes and everything that its header cannot express. */
export interface ChunkMeasure {
  readonly size: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** As {@link measureChunk}, for a chunk whose functions are read one at a time. */
export function measureSource({ header, main }: ChunkSource): ChunkMeasure {
  const measure: Measure = {
    header,
    maxInt: header.intSize === 8 ? Number.MAX_SAFE_INTEGER : 2 ** (8 * header.intSize - 1) - 1,
    maxSize: header.sizeTSize === 8 ? Number.MAX_SAFE_INTEGER : 2 ** (8 * header.sizeTSize) - 1,
    diagnostics: [],
    size: HEADER_SIZE,
  };
  measureFunction(measure, "main", main, 1);
  return measure;
}

/**
 * Size of a chunk in bytes, and everything about it that its own header cannot express: values beyond the
 * sizes of its fields, wrong kinds of numbers, too deep nesting (codes byte-range, int-range, size-range,
 * byte-string, number-range, instruction-size, upvalue-names, depth). At most 100 errors.
 */
export function measureChunk(chunk: Chunk): ChunkMeasure {
  return measureSource(sourceOfChunk(chunk));
}
