import { ACTION } from "../../x86/actions.js";
import { Size, sizeOfKeyword } from "../../x86/sizes.js";
import type { AssembledStep } from "../assembled-statement.js";
import { StatementError } from "../statement-error.js";
import { Emission, NEGATIVE_ZERO_CODE } from "./emission.js";
import { encodeRanged } from "./encode-immediate.js";
import { globalLabel } from "./label-reference.js";
import { readNumber } from "./number.js";
import type { Operand } from "./operand.js";
import { parseOperand } from "./parse-operand.js";
import type { StatementContext } from "./statement-context.js";

/** Positions that must be left before a label definition or `mov64`. */
export const LABEL_RESERVE = 2;

/** Turns what was emitted into a step. */
export function stepOf(emission: Emission, reserveBefore: number, reserveAfter = 0): AssembledStep {
  return {
    reserveBefore,
    code: emission.code,
    args: emission.args,
    positions: emission.positions,
    reserveAfter,
  };
}

const RANGES = {
  ".byte": { low: 0, high: 255, bytes: 1, name: "unsigned immediate byte", action: ACTION.IMM_B },
  ".sbyte": { low: -128, high: 127, bytes: 1, name: "signed immediate byte", action: ACTION.IMM_S },
  ".word": { low: 0, high: 65535, bytes: 2, name: "unsigned immediate word", action: ACTION.IMM_W },
} as const;

/**
 * Size that the items of a data directive have, or `Size.none` if the opcode is none. The older versions
 * write only 4 bytes of an 8-byte item.
 */
export function dataSize(opcode: string, context: StatementContext): number {
  const modern = context.environment.engine === "1.5";
  switch (opcode) {
    case ".byte":
    case ".sbyte":
      return Size.byte;
    case ".word":
      return Size.word;
    case ".dword":
      return Size.dword;
    case ".aword":
      return context.addressSize;
    case ".long":
      return modern ? Size.dword : Size.none;
    case ".qword":
    case ".quad":
      return modern ? Size.qword : Size.none;
    case ".addr":
      return modern ? context.addressSize : Size.none;
    default:
      return Size.none;
  }
}

function badItem(text: string, context: StatementContext): StatementError {
  return new StatementError({
    code: "bad-data-item",
    classic: `bad mode or size in \`${text}'`,
    message: "not a value of this size",
    part: { kind: "parameter", index: context.parameter },
    hint: "a data item is a number, an expression or, if as wide as an address, a label",
  });
}

function emitWideItem(operand: Operand, wide: boolean, emission: Emission, context: StatementContext): void {
  const expression = operand.kind === "expression" ? operand.text : labelArgument(operand);
  if (expression !== undefined) {
    if (wide) {
      for (const half of context.environment.host.qwordHalves(expression)) {
        emission.argument(ACTION.IMM_D, half);
      }
    } else emission.argument(ACTION.IMM_D, expression);
  } else if (operand.kind === "label") emission.absolute(operand.target);
  else if (operand.kind === "literal") emitLiteral(operand.value, wide, emission);
}

function labelArgument(operand: Operand): string | undefined {
  return operand.kind === "label" && operand.target.kind === "address" ? operand.target.argument : undefined;
}

function emitLiteral(value: number, wide: boolean, emission: Emission): void {
  emission.little(value, 4);
  // Products may exceed 32 bits; recorded behaviour keeps the low half only.
  if (wide) emission.little(value < 0 ? -1 : 0, 4);
}

function emitItem(opcode: string, parameter: string, size: number, context: StatementContext): Emission {
  const emission = new Emission();
  const wide = size === Size.qword && context.environment.engine === "1.5";
  const operand = parseOperand(parameter, context, wide);
  if (operand.kind === "register" || operand.kind === "memory") throw badItem(parameter, context);
  // Labels and addresses have the size of an address.
  if (operand.size !== Size.none && (operand.size !== size || opcode === ".sbyte")) {
    throw badItem(parameter, context);
  }
  if (opcode === ".byte" || opcode === ".sbyte" || opcode === ".word") {
    encodeRanged(RANGES[opcode], operand, context.parameter, emission, context);
  } else emitWideItem(operand, wide, emission, context);
  return emission;
}

/** `.byte`, `.word` and so on: one step per item. */
export function assembleData(
  opcode: string,
  parameters: readonly string[],
  context: StatementContext,
): AssembledStep[] {
  const size = dataSize(opcode, context);
  return parameters.map((parameter, index) => {
    context.parameter = index;
    return stepOf(emitItem(opcode, parameter, size, context), 0, LABEL_RESERVE);
  });
}

function alignment(text: string, context: StatementContext): number {
  switch (sizeOfKeyword(text, context.addressSize)) {
    case Size.word:
      return 2;
    case Size.dword:
      return 4;
    case Size.qword:
      return 8;
    case Size.oword:
      return 16;
    case Size.yword:
      return 32;
    default:
      return readNumber(text) ?? 0;
  }
}

/** `.align N`. */
export function assembleAlign(text: string, context: StatementContext): AssembledStep {
  const value = alignment(text, context);
  if (value < 2 || value > 256 || (value & (value - 1)) !== 0 || !Number.isInteger(value)) {
    throw new StatementError({
      code: "bad-alignment",
      classic: "bad alignment",
      part: { kind: "parameter", index: 0 },
      hint: "an alignment is a power of two from 2 to 256, or word, dword, qword, oword, yword, aword",
    });
  }
  const emission = new Emission();
  emission.operand(ACTION.ALIGN, value - 1, 1);
  return stepOf(emission, 1);
}

/** `.space NUM [, FILL]`. */
export function assembleSpace(parameters: readonly string[]): AssembledStep {
  const [count = "", fillText] = parameters;
  const fill = fillText === undefined ? 0 : (readNumber(fillText) ?? -1);
  if (!(fill >= 0 && fill <= 255 && Number.isInteger(fill))) {
    throw new StatementError({
      code: "bad-filler",
      classic: "bad filler",
      part: { kind: "parameter", index: 1 },
      hint: "the fill byte is a number in 0..255",
    });
  }
  const emission = new Emission();
  emission.argumentWith(ACTION.SPACE, Object.is(fill, -0) ? NEGATIVE_ZERO_CODE : fill, count);
  return stepOf(emission, 1);
}

function badDefinition(text: string): StatementError {
  return new StatementError({
    code: "bad-label-definition",
    classic: "bad label definition",
    message: `\`${text}' is no label`,
    part: { kind: "parameter", index: 0 },
    hint: "labels are 1: to 9:, ->name: and =>expression:",
  });
}

function localDefinition(operand: Operand, text: string, context: StatementContext): number {
  if (operand.kind === "literal" && operand.value >= 1 && operand.value <= 9) {
    context.labels.push({ kind: "local", role: "definition", name: String(operand.value) });
    return operand.value;
  }
  throw badDefinition(text);
}

function defineLabel(text: string, emission: Emission, context: StatementContext): void {
  if (text.startsWith("->")) {
    emission.operand(ACTION.LABEL_LG, globalLabel(text.slice(2), "definition", context), 1);
    return;
  }
  if (text.startsWith("=>")) {
    emission.argument(ACTION.LABEL_PC, text.slice(2));
    context.labels.push({ kind: "pc", role: "definition", name: text.slice(2) });
    return;
  }
  const operand = parseOperand(text, context);
  if (operand.kind !== "label") {
    emission.operand(ACTION.LABEL_LG, localDefinition(operand, text, context), 1);
    return;
  }
  if (operand.target.kind !== "numbered") throw badDefinition(text);
  // `<2:` and `>1:` are accepted with the number of the reference.
  context.labels.pop();
  context.labels.push({ kind: "local", role: "definition", name: text.slice(1) });
  emission.operand(ACTION.LABEL_LG, operand.target.number, 1);
}

/** A label definition, with an optional address. */
export function assembleLabel(parameters: readonly string[], context: StatementContext): AssembledStep {
  const [label = "", address] = parameters;
  const emission = new Emission();
  defineLabel(label, emission, context);
  if (address !== undefined) {
    context.parameter = 1;
    const operand = parseOperand(address, context);
    if (operand.kind !== "label" || operand.target.kind !== "address") {
      throw new StatementError({
        code: "bad-label-assignment",
        classic: "bad label assignment",
        message: "a label can be set to an address only",
        part: { kind: "parameter", index: 1 },
        hint: "for example .label ->name, &address",
      });
    }
    emission.argument(ACTION.SETLABEL, operand.target.argument);
  }
  return stepOf(emission, LABEL_RESERVE);
}
