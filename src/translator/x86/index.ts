import type { Form } from "../../x86/form.js";
import type { Mode } from "../../x86/registers.js";
import type { Architecture, AssemblyEnvironment } from "../architecture.js";
import type {
  AssembledStatement,
  AssembledStep,
  LabelUse,
  StatementWarning,
} from "../assembled-statement.js";
import { StatementError } from "../statement-error.js";
import { checkByteRegisters } from "./byte-registers.js";
import {
  assembleAlign,
  assembleData,
  assembleLabel,
  assembleSpace,
  dataSize,
  stepOf,
} from "./data-directives.js";
import { describeArchitecture } from "./describe.js";
import { encode } from "./encode.js";
import { lintForm, lintHighByte } from "./form-lint.js";
import { allForms, createInstructionTable, type FormSequence, MOST_OPERANDS } from "./instruction-table.js";
import { legalForms, suggestRegister } from "./legal-forms.js";
import { assembleMov64 } from "./mov64.js";
import type { Operand } from "./operand.js";
import { parseOperand } from "./parse-operand.js";
import { isBase } from "./register-use.js";
import { differingOperand, failureMessage, type SelectionFailure, selectForm } from "./select-form.js";
import { createStatementContext, type StatementContext } from "./statement-context.js";

const DIRECTIVES = [
  ".byte",
  ".sbyte",
  ".word",
  ".dword",
  ".long",
  ".qword",
  ".quad",
  ".aword",
  ".addr",
  ".align",
  ".space",
  ".label",
] as const;

/** An operand with what reading it leaves in the context of its statement. */
interface CachedOperand {
  readonly operand: Operand;
  /** It leaves nothing. */
  readonly isPlain: boolean;
  readonly labels: readonly LabelUse[];
  readonly variables: number;
  readonly needsRex: boolean;
  readonly forbidsRex: boolean;
}

const noLabels: readonly LabelUse[] = [];
const noWarnings: readonly StatementWarning[] = [];

/** Creates the instruction set `name` as the given environment's engine and host language see it. */
export function createX86Architecture(name: Mode, environment: AssemblyEnvironment): Architecture {
  const context = createStatementContext(name, environment);
  const { registers } = context;
  const table = createInstructionTable(name, environment.engine);
  const reserve = environment.engine === "1.3" ? 5 : 6;
  /** The operands of the instruction being assembled, by their number. */
  const operandLists: readonly Operand[][] = Array.from({ length: MOST_OPERANDS + 1 }, () => []);
  const operandCache = new Map<string, CachedOperand>();

  function directiveCount(opcode: string): "variadic" | readonly [least: number, most: number] | undefined {
    if (opcode === ".align") return [1, 1];
    if (opcode === ".space" || opcode === ".label") return [1, 2];
    if (opcode === "mov64") return name === "x64" ? [2, 2] : undefined;
    return dataSize(opcode, context) === 0 ? undefined : "variadic";
  }

  function lookupDirective(opcode: string, count: number): "exact" | "other-count" | "unknown" {
    const counts = directiveCount(opcode);
    if (counts === undefined) return "unknown";
    if (counts === "variadic" || (count >= counts[0] && count <= counts[1])) return "exact";
    return "other-count";
  }

  function lookup(opcode: string, count: number): "exact" | "other-count" | "unknown" {
    if (isNoInstruction(opcode)) return lookupDirective(opcode, count);
    if (table.forms(opcode, count) !== undefined) return "exact";
    return table.has(opcode) ? "other-count" : "unknown";
  }

  /** Reads an operand and keeps it, unless there is a warning about it: that one names the place. */
  function readNewOperand(text: string, parameter: number): Operand {
    const { labels, warnings, variables, needsRex, forbidsRex } = context;
    const labelCount = labels.length;
    const warningCount = warnings.length;
    context.parameter = parameter;
    context.needsRex = false;
    context.forbidsRex = false;
    const operand = parseOperand(text, context);
    if (warnings.length === warningCount) {
      const own = labels.length === labelCount ? noLabels : labels.slice(labelCount);
      const read = context.variables - variables;
      operandCache.set(text, {
        operand,
        isPlain: own === noLabels && read === 0 && !context.needsRex && !context.forbidsRex,
        labels: own,
        variables: read,
        needsRex: context.needsRex,
        forbidsRex: context.forbidsRex,
      });
    }
    context.needsRex ||= needsRex;
    context.forbidsRex ||= forbidsRex;
    return operand;
  }

  /** Reads an operand, or takes it from the cache: the same ones occur all over a source. */
  function readOperand(text: string, parameter: number): Operand {
    const known = operandCache.get(text);
    if (known === undefined) return readNewOperand(text, parameter);
    if (known.isPlain) return known.operand;
    if (known.labels !== noLabels) context.labels.push(...known.labels);
    context.variables += known.variables;
    if (known.needsRex) context.needsRex = true;
    if (known.forbidsRex) context.forbidsRex = true;
    return known.operand;
  }

  /** Reads an operand of a gather: what that takes as an address is none for other instructions. */
  function readGatherOperand(text: string, parameter: number): Operand {
    context.parameter = parameter;
    return parseOperand(text, context);
  }

  function readOperands(opcode: string, parameters: readonly string[]): readonly Operand[] {
    const { length } = parameters;
    const operands = operandLists[length] ?? [];
    context.vectorIndex = isGather(opcode);
    const read = context.vectorIndex ? readGatherOperand : readOperand;
    for (let i = 0; i < length; i++) {
      operands[i] = read(parameters[i] as string, i);
      // Before the next operand is read: the original reports the first of two mistakes, too.
      if (context.needsRex && context.forbidsRex) checkByteRegisters(operands.slice(0, i + 1));
    }
    context.parameter = length - 1;
    return operands;
  }

  function assembleInstruction(
    opcode: string,
    parameters: readonly string[],
    forms: FormSequence,
  ): AssembledStep {
    const operands = readOperands(opcode, parameters);
    const selection = selectForm(forms, operands);
    if (selection.failure !== undefined)
      throw selectionError(selection.failure, opcode, operands, allForms(forms), context);
    const { form, size } = selection;
    lintForm(opcode, form, operands, context);
    const emission = encode(form, size, operands, context);
    if (context.forbidsRex && emission.rex) lintHighByte(operands, context);
    return stepOf(emission, reserve);
  }

  /** Throws a StatementError; undefined if there is no such statement. */
  function assembleSteps(opcode: string, parameters: readonly string[]): AssembledStep[] | undefined {
    const forms = isNoInstruction(opcode) ? undefined : table.forms(opcode, parameters.length);
    if (forms !== undefined) return [assembleInstruction(opcode, parameters, forms)];
    if (lookup(opcode, parameters.length) !== "exact") return undefined;
    switch (opcode) {
      case ".label":
        return [assembleLabel(parameters, context)];
      case ".align":
        return [assembleAlign(parameters[0] ?? "", context)];
      case ".space":
        return [assembleSpace(parameters)];
      case "mov64":
        return [assembleMov64(parameters, context)];
      default:
        return assembleData(opcode, parameters, context);
    }
  }

  /** Prepares the context for a statement; what the one before has handed on stays as it is. */
  function resetContext(): void {
    context.vectorIndex = false;
    context.parameter = 0;
    context.variables = 0;
    context.needsRex = false;
    context.forbidsRex = false;
    if (context.labels.length > 0) context.labels = [];
    if (context.warnings.length > 0) context.warnings = [];
  }

  function assemble(opcode: string, parameters: readonly string[]): AssembledStatement | undefined {
    resetContext();
    try {
      const steps = assembleSteps(opcode, parameters);
      if (steps === undefined) return undefined;
      const { labels, warnings } = context;
      return {
        kind: "assembled",
        steps,
        labels: labels.length === 0 ? noLabels : labels,
        warnings: warnings.length === 0 ? noWarnings : warnings,
      };
    } catch (error) {
      if (!(error instanceof StatementError)) throw error;
      throw located(error, context);
    }
  }

  function baseRegister(text: string): string {
    // A variable register stands without its parenthesis here: each use supplies one.
    const register = registers.byToken.get(text);
    if (register === undefined) throw badBase(text);
    if (!isBase(register.size)) throw badBase(register.name);
    return register.token;
  }

  return {
    name,
    registerToken: (word) => registers.tokenOf.get(word),
    registerTokens: () => registers.tokenOf,
    forgetTypes: () => operandCache.clear(),
    showRegisters: (text) => text.replace(/@\w+/g, (token) => registers.byToken.get(token)?.name ?? token),
    lookup,
    isExtension(opcode, count) {
      const forms = allForms(table.forms(opcode, count));
      return forms.length > 0 && forms.every((form) => form.extension);
    },
    assemble,
    baseRegister,
    *opcodes() {
      for (const directive of DIRECTIVES) if (lookup(directive, MOST_OPERANDS) !== "unknown") yield directive;
      if (name === "x64") yield "mov64";
      yield* table.mnemonics();
    },
    describeOtherMode(opcode) {
      const is64 = name === "x64";
      const other = createInstructionTable(is64 ? "x86" : "x64", environment.engine);
      if (!other.has(opcode) && (is64 || opcode !== "mov64")) return undefined;
      return `\`${opcode}' exists in ${is64 ? 32 : 64}-bit mode only`;
    },
    registers: () => registers.tokenOf.keys(),
    describeForms(opcode) {
      const counts = Array.from({ length: MOST_OPERANDS + 1 }, (_, count) => count);
      const forms = counts.flatMap((count) => allForms(table.forms(opcode, count)));
      return forms.length === 0 ? undefined : legalForms(opcode, forms);
    },
    describe: () =>
      describeArchitecture(name, environment.engine, registers, table, (directive) => {
        const own = (DIRECTIVES as readonly string[]).includes(directive);
        return !own || directiveCount(directive) !== undefined;
      }),
  };
}

/** An error of the operand being read, unless it says itself where it is, with the warnings found so far. */
function located(error: StatementError, context: StatementContext): StatementError {
  const part = error.problem.part ?? { kind: "parameter", index: context.parameter };
  const result = new StatementError({ ...error.problem, part }, error.fatal);
  result.warnings = context.warnings;
  return result;
}

/** Whether a statement of this name is not in the table of instructions. */
function isNoInstruction(opcode: string): boolean {
  return opcode.charCodeAt(0) === 0x2e || opcode === "mov64";
}

/** Only gathers have addresses with a vector register as index. */
function isGather(opcode: string): boolean {
  if (opcode.charCodeAt(0) !== 0x76) return false;
  return opcode.startsWith("vgather") || opcode.startsWith("vpgather");
}

function selectionError(
  failure: SelectionFailure,
  opcode: string,
  operands: readonly Operand[],
  forms: readonly Form[],
  context: StatementContext,
): StatementError {
  const differing = failure === "mixed-size" ? differingOperand(operands) : -1;
  const unsized = operands.findIndex((operand) => operand.kind === "memory" && operand.size === 0);
  const keyword =
    failure === "no-size" && unsized >= 0
      ? "write byte, word, dword or qword before the memory operand\n"
      : "";
  const register = failure === "mode" ? suggestRegister(operands, context) : "";
  return new StatementError({
    code: "bad-operands",
    classic: failureMessage(failure, opcode, operands),
    part: differing < 0 ? { kind: "statement" } : { kind: "parameter", index: differing },
    hint: keyword + register + legalForms(opcode, forms),
  });
}

function badBase(text: string): StatementError {
  return new StatementError({
    code: "bad-base-register",
    classic: `bad base register \`${text}'`,
    part: { kind: "parameter", index: 2 },
  });
}
