import type { Form } from "../../x86/form.js";
import { Size } from "../../x86/sizes.js";
import type { StatementWarning } from "../assembled-statement.js";
import type { MemoryOperand, Operand } from "./operand.js";
import type { StatementContext } from "./statement-context.js";

// Statements that the reference encodes without a message and that do something else than they say.

function warn(context: StatementContext, index: number, warning: Omit<StatementWarning, "part">): void {
  context.warnings.push({ ...warning, part: { kind: "parameter", index } });
}

/** A high-byte register in an instruction that needs REX for another reason becomes another register. */
export function lintHighByte(operands: readonly Operand[], context: StatementContext): void {
  operands.forEach((operand, index) => {
    if (operand.kind !== "register" || !operand.use.register.forbidsRex) return;
    const { name, number } = operand.use.register;
    warn(context, index, {
      code: "high-byte-with-rex",
      message: `\`${name}' is encoded as \`r${number}b', because another operand needs a REX prefix`,
      hint: "use al, cl, dl or bl, or registers without number for the other operands",
    });
  });
}

function lintDisplacement(
  opcode: string,
  memory: MemoryOperand,
  index: number,
  context: StatementContext,
): void {
  const { displacement, base } = memory;
  if (displacement.kind !== "label") return;
  const { kind } = displacement.target;
  const withRegister = base !== undefined || memory.index !== undefined;
  if (kind === "address") {
    if (!withRegister && context.mode === "x64") return;
    warn(context, index, {
      code: "address-displacement",
      message: "the encoder takes this address for the number of a pc label",
      hint: "write the expression without &, or load the address into a register",
    });
  } else if (kind !== "extern" && withRegister && context.mode === "x64") {
    // Nobody executes the 4 bytes too many behind a jmp.
    if (context.environment.engine !== "1.5" || opcode === "jmp") return;
    warn(context, index, {
      code: "label-displacement",
      message: "the encoder writes 8 bytes for this label where the instruction has 4",
      hint: "load the address of the label with lea first",
    });
  }
}

function lintSizeKeyword(form: Form, operands: readonly Operand[], context: StatementContext): void {
  const operand = operands[form.rm];
  if (operand === undefined || operand.kind !== "memory") return;
  if (operand.size !== Size.byte && operand.size !== Size.word) return;
  warn(context, form.rm, {
    code: "size-keyword-changes-code",
    message: "this size keyword turns the instruction into another one",
    hint: "leave the size keyword out",
  });
}

/** Checks an instruction whose form has been chosen. */
export function lintForm(
  opcode: string,
  form: Form,
  operands: readonly Operand[],
  context: StatementContext,
): void {
  for (let i = 0; i < operands.length; i++) {
    const operand = operands[i];
    if (operand !== undefined && operand.kind === "memory") lintDisplacement(opcode, operand, i, context);
  }
  if (form.rule === "any" && form.sized) lintSizeKeyword(form, operands, context);
  if (opcode === "insertps" && context.environment.engine !== "1.5") {
    warn(context, 0, {
      code: "wrong-encoding",
      message: "this version encodes insertps as dppd",
      hint: "use pinsrd or shufps, or translate for version 1.5",
    });
  }
}
