import { ACTION } from "../../x86/actions.js";
import { Size } from "../../x86/sizes.js";
import type { AssembledStep } from "../assembled-statement.js";
import { skipBlanks, trimmedEnd } from "../characters.js";
import { StatementError } from "../statement-error.js";
import { LABEL_RESERVE, stepOf } from "./data-directives.js";
import { Emission } from "./emission.js";
import type { RegisterUse } from "./operand.js";
import { parseOperand } from "./parse-operand.js";
import type { StatementContext } from "./statement-context.js";

function badMode(index: number): StatementError {
  return new StatementError({
    code: "bad-operand-mode",
    classic: "bad operand mode",
    message: "these operands don't fit mov64",
    part: { kind: "parameter", index },
    hint: "legal forms are:\n  mov64 r64, imm64\n  mov64 al/ax/eax/rax, [addr64]\n  mov64 [addr64], al/ax/eax/rax",
  });
}

/** The text in `[...]`, or undefined. */
function addressText(parameter: string): string | undefined {
  if (parameter.length < 2 || !parameter.startsWith("[") || !parameter.endsWith("]")) return undefined;
  const inner = parameter.slice(skipBlanks(parameter, 1), -1);
  return inner.slice(0, trimmedEnd(inner, 0));
}

function register(parameter: string, index: number, context: StatementContext): RegisterUse {
  context.parameter = index;
  const operand = parseOperand(parameter, context);
  if (operand.kind !== "register") throw badMode(index);
  return operand.use;
}

function accumulator(parameter: string, index: number, context: StatementContext): number {
  const use = register(parameter, index, context);
  if (use.register.number !== 0 || use.register.size === Size.fp) throw badMode(index);
  return use.register.size;
}

function writeOffsetForm(opcode: number, size: number, emission: Emission): void {
  if (size === Size.word) emission.byte(0x66);
  if (size === Size.qword) emission.byte(0x48);
  emission.byte(size === Size.byte ? opcode - 1 : opcode);
}

function writeImmediateForm(use: RegisterUse, emission: Emission, context: StatementContext): void {
  const { number, size } = use.register;
  if (size !== Size.qword) throw badMode(0);
  emission.byte(number > 7 ? 0x49 : 0x48);
  emission.byte(0xb8 + (number < 0 ? 0 : number & 7));
  if (use.argument === undefined) return;
  const old = context.environment.engine === "1.3";
  emission.argumentWith(ACTION.VREG, old ? 0 : 32 + 2, use.argument);
}

/** `mov64`: the only instruction with 64-bit immediates and addresses. Their text is not parsed. */
export function assembleMov64(parameters: readonly string[], context: StatementContext): AssembledStep {
  const [target = "", source = ""] = parameters;
  const emission = new Emission();
  let expression = addressText(target);
  if (expression !== undefined) writeOffsetForm(0xa3, accumulator(source, 1, context), emission);
  else {
    expression = addressText(source);
    if (expression !== undefined) writeOffsetForm(0xa1, accumulator(target, 0, context), emission);
    else {
      expression = source;
      writeImmediateForm(register(target, 0, context), emission, context);
    }
  }
  for (const half of context.environment.host.mov64Halves(expression)) emission.argument(ACTION.IMM_D, half);
  return stepOf(emission, LABEL_RESERVE);
}
