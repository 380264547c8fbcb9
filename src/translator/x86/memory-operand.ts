import { Kind } from "../../x86/form.js";
import { Size, sizeBytes, sizeOfKeyword } from "../../x86/sizes.js";
import { alphanumericEnd, skipBlanks } from "../characters.js";
import { StatementError } from "../statement-error.js";
import { parseLabelReference } from "./label-reference.js";
import { checkInteger, readNumber } from "./number.js";
import type { Displacement, MemoryOperand, RegisterUse } from "./operand.js";
import { lintExpression, lintScale } from "./operand-lint.js";
import { isBase, type LeadingName, leadingName, readUse } from "./register-use.js";
import type { StatementContext } from "./statement-context.js";

const STACK_POINTER = 4;

function registerProblem(
  what: "base" | "index",
  name: LeadingName,
  context: StatementContext,
): StatementError {
  const register = name.register.name;
  const stack = what === "index" && name.register.number === STACK_POINTER;
  return new StatementError({
    code: `bad-${what}-register`,
    classic: `bad ${what} register \`${register}'`,
    message: `\`${register}' cannot be the ${what} of an address`,
    part: { kind: "parameter", index: context.parameter, text: register },
    hint: stack
      ? "the stack pointer can be the base only; write it first and without a scale"
      : `an address takes ${context.mode === "x64" ? "64-bit (or 32-bit)" : "32-bit"} registers`,
  });
}

function checkIndex(name: LeadingName, context: StatementContext): void {
  const { register } = name;
  if (isBase(register.size) && register.number !== STACK_POINTER) return;
  if (context.vectorIndex && (register.size === Size.oword || register.size === Size.yword)) return;
  throw registerProblem("index", name, context);
}

/** Exponent of a scale digit: 1, 2, 4, 8; -1 for other characters. */
function scaleOf(code: number): number {
  switch (code) {
    case 0x31:
      return 0;
    case 0x32:
      return 1;
    case 0x34:
      return 2;
    case 0x38:
      return 3;
    default:
      return -1;
  }
}

/** `*`, blanks, a scale digit: returns the exponent and the index behind, or undefined. */
function readScale(text: string, start: number): { scale: number; end: number } | undefined {
  if (start >= text.length || text.charCodeAt(start) !== 0x2a) return undefined;
  const digit = skipBlanks(text, start + 1);
  const scale = scaleOf(text.charCodeAt(digit));
  return scale < 0 ? undefined : { scale, end: digit + 1 };
}

const ZERO: Displacement = { kind: "literal", value: 0, text: "0" };

/**
 * A product such as `dword*3`; undefined if the text is none. The number is checked whatever word stands
 * in front of it: `foo*1.5` is an error as well.
 */
function readProduct(text: string, context: StatementContext): number | undefined {
  const end = alphanumericEnd(text, 0);
  if (end === 0 || end === text.length) return undefined;
  const star = skipBlanks(text, end);
  if (text.charCodeAt(star) !== 0x2a) return undefined;
  const factorText = text.slice(skipBlanks(text, star + 1));
  const factor = readNumber(factorText);
  if (factor === undefined) return undefined;
  const checked = checkInteger(factor, factorText, context.environment.engine);
  const size = sizeOfKeyword(text.slice(0, end), context.addressSize);
  return size === Size.none ? undefined : checked * sizeBytes(size);
}

function badDisplacement(text: string, context: StatementContext): StatementError {
  const scaled = text.charCodeAt(0) === 0x2a;
  return new StatementError({
    code: "bad-displacement",
    classic: `bad displacement expression \`${text}'`,
    part: { kind: "parameter", index: context.parameter, text },
    ...(scaled
      ? { hint: "the scale must be 1, 2, 4 or 8" }
      : { hint: "a displacement follows the registers with + or -" }),
  });
}

/** Reads a displacement with its sign. */
function parseDisplacement(text: string, context: StatementContext): Displacement {
  if (text === "") return ZERO;
  const { engine } = context.environment;
  const literal = readNumber(text);
  if (literal !== undefined) return { kind: "literal", value: checkInteger(literal, text, engine), text };
  const sign = text.charCodeAt(0);
  const start = skipBlanks(text, 1);
  if ((sign !== 0x2b && sign !== 0x2d) || start >= text.length) throw badDisplacement(text, context);
  const negative = sign === 0x2d;
  const rest = text.slice(start);
  const product = readProduct(rest, context);
  if (product !== undefined) return { kind: "literal", value: negative ? -product : product, text };
  const target = parseLabelReference(rest, engine === "1.5", context);
  if (target === undefined) {
    lintExpression(rest, "address", context);
    return { kind: "expression", text: negative ? text : rest };
  }
  if (negative) {
    throw new StatementError({
      code: "inverted-label",
      classic: "cannot invert label reference",
      message: "a label cannot be subtracted",
      part: { kind: "parameter", index: context.parameter, text: rest },
    });
  }
  return { kind: "label", target };
}

function memoryKinds(
  base: RegisterUse | undefined,
  index: RegisterUse | undefined,
  context: StatementContext,
): number {
  const vector = index?.register.size;
  if (vector === Size.oword) return Kind.vectorMemoryX;
  if (vector === Size.yword) return Kind.vectorMemoryY;
  const kinds = Kind.memory | Kind.registerOrMemory;
  return base === undefined && index === undefined && context.mode === "x86" ? kinds | Kind.offset : kinds;
}

function memory(
  size: number,
  base: RegisterUse | undefined,
  index: RegisterUse | undefined,
  scale: number,
  displacement: Displacement,
  context: StatementContext,
): MemoryOperand {
  return { kind: "memory", kinds: memoryKinds(base, index, context), size, base, index, scale, displacement };
}

/** A memory operand through a declared type: base register and a displacement in the host language. */
export function typedMemory(
  size: number,
  base: RegisterUse,
  text: string,
  context: StatementContext,
): MemoryOperand {
  return memory(size, base, undefined, 0, { kind: "expression", text }, context);
}

/** What follows the base register: an index with scale, and the displacement. */
function parseBehindBase(
  text: string,
  size: number,
  base: RegisterUse,
  context: StatementContext,
): MemoryOperand {
  if (text === "") return memory(size, base, undefined, 0, ZERO, context);
  if (text.charCodeAt(0) === 0x2b) {
    const name = leadingName(text, skipBlanks(text, 1), context);
    if (name !== undefined) {
      checkIndex(name, context);
      const { use, end } = readUse(text, name, context);
      const next = name.register.number >= 0 ? skipBlanks(text, end) : end;
      const scaled = readScale(text, next);
      if (scaled !== undefined) lintScale(text, scaled.end, context);
      const rest = scaled === undefined ? text.slice(next) : text.slice(skipBlanks(text, scaled.end));
      return memory(size, base, use, scaled?.scale ?? 0, parseDisplacement(rest, context), context);
    }
  }
  return memory(size, base, undefined, 0, parseDisplacement(text, context), context);
}

/** Reads the inside of `[...]`, which has no blanks around. */
export function parseMemory(text: string, size: number, context: StatementContext): MemoryOperand {
  const literal = readNumber(text);
  if (literal !== undefined) {
    const value = checkInteger(literal, text, context.environment.engine);
    return memory(size, undefined, undefined, 0, { kind: "literal", value, text }, context);
  }
  const name = leadingName(text, 0, context);
  if (name === undefined) {
    return memory(size, undefined, undefined, 0, parseDisplacement(`+${text}`, context), context);
  }
  const { use, end } = readUse(text, name, context);
  const next = name.register.number >= 0 ? skipBlanks(text, end) : end;
  const scaled = readScale(text, next);
  if (scaled !== undefined) {
    checkIndex(name, context);
    lintScale(text, scaled.end, context);
    const rest = text.slice(skipBlanks(text, scaled.end));
    return memory(size, undefined, use, scaled.scale, parseDisplacement(rest, context), context);
  }
  if (!isBase(name.register.size)) throw registerProblem("base", name, context);
  return parseBehindBase(text.slice(next), size, use, context);
}
