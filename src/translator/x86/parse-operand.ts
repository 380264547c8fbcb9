import { Kind } from "../../x86/form.js";
import { Size, sizeBytes, sizeOfKeyword } from "../../x86/sizes.js";
import { alphanumericEnd, skipBlanks, trimmedEnd } from "../characters.js";
import { StatementError } from "../statement-error.js";
import { parseLabelReference } from "./label-reference.js";
import { parseMemory, typedMemory } from "./memory-operand.js";
import { checkInteger, readNumber } from "./number.js";
import type { Operand, RegisterUse } from "./operand.js";
import { lintExpression } from "./operand-lint.js";
import { type LeadingName, leadingName, readUse } from "./register-use.js";
import type { StatementContext } from "./statement-context.js";

function badSizeOverride(context: StatementContext, hint: string): StatementError {
  return new StatementError({
    code: "bad-size-override",
    classic: "bad operand size override",
    message: "a size keyword does not fit here",
    part: { kind: "parameter", index: context.parameter },
    hint,
  });
}

/** First characters of the size keywords: a b d o q t w y. */
function maybeKeyword(code: number): boolean {
  switch (code) {
    case 0x61:
    case 0x62:
    case 0x64:
    case 0x6f:
    case 0x71:
    case 0x74:
    case 0x77:
    case 0x79:
      return true;
    default:
      return false;
  }
}

/**
 * Length of the prefix that is looked up as a size keyword: the longest run of letters and digits
 * that something follows. There is no word boundary: `wordx` is `word` with the expression `x`.
 */
function keywordLength(text: string): number {
  const end = alphanumericEnd(text, 0);
  return end === text.length ? end - 1 : end;
}

const CL = 1;

function registerKinds(use: RegisterUse): number {
  const { size, number } = use.register;
  if (size === Size.fp) return number === 0 ? Kind.x87 | Kind.x87Top : Kind.x87;
  let kinds = Kind.register | Kind.registerOrMemory;
  if (number === 0) kinds |= Kind.accumulator;
  else if (number === CL) {
    if (size === Size.byte) kinds |= Kind.cl;
  } else if (number === 2 && size === Size.word) kinds |= Kind.dx;
  return kinds;
}

/** Warns of `sp`, and of `esp` in 64-bit mode: nearly always a mistake. */
function warnStackPointer(use: RegisterUse, context: StatementContext): void {
  const { size, number } = use.register;
  if (number !== 4 || (size !== Size.word && !(size === Size.dword && context.mode === "x64"))) return;
  const better = context.mode === "x64" ? "rsp" : "esp";
  context.warnings.push({
    code: "stack-pointer-part",
    message: `\`${use.register.name}' is a part of the stack pointer`,
    classic: `bad idea, try again with \`${better}'`,
    part: { kind: "parameter", index: context.parameter, text: use.register.name },
    hint: `use \`${better}'`,
  });
}

function registerOperand(use: RegisterUse, context: StatementContext): Operand {
  const { register } = use;
  if (register.number === 4) warnStackPointer(use, context);
  // The oldest encoder knows variable registers 0..7 only, for which no prefix is needed.
  const old = register.number < 0 && context.environment.engine === "1.3";
  if (register.needsRex && !old) context.needsRex = true;
  else if (register.forbidsRex) context.forbidsRex = true;
  return { kind: "register", kinds: registerKinds(use), size: use.register.size, use };
}

/** An operand that begins with a register or a type. */
function parseNamed(
  text: string,
  size: number,
  name: LeadingName,
  parameter: string,
  context: StatementContext,
): Operand {
  const { use, end } = readUse(text, name, context);
  // Blanks behind the parenthesis of a variable register belong to what follows.
  const next = name.register.number >= 0 ? skipBlanks(text, end) : end;
  if (next === text.length) {
    if (size !== Size.none) throw badSizeOverride(context, "a register has its own size");
    return registerOperand(use, context);
  }
  if (name.type === undefined) {
    throw new StatementError({
      code: "bad-operand",
      classic: `bad operand \`${parameter}'`,
      message: `\`${text.slice(next)}' cannot follow a register`,
      part: { kind: "parameter", index: context.parameter },
      hint: "a memory operand is written in brackets",
    });
  }
  const tail = text.slice(next);
  const argument = context.environment.host.typeMember(name.type.number, tail);
  if (argument === undefined) {
    throw new StatementError({
      code: "bad-type-access",
      classic: `invalid syntax \`${tail}\``,
      message: `\`${tail}' is no field or index of a type`,
      part: { kind: "parameter", index: context.parameter, text: tail },
      hint: `write ${name.type.name}->field, ${name.type.name}.field or ${name.type.name}[index].field`,
    });
  }
  return typedMemory(size, use, argument, context);
}

function literalOperand(value: number): Operand {
  const reduced = value >= 0xffffff80 && value <= 0xffffffff ? value - 0x100000000 : value;
  let kinds: number = Kind.immediate;
  if (reduced === 1) kinds |= Kind.one;
  if (reduced >= -128 && reduced <= 127) kinds |= Kind.signedByte;
  return { kind: "literal", kinds, size: Size.none, value: reduced };
}

/** A number, or with a size keyword in front a multiple of that size; undefined for anything else. */
function parseLiteral(
  text: string,
  size: number,
  wide: boolean,
  context: StatementContext,
): Operand | undefined {
  const value = readNumber(text);
  if (value !== undefined) {
    if (wide && isWide(value)) return undefined;
    const checked = checkInteger(value, text, context.environment.engine);
    if (size !== Size.none)
      throw badSizeOverride(context, "an immediate takes the size of the other operand");
    return literalOperand(checked);
  }
  if (size === Size.none || text.charCodeAt(0) !== 0x2a) return undefined;
  const factorText = text.slice(skipBlanks(text, 1));
  const factor = readNumber(factorText);
  if (factor === undefined) return undefined;
  return literalOperand(checkInteger(factor, factorText, context.environment.engine) * sizeBytes(size));
}

/** Values that 8-byte data items hand over as expressions. */
function isWide(value: number): boolean {
  return Number.isInteger(value) && (value < -0x80000000 || value > 0x7fffffff);
}

function parseLabelOrExpression(text: string, size: number, context: StatementContext): Operand {
  const target = parseLabelReference(text, true, context);
  if (target === undefined) {
    lintExpression(text, size === Size.none ? "plain" : "sized", context);
    return { kind: "expression", kinds: Kind.immediate | Kind.runtime, size, text };
  }
  if (size !== Size.none && size !== context.addressSize) {
    throw badSizeOverride(context, "a label or address has the size of an address");
  }
  return { kind: "label", kinds: Kind.immediate | Kind.target, size: context.addressSize, target };
}

/**
 * Reads one parameter (without blanks around). `wide` is for 8-byte data items: numbers that do not
 * fit in 32 bits become expressions.
 */
export function parseOperand(parameter: string, context: StatementContext, wide = false): Operand {
  let text = parameter;
  let size: number = Size.none;
  const start = parameter === "" ? 0 : parameter.charCodeAt(0);
  if (start === 0x40) {
    const name = leadingName(parameter, 0, context);
    if (name !== undefined) return parseNamed(parameter, size, name, parameter, context);
  }
  if (maybeKeyword(start)) {
    const length = keywordLength(text);
    if (length === 4 || length === 5) {
      size = sizeOfKeyword(text.slice(0, length), context.addressSize);
      if (size !== Size.none) text = text.slice(skipBlanks(text, length));
    }
  }
  if (text.length > 1 && text.charCodeAt(0) === 0x5b && text.charCodeAt(text.length - 1) === 0x5d) {
    const inner = text.slice(skipBlanks(text, 1), -1);
    return parseMemory(inner.slice(0, trimmedEnd(inner, 0)), size, context);
  }
  const literal = parseLiteral(text, size, wide, context);
  if (literal !== undefined) return literal;
  const name = leadingName(text, 0, context);
  if (name !== undefined) return parseNamed(text, size, name, parameter, context);
  return parseLabelOrExpression(text, size, context);
}
