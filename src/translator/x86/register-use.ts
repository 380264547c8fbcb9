import type { Register } from "../../x86/registers.js";
import { Size } from "../../x86/sizes.js";
import type { DeclaredType } from "../architecture.js";
import { closingParenthesis, runEnd, skipBlanks, wordEnd } from "../characters.js";
import { StatementError } from "../statement-error.js";
import type { RegisterUse } from "./operand.js";
import type { StatementContext } from "./statement-context.js";

/** A register or type at the start of a text. */
export interface LeadingName {
  readonly register: Register;
  readonly type: DeclaredType | undefined;
  /** Index behind the name. */
  readonly end: number;
}

function needsRegister(type: DeclaredType, context: StatementContext): StatementError {
  return new StatementError({
    code: "type-needs-register",
    classic: `type \`${type.name}' needs a register override`,
    part: { kind: "parameter", index: context.parameter, text: type.name },
    hint: `write \`${type.name}:REG->field', or declare a default register: .type ${type.name}, ${type.ctype}, REG`,
  });
}

function typeRegister(type: DeclaredType, context: StatementContext): Register {
  const register = type.register === undefined ? undefined : context.registers.byToken.get(type.register);
  if (register === undefined) throw needsRegister(type, context);
  return register;
}

/** Whether an override has the form of a register's token, `@` and word characters. */
function isTokenLike(override: string): boolean {
  return override.length > 1 && override.charCodeAt(0) === 0x40 && wordEnd(override, 1) === override.length;
}

/** Whether a register can be a base. */
export function isBase(size: number): boolean {
  return size === Size.qword || size === Size.dword;
}

function badOverride({ name }: Register, context: StatementContext): StatementError {
  return new StatementError({
    code: "bad-base-register",
    classic: `bad base register override \`${name}'`,
    part: { kind: "parameter", index: context.parameter, text: name },
    hint: "a type takes a register that can be the base of an address",
  });
}

/**
 * Reads the register, type or `type:register` that a text begins with (at `start`). Returns undefined
 * if it begins with something else.
 */
export function leadingName(text: string, start: number, context: StatementContext): LeadingName | undefined {
  const end = runEnd(text, start);
  if (end === start) return undefined;
  const run = text.slice(start, end);
  if (run.charCodeAt(0) === 0x40) {
    const register = context.registers.byToken.get(run);
    if (register !== undefined) return { register, type: undefined, end };
  }
  const colon = text.indexOf(":", start);
  if (colon >= 0 && colon < end) {
    const type = context.environment.declaredType(text.slice(start, colon));
    const override = text.slice(colon + 1, end);
    const register = context.registers.byToken.get(override);
    if (type === undefined) return undefined;
    if (register === undefined) {
      // A register's token with letters glued to it, as defines can make one; other words are expressions.
      if (isTokenLike(override)) throw needsRegister(type, context);
      return undefined;
    }
    if (!isBase(register.size)) throw badOverride(register, context);
    return { register, type, end };
  }
  const type = context.environment.declaredType(run);
  return type === undefined ? undefined : { register: typeRegister(type, context), type, end };
}

/** A register with its expression, and where the text continues. */
export interface ReadUse {
  readonly use: RegisterUse;
  readonly end: number;
}

// A literal inside another one is made in a slow way before the code is optimized, hence the names.
/** Completes a register name by the parenthesis that a variable register needs. */
export function readUse(text: string, name: LeadingName, context: StatementContext): ReadUse {
  const { register } = name;
  if (register.number >= 0) {
    const fixed = { register, argument: undefined };
    return { use: fixed, end: name.end };
  }
  const open = skipBlanks(text, name.end);
  const end = text.charCodeAt(open) === 0x28 ? closingParenthesis(text, open) : -1;
  if (end < 0) {
    throw new StatementError({
      code: "bad-variable-register",
      classic: "bad variable register expression",
      message: `\`${name.register.name}' needs an expression in parentheses`,
      part: { kind: "parameter", index: context.parameter },
      hint: `for example ${name.register.name}(reg)`,
    });
  }
  context.variables++;
  const variable = { register, argument: text.slice(open, end) };
  return { use: variable, end };
}
