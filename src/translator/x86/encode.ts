import { ACTION } from "../../x86/actions.js";
import type { Form, ImmediateField, VexFields } from "../../x86/form.js";
import { Size } from "../../x86/sizes.js";
import { StatementError } from "../statement-error.js";
import { Emission } from "./emission.js";
import { encodeImmediate, isShrinkable } from "./encode-immediate.js";
import type { Displacement, LabelTarget, MemoryOperand, Operand, RegisterUse } from "./operand.js";
import type { StatementContext } from "./statement-context.js";

/** A field that a variable register can go to: its number in VREG, and that in the oldest encoder. */
interface RegisterField {
  readonly kind: number;
  readonly old: number;
}

const BASE: RegisterField = { kind: 0, old: 1 };
const RM: RegisterField = { kind: 1, old: 0 };
const SIB_BASE: RegisterField = { kind: 1, old: 1 };
const INDEX: RegisterField = { kind: 2, old: 3 };
const REG: RegisterField = { kind: 4, old: 2 };
const VVVV = 5;
const IS4 = 6;

const W = 8;
const R = 4;
const X = 2;
const B = 1;

function registerOf(operand: Operand | undefined): RegisterUse | undefined {
  return operand !== undefined && operand.kind === "register" ? operand.use : undefined;
}

function isVariable(use: RegisterUse | undefined): boolean {
  return use !== undefined && use.argument !== undefined;
}

/** The number in a field: 0 for none or a variable register. */
function numberOf(use: RegisterUse | undefined): number {
  if (use === undefined) return 0;
  const { number } = use.register;
  return number < 0 ? 0 : number;
}

/** The operands of one instruction by the field that they go to, and the state of writing it. */
class Instruction {
  readonly emission = new Emission();
  readonly context: StatementContext;
  readonly reg: RegisterUse | undefined;
  readonly rm: RegisterUse | undefined;
  readonly memory: MemoryOperand | undefined;
  readonly opcode: RegisterUse | undefined;
  readonly vvvv: RegisterUse | undefined;
  /** What stands in ModRM.reg. */
  readonly regNumber: number;
  /** Variable registers in rm, base, index and opcode. */
  variables = 0;
  /** VREG actions still to come. */
  pending = 0;
  /** What the last of them reports: how many there are, if the instruction can shrink. */
  shrink = 0;
  /** Distance from the byte with an opcode register back to the prefix that a VREG changes. */
  distance = 0;

  constructor(form: Form, operands: readonly Operand[], context: StatementContext) {
    this.context = context;
    const rm = form.rm < 0 ? undefined : operands[form.rm];
    const reg = form.reg < 0 ? undefined : registerOf(operands[form.reg]);
    this.rm = registerOf(rm);
    this.memory = rm !== undefined && rm.kind === "memory" ? rm : undefined;
    this.reg = reg;
    this.opcode = form.opcodeRegister < 0 ? undefined : registerOf(operands[form.opcodeRegister]);
    this.vvvv = form.vvvv < 0 ? undefined : registerOf(operands[form.vvvv]);
    this.regNumber = reg === undefined ? form.digit : numberOf(reg);
    if (context.variables > 0) this.countVariables();
  }

  private countVariables(): void {
    if (isVariable(this.rm)) this.variables++;
    if (isVariable(this.opcode)) this.variables++;
    if (isVariable(this.memory?.base)) this.variables++;
    if (isVariable(this.memory?.index)) this.variables++;
    this.pending = this.variables + (isVariable(this.reg) ? 1 : 0);
  }
}

/** The bits of the prefix that extend the register fields. */
function extendedBits(instruction: Instruction): number {
  const { memory } = instruction;
  let bits = instruction.regNumber > 7 ? R : 0;
  if (memory !== undefined) {
    if (numberOf(memory.index) > 7) bits |= X;
    if (numberOf(memory.base) > 7) bits |= B;
  } else if (numberOf(instruction.rm) > 7 || numberOf(instruction.opcode) > 7) bits |= B;
  return bits;
}

function writeVreg(
  instruction: Instruction,
  use: RegisterUse | undefined,
  field: RegisterField,
  distance: number,
): void {
  const argument = use?.argument;
  if (argument === undefined) return;
  const { emission } = instruction;
  if (instruction.context.environment.engine === "1.3") {
    emission.argumentWith(ACTION.VREG, field.old, argument);
    return;
  }
  const last = --instruction.pending === 0;
  const shrink = last ? instruction.shrink : 0;
  emission.argumentWith(ACTION.VREG, field.kind * 32 + shrink * 8 + distance, argument);
}

function unsupported(what: string): StatementError {
  return new StatementError({
    code: "unsupported-by-engine",
    classic: `${what} needs a newer encoding engine`,
    hint: "translate for version 1.4 or later",
  });
}

/** The REX prefix of an instruction, or 0. */
function prepareRex(instruction: Instruction, w: boolean): number {
  const { context } = instruction;
  const bits = extendedBits(instruction) | (w ? W : 0);
  if (context.mode === "x86") {
    if (bits === 0 && !context.needsRex) return 0;
    throw new StatementError({
      code: "bad-operand-size",
      classic: "bad operand size",
      message: "this operand exists in 64-bit mode only",
      part: { kind: "statement" },
    });
  }
  if (bits !== 0 || context.needsRex) return 0x40 | bits;
  if (instruction.pending === 0 || context.environment.engine === "1.3") return 0;
  instruction.shrink = instruction.pending;
  return 0x40;
}

function writeOpcode(form: Form, size: number, instruction: Instruction): void {
  const { emission } = instruction;
  const { opcode, prefix } = form;
  const w = form.rexW || (size === Size.qword && !form.defaults64);
  const rex = prepareRex(instruction, w);
  emission.rex = rex !== 0 && instruction.shrink === 0;
  if (size === Size.word) emission.byte(0x66);
  for (let i = 0; i < prefix.length; i++) emission.byte(prefix[i] as number);
  const last = opcode.length - 1;
  // A two-byte opcode without escape is an x87 one: the prefix goes between its bytes.
  const rexAt = opcode[0] === 0x0f ? 0 : last;
  if (rex !== 0) instruction.distance = 2 + last - rexAt;
  else instruction.distance = Math.min(prefix.length + opcode.length, 3) - 1;
  for (let i = 0; i < last; i++) {
    if (rex !== 0 && i === rexAt) emission.byte(rex);
    emission.byte(opcode[i] ?? 0);
  }
  if (rex !== 0 && rexAt === last) emission.byte(rex);
  const lowered = size === Size.byte ? 1 : 0;
  emission.byte((opcode[last] ?? 0) - lowered + (numberOf(instruction.opcode) & 7));
  if (instruction.pending > 0) writeVreg(instruction, instruction.opcode, RM, instruction.distance);
}

function writeVex(form: Form, vex: VexFields, size: number, instruction: Instruction): void {
  const { emission, context, vvvv } = instruction;
  const bits = extendedBits(instruction);
  const wide = vex.wide || size === Size.yword;
  const w = vex.w || size === Size.qword;
  const low = ((15 - numberOf(vvvv)) << 3) | (wide ? 4 : 0) | vex.prefix;
  const compact = vex.map === 1 && !w && (bits & (X | B)) === 0;
  const variables = context.mode === "x64" ? instruction.variables : 0;
  if (compact && variables === 0) {
    emission.byte(0xc5);
    emission.byte(((bits & R) !== 0 ? 0 : 0x80) | low);
    instruction.distance = 3;
  } else {
    emission.byte(0xc4);
    emission.byte(((7 - (bits & 7)) << 5) | vex.map);
    emission.byte((w ? 0x80 : 0) | low);
    instruction.distance = 4;
    if (compact) instruction.shrink = variables;
  }
  if (vvvv?.argument !== undefined) {
    if (context.environment.engine === "1.3") throw unsupported("a variable register in this place");
    emission.argumentWith(ACTION.VREG, VVVV * 32, vvvv.argument);
  }
  emission.byte(form.opcode[0] ?? 0);
}

function modrm(mod: number, reg: number, rm: number): number {
  return (mod << 6) | ((reg & 7) << 3) | (rm & 7);
}

const SIB_FOLLOWS = 4;
const NO_INDEX = 4;
const NO_BASE = 5;

/** The mod field that a displacement behind a base register asks for. */
function modOf(displacement: Displacement, base: RegisterUse): number {
  if (displacement.kind !== "literal") return 2;
  const { value } = displacement;
  if (value === 0) {
    if (base.argument !== undefined) return 2;
    return (base.register.number & 7) === 5 ? 1 : 0;
  }
  return value >= -128 && value <= 127 ? 1 : 2;
}

function writeBaseDisplacement(
  mod: number,
  displacement: Displacement,
  base: RegisterUse,
  emission: Emission,
): void {
  switch (displacement.kind) {
    case "expression":
      emission.argument(ACTION.DISP, displacement.text);
      break;
    case "label":
      emission.absolute(displacement.target);
      break;
    case "literal":
      if (mod === 1) emission.sourceByte(displacement.value);
      else if (mod === 2) {
        if (displacement.value !== 0) emission.little(displacement.value, 4);
        else if (base.argument !== undefined) {
          emission.argument(ACTION.DISP, Object.is(displacement.value, -0) ? "-0" : "0");
        }
      }
      break;
  }
}

function writeWideDisplacement(displacement: Displacement, emission: Emission): void {
  switch (displacement.kind) {
    case "expression":
      emission.argument(ACTION.IMM_D, displacement.text);
      break;
    case "label":
      emission.absolute(displacement.target);
      break;
    case "literal":
      emission.little(displacement.value, 4);
      break;
  }
}

function isRunTime(displacement: Displacement, base: RegisterUse): boolean {
  if (displacement.kind === "expression") return true;
  return displacement.kind === "literal" && displacement.value === 0 && base.argument !== undefined;
}

function writeBased(
  memory: MemoryOperand,
  base: RegisterUse,
  shrinks: boolean,
  instruction: Instruction,
): void {
  const { emission, distance, reg, regNumber } = instruction;
  const { displacement, index } = memory;
  const mod = modOf(displacement, base);
  const runTime = isRunTime(displacement, base);
  const baseNumber = numberOf(base);
  if (index === undefined && (baseNumber & 7) !== SIB_FOLLOWS) {
    emission.byte(modrm(mod, regNumber, baseNumber));
    const patched = runTime && (isVariable(reg) || isVariable(base));
    if (patched || (shrinks && mod !== 0 && !runTime)) emission.mark();
    if (instruction.pending > 0) {
      writeVreg(instruction, reg, REG, distance + 1);
      writeVreg(instruction, base, BASE, distance + 1);
    }
  } else {
    emission.byte(modrm(mod, regNumber, SIB_FOLLOWS));
    if (runTime || shrinks) emission.mark();
    writeVreg(instruction, reg, REG, distance + 1);
    emission.byte(modrm(memory.scale, index === undefined ? NO_INDEX : numberOf(index), baseNumber));
    writeVreg(instruction, index, INDEX, distance + 2);
    writeVreg(instruction, base, SIB_BASE, distance + 2);
  }
  writeBaseDisplacement(mod, displacement, base, emission);
}

/** The label that a memory operand refers to relative to the instruction pointer, if it does. */
export function ripTarget(memory: MemoryOperand, context: StatementContext): LabelTarget | undefined {
  if (context.mode === "x86" || memory.base !== undefined || memory.index !== undefined) return undefined;
  return memory.displacement.kind === "label" ? memory.displacement.target : undefined;
}

function writeBaseless(memory: MemoryOperand, shrinks: boolean, instruction: Instruction): void {
  const { emission, distance, context, reg, regNumber } = instruction;
  const target = ripTarget(memory, context);
  const { index } = memory;
  const sib = index !== undefined || (context.mode === "x64" && target === undefined);
  emission.byte(modrm(0, regNumber, sib ? SIB_FOLLOWS : NO_BASE));
  if (index !== undefined && shrinks) emission.mark();
  writeVreg(instruction, reg, REG, distance + 1);
  if (index === undefined && shrinks) emission.mark();
  if (sib) {
    emission.byte(modrm(memory.scale, index === undefined ? NO_INDEX : numberOf(index), NO_BASE));
    writeVreg(instruction, index, INDEX, distance + 2);
  }
  if (target === undefined) writeWideDisplacement(memory.displacement, emission);
  else emission.relative(target);
}

function writeOperands(form: Form, instruction: Instruction): void {
  const { emission, distance, memory, rm } = instruction;
  if (form.digit < 0) return;
  if (memory === undefined) {
    emission.byte(modrm(3, instruction.regNumber, numberOf(rm)));
    if (instruction.pending === 0) return;
    writeVreg(instruction, instruction.reg, REG, distance + 1);
    writeVreg(instruction, rm, RM, distance + 1);
    return;
  }
  const shrinks = isShrinkable(form.immediates);
  if (memory.base !== undefined) writeBased(memory, memory.base, shrinks, instruction);
  else writeBaseless(memory, shrinks, instruction);
}

function checkRipWithImmediate(form: Form, { memory, context }: Instruction): void {
  if (memory === undefined || ripTarget(memory, context) === undefined) return;
  if (!form.immediates.some((field) => field.kind !== "register")) return;
  throw new StatementError({
    code: "rip-with-immediate",
    classic: "NYI: rip-relative displacement followed by immediate",
    message: "the encoder cannot place an immediate behind a rip-relative address",
    part: { kind: "parameter", index: form.rm },
    hint: "load the address with lea first, or put the immediate into a register",
  });
}

function writeImmediates(
  immediates: readonly ImmediateField[],
  size: number,
  operands: readonly Operand[],
  emission: Emission,
  context: StatementContext,
): void {
  for (const field of immediates) {
    const operand = operands[field.operand];
    if (operand === undefined) continue;
    if (field.kind === "register") writeRegisterImmediate(operand, emission, context);
    else if (field.kind === "offset") {
      if (operand.kind === "memory") writeWideDisplacement(operand.displacement, emission);
    } else encodeImmediate(field, operand, size, emission, context);
  }
}

function writeRegisterImmediate(operand: Operand, emission: Emission, context: StatementContext): void {
  const use = registerOf(operand);
  if (use?.argument === undefined) {
    emission.byte(numberOf(use) * 16);
    return;
  }
  if (context.environment.engine === "1.3") throw unsupported("a variable register in this place");
  emission.byte(0);
  emission.argumentWith(ACTION.VREG, IS4 * 32, use.argument);
}

/** Encodes an instruction whose form has been chosen; `size` is the effective operand size. */
export function encode(
  form: Form,
  size: number,
  operands: readonly Operand[],
  context: StatementContext,
): Emission {
  const instruction = new Instruction(form, operands, context);
  const { emission } = instruction;
  const effective = form.sized ? size : Size.none;
  if (form.vex === undefined) writeOpcode(form, effective, instruction);
  else writeVex(form, form.vex, effective, instruction);
  writeOperands(form, instruction);
  if (form.immediates.length > 0) {
    checkRipWithImmediate(form, instruction);
    writeImmediates(form.immediates, effective, operands, emission, context);
  }
  return emission;
}
