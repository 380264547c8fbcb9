import { ACTION } from "../../x86/actions.js";
import type { ImmediateField } from "../../x86/form.js";
import { Size } from "../../x86/sizes.js";
import { StatementError } from "../statement-error.js";
import type { Emission } from "./emission.js";
import type { Operand } from "./operand.js";
import type { StatementContext } from "./statement-context.js";

/** Whether the last immediate is one whose width the encoder chooses at run time. */
export function isShrinkable(immediates: readonly ImmediateField[]): boolean {
  return immediates[immediates.length - 1]?.kind === "run-time";
}

interface Range {
  readonly low: number;
  readonly high: number;
  readonly bytes: number;
  readonly name: string;
  readonly action: number;
}

const SIGNED_BYTE: Range = {
  low: -128,
  high: 127,
  bytes: 1,
  name: "signed immediate byte",
  action: ACTION.IMM_S,
};
const BYTE: Range = { low: 0, high: 255, bytes: 1, name: "unsigned immediate byte", action: ACTION.IMM_B };
/** Its range is that of the low 32 bits: products such as `word*0x80000000` may be wider. */
const WORD: Range = { low: 0, high: 65535, bytes: 2, name: "unsigned immediate word", action: ACTION.IMM_W };

function checkRange(value: number, range: Range, parameter: number): void {
  const checked = range.bytes === 2 ? (value % 0x100000000) | 0 : value;
  if (checked >= range.low && checked <= range.high) return;
  throw new StatementError({
    code: "immediate-out-of-range",
    classic: `${range.name} out of range`,
    message: `${value} is not in ${range.low}..${range.high}`,
    part: { kind: "parameter", index: parameter },
    ...(value < 0 && range.low === 0 && value >= -(range.high + 1) / 2
      ? { hint: `write the unsigned value ${value + range.high + 1}` }
      : {}),
  });
}

function labelNotAllowed(parameter: number, context: StatementContext): StatementError {
  return new StatementError({
    code: "bad-label-operand",
    classic: "bad operand size for label",
    message: "a label cannot be an immediate here",
    part: { kind: "parameter", index: parameter },
    ...(context.mode === "x64" ? { hint: "load its address with lea reg, [label]" } : {}),
  });
}

/** Writes an immediate of fixed width; an address (`&x`) counts as an expression. */
export function encodeRanged(
  range: Range,
  operand: Operand,
  parameter: number,
  emission: Emission,
  context: StatementContext,
): void {
  switch (operand.kind) {
    case "literal":
      checkRange(operand.value, range, parameter);
      if (range.bytes === 1) emission.sourceByte(operand.value);
      else emission.little(operand.value, range.bytes);
      break;
    case "expression":
      emission.argument(range.action, operand.text);
      break;
    case "label":
      if (operand.target.kind !== "address") throw labelNotAllowed(parameter, context);
      emission.argument(range.action, operand.target.argument);
      break;
    default:
      throw new Error("not an immediate");
  }
}

/** Whether labels are allowed as operand-sized immediates: the encoder writes addresses of 4 bytes. */
function allowsLabels(context: StatementContext): boolean {
  return context.mode === "x86" || context.environment.engine !== "1.5";
}

function encodeDword(
  operand: Operand,
  parameter: number,
  emission: Emission,
  context: StatementContext,
): void {
  switch (operand.kind) {
    case "literal":
      emission.little(operand.value, 4);
      break;
    case "expression":
      emission.argument(ACTION.IMM_D, operand.text);
      break;
    case "label":
      if (operand.target.kind === "address") emission.argument(ACTION.IMM_D, operand.target.argument);
      else if (allowsLabels(context)) emission.absolute(operand.target);
      else throw labelNotAllowed(parameter, context);
      break;
    default:
      throw new Error("not an immediate");
  }
}

function encodeOperandSized(
  operand: Operand,
  size: number,
  parameter: number,
  emission: Emission,
  context: StatementContext,
): void {
  // Recorded behaviour: a label stays 4 bytes wide even if the operation is narrower.
  const wide = operand.kind === "label" && operand.target.kind !== "address" && allowsLabels(context);
  switch (wide ? Size.none : size) {
    case Size.byte:
      encodeRanged(BYTE, operand, parameter, emission, context);
      break;
    case Size.word:
      encodeRanged(WORD, operand, parameter, emission, context);
      break;
    case Size.none:
    case Size.dword:
    case Size.qword:
      encodeDword(operand, parameter, emission, context);
      break;
    default:
      throw new StatementError({
        code: "bad-operand-size",
        classic: "bad operand size",
        message: "there is no immediate of this size",
        part: { kind: "parameter", index: parameter },
      });
  }
}

/** Whether an operand names a place in the code. */
function isReference(operand: Operand): boolean {
  return operand.kind === "label";
}

function noShortReference(parameter: number): StatementError {
  return new StatementError({
    code: "no-short-reference",
    classic: "bad operand size for label",
    message: "this jump reaches 127 bytes at most, and the encoding engine has no such references to labels",
    part: { kind: "parameter", index: parameter },
    hint:
      "give the distance in bytes from the end of the instruction, or use a compare or dec and a " +
      "conditional jump: `dec ecx; jnz <1' for loop, `test ecx, ecx; jz >1' for jecxz",
  });
}

/** Writes one immediate. */
export function encodeImmediate(
  field: ImmediateField,
  operand: Operand,
  size: number,
  emission: Emission,
  context: StatementContext,
): void {
  const parameter = field.operand;
  switch (field.kind) {
    case "signed-byte":
      encodeRanged(SIGNED_BYTE, operand, parameter, emission, context);
      break;
    case "byte":
      encodeRanged(BYTE, operand, parameter, emission, context);
      break;
    case "distance":
      if (isReference(operand)) throw noShortReference(parameter);
      encodeRanged(SIGNED_BYTE, operand, parameter, emission, context);
      break;
    case "word":
      encodeRanged(WORD, operand, parameter, emission, context);
      break;
    case "operand":
      encodeOperandSized(operand, size, parameter, emission, context);
      break;
    case "run-time":
      if (operand.kind === "expression") {
        emission.argument(size === Size.word ? ACTION.IMM_WB : ACTION.IMM_DB, operand.text);
      }
      break;
    case "relative":
      if (operand.kind === "label") emission.relative(operand.target);
      break;
    case "register":
    case "offset":
      break;
  }
}
