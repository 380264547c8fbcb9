import { ACTION } from "../../x86/actions.js";
import type { Form, ImmediateField, VexFields } from "../../x86/form.js";
import { Size } from "../../x86/sizes.js";
import { StatementError } from "../statement-error.js";
import { Emission } from "./emission.js";
import { encodeImmediate, isShrinkable } from "./encode-immediate.js";
import type { Displacement, LabelTarget, MemoryOperand, Operand, RegisterUse } from "./operand.js";
import type { StatementContext } from "./statement-context.js";

/** Which field of an instruction a variable register goes to. */
const VREG = { base: 0, rm: 1, index: 2, reg: 4, vvvv: 5, is4: 6 } as const;

/** The same in the oldest encoder. */
const VREG_13: Readonly<Record<number, number>> = {
  [VREG.base]: 1,
  [VREG.rm]: 0,
  [VREG.index]: 3,
  [VREG.reg]: 2,
};

const W = 8;
const R = 4;
const X = 2;
const B = 1;

/** The operands of an instruction by the field that they go to. */
interface Fields {
  readonly reg: RegisterUse | undefined;
  readonly digit: number;
  readonly rm: RegisterUse | undefined;
  readonly memory: MemoryOperand | undefined;
  readonly opcode: RegisterUse | undefined;
  readonly vvvv: RegisterUse | undefined;
}

function registerOf(operand: Operand | undefined): RegisterUse | undefined {
  return operand?.kind === "register" ? operand.use : undefined;
}

function fieldsOf(form: Form, operands: readonly Operand[]): Fields {
  const rm = operands[form.rm];
  return {
    reg: registerOf(operands[form.reg]),
    digit: form.digit,
    rm: registerOf(rm),
    memory: rm?.kind === "memory" ? rm : undefined,
    opcode: registerOf(operands[form.opcodeRegister]),
    vvvv: registerOf(operands[form.vvvv]),
  };
}

function isVariable(use: RegisterUse | undefined): boolean {
  return use !== undefined && use.argument !== undefined;
}

/** The number in a field: 0 for none or a variable register. */
function numberOf(use: RegisterUse | undefined): number {
  return use === undefined || use.register.number < 0 ? 0 : use.register.number;
}

function extendedBits(fields: Fields): number {
  let bits = 0;
  if (numberOf(fields.reg) > 7) bits |= R;
  if (numberOf(fields.memory?.index) > 7) bits |= X;
  if (numberOf(fields.rm) > 7 || numberOf(fields.opcode) > 7 || numberOf(fields.memory?.base) > 7) bits |= B;
  return bits;
}

/** Number of variable registers in rm, base, index and opcode. */
function countVariable(fields: Fields): number {
  let count = 0;
  if (isVariable(fields.rm)) count++;
  if (isVariable(fields.opcode)) count++;
  if (isVariable(fields.memory?.base)) count++;
  if (isVariable(fields.memory?.index)) count++;
  return count;
}

function needsRex(operands: readonly Operand[], variable: boolean): boolean {
  for (const operand of operands) {
    if (operand.kind !== "register") continue;
    const { register } = operand.use;
    if (register.needsRex && (register.number >= 0 || variable)) return true;
  }
  return false;
}

/** State of writing one instruction. */
interface Writer {
  readonly emission: Emission;
  readonly context: StatementContext;
  readonly fields: Fields;
  /** Distance from the byte with an opcode register back to the prefix that a VREG changes. */
  distance: number;
  /** How many VREGs are still to come, and how many of them the last one reports; 0: cannot shrink. */
  pending: number;
  shrink: number;
}

function writeVreg(writer: Writer, use: RegisterUse | undefined, field: number, distance: number): void {
  if (use?.argument === undefined) return;
  if (writer.context.environment.engine === "1.3") {
    const old = VREG_13[field];
    if (old === undefined) throw unsupported("a variable register in this place");
    writer.emission.argumentWith(ACTION.VREG, old, use.argument);
    return;
  }
  const last = --writer.pending === 0;
  const shrink = last ? writer.shrink : 0;
  writer.emission.argumentWith(ACTION.VREG, field * 32 + shrink * 8 + distance, use.argument);
}

function unsupported(what: string): StatementError {
  return new StatementError({
    code: "unsupported-by-engine",
    classic: `${what} needs a newer encoding engine`,
    hint: "translate for version 1.4 or later",
  });
}

/** REX and what it means for variable registers; returns whether there is one. */
function prepareRex(writer: Writer, operands: readonly Operand[], w: boolean): number {
  const { fields, context } = writer;
  const bits = extendedBits(fields) | (w ? W : 0);
  const old = context.environment.engine === "1.3";
  const forced = needsRex(operands, !old);
  if (context.mode === "x86") {
    if (bits !== 0 || forced) {
      throw new StatementError({
        code: "bad-operand-size",
        classic: "bad operand size",
        message: "this operand exists in 64-bit mode only",
      });
    }
    return 0;
  }
  if (bits !== 0 || forced) return 0x40 | bits;
  const variables = countVariable(fields) + (isVariable(fields.reg) ? 1 : 0);
  if (variables === 0 || old) return 0;
  writer.shrink = variables;
  return 0x40;
}

function writeOpcode(form: Form, size: number, writer: Writer, operands: readonly Operand[]): void {
  const { emission, fields } = writer;
  const effective = form.sized ? size : Size.none;
  const w = form.rexW || (effective === Size.qword && !form.defaults64);
  const rex = prepareRex(writer, operands, w);
  if (effective === Size.word) emission.byte(0x66);
  for (const byte of form.prefix) emission.byte(byte);
  const { opcode } = form;
  const last = opcode.length - 1;
  const escaped = opcode[0] === 0x0f;
  const length = opcode.length;
  if (rex !== 0) {
    // A two-byte opcode without escape is an x87 one: the prefix goes between its bytes.
    writer.distance = escaped ? 1 + length : 2;
  } else writer.distance = Math.min(form.prefix.length + length, 3) - 1;
  const rexAt = escaped ? 0 : last;
  for (let i = 0; i <= last; i++) {
    if (rex !== 0 && i === rexAt) emission.byte(rex);
    let byte = opcode[i] ?? 0;
    if (i === last) {
      if (effective === Size.byte) byte -= 1;
      byte += numberOf(fields.opcode) & 7;
    }
    emission.byte(byte);
  }
  writeVreg(writer, fields.opcode, VREG.rm, writer.distance);
}

function writeVex(form: Form, vex: VexFields, size: number, writer: Writer): void {
  const { emission, fields, context } = writer;
  const bits = extendedBits(fields);
  const wide = vex.wide || (form.sized && size === Size.yword);
  const w = vex.w || (form.sized && size === Size.qword && !form.defaults64);
  const low = ((15 - numberOf(fields.vvvv)) << 3) | (wide ? 4 : 0) | vex.prefix;
  const compact = vex.map === 1 && !w && (bits & (X | B)) === 0;
  const variables = context.mode === "x64" ? countVariable(fields) : 0;
  if (compact && variables === 0) {
    emission.byte(0xc5);
    emission.byte(((bits & R) !== 0 ? 0 : 0x80) | low);
    writer.distance = 3;
  } else {
    emission.byte(0xc4);
    emission.byte(((7 - (bits & 7)) << 5) | vex.map);
    emission.byte((w ? 0x80 : 0) | low);
    writer.distance = 4;
    if (compact) writer.shrink = variables;
  }
  if (fields.vvvv?.argument !== undefined) {
    if (context.environment.engine === "1.3") throw unsupported("a variable register in this place");
    emission.argumentWith(ACTION.VREG, VREG.vvvv * 32, fields.vvvv.argument);
  }
  emission.byte((form.opcode[0] ?? 0) + (numberOf(fields.opcode) & 7));
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
      if (mod === 1) emission.byte(signedByte(displacement.value));
      else if (mod === 2) {
        if (displacement.value !== 0) emission.little(displacement.value, 4);
        else if (base.argument !== undefined) {
          emission.argument(ACTION.DISP, Object.is(displacement.value, -0) ? "-0" : "0");
        }
      }
      break;
  }
}

function signedByte(value: number): number {
  return value < 0 ? value + 256 : value;
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

function writeBased(memory: MemoryOperand, base: RegisterUse, shrinks: boolean, writer: Writer): void {
  const { emission, fields, distance } = writer;
  const { displacement, index } = memory;
  const reg = fields.reg === undefined ? fields.digit : numberOf(fields.reg);
  const mod = modOf(displacement, base);
  const runTime = isRunTime(displacement, base);
  const baseNumber = numberOf(base);
  if (index === undefined && (baseNumber & 7) !== SIB_FOLLOWS) {
    emission.byte(modrm(mod, reg, baseNumber));
    const patched = runTime && (isVariable(fields.reg) || isVariable(base));
    if (patched || (shrinks && mod !== 0 && !runTime)) emission.mark();
    writeVreg(writer, fields.reg, VREG.reg, distance + 1);
    writeVreg(writer, base, VREG.base, distance + 1);
  } else {
    emission.byte(modrm(mod, reg, SIB_FOLLOWS));
    if (runTime || shrinks) emission.mark();
    writeVreg(writer, fields.reg, VREG.reg, distance + 1);
    emission.byte(modrm(memory.scale, index === undefined ? NO_INDEX : numberOf(index), baseNumber));
    writeVreg(writer, index, VREG.index, distance + 2);
    writeVreg(writer, base, VREG.rm, distance + 2);
  }
  writeBaseDisplacement(mod, displacement, base, emission);
}

/** The label that a memory operand refers to relative to the instruction pointer, if it does. */
export function ripTarget(memory: MemoryOperand, context: StatementContext): LabelTarget | undefined {
  if (context.mode === "x86" || memory.base !== undefined || memory.index !== undefined) return undefined;
  return memory.displacement.kind === "label" ? memory.displacement.target : undefined;
}

function writeBaseless(memory: MemoryOperand, shrinks: boolean, writer: Writer): void {
  const { emission, fields, distance, context } = writer;
  const reg = fields.reg === undefined ? fields.digit : numberOf(fields.reg);
  const target = ripTarget(memory, context);
  const { index } = memory;
  const sib = index !== undefined || (context.mode === "x64" && target === undefined);
  emission.byte(modrm(0, reg, sib ? SIB_FOLLOWS : NO_BASE));
  if (index !== undefined && shrinks) emission.mark();
  writeVreg(writer, fields.reg, VREG.reg, distance + 1);
  if (index === undefined && shrinks) emission.mark();
  if (sib) {
    emission.byte(modrm(memory.scale, index === undefined ? NO_INDEX : numberOf(index), NO_BASE));
    writeVreg(writer, index, VREG.index, distance + 2);
  }
  if (target === undefined) writeWideDisplacement(memory.displacement, emission);
  else emission.relative(target);
}

function writeOperands(form: Form, writer: Writer): void {
  const { fields, emission, distance } = writer;
  const { memory } = fields;
  if (form.digit < 0) return;
  if (memory === undefined) {
    const reg = fields.reg === undefined ? fields.digit : numberOf(fields.reg);
    emission.byte(modrm(3, reg, numberOf(fields.rm)));
    writeVreg(writer, fields.reg, VREG.reg, distance + 1);
    writeVreg(writer, fields.rm, VREG.rm, distance + 1);
    return;
  }
  const shrinks = isShrinkable(form.immediates);
  if (memory.base !== undefined) writeBased(memory, memory.base, shrinks, writer);
  else writeBaseless(memory, shrinks, writer);
}

function checkRipWithImmediate(form: Form, fields: Fields, context: StatementContext): void {
  if (fields.memory === undefined || ripTarget(fields.memory, context) === undefined) return;
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
  emission.argumentWith(ACTION.VREG, VREG.is4 * 32, use.argument);
}

/** Encodes an instruction whose form has been chosen; `size` is the effective operand size. */
export function encode(
  form: Form,
  size: number,
  operands: readonly Operand[],
  context: StatementContext,
): Emission {
  const emission = new Emission();
  const fields = fieldsOf(form, operands);
  const variables = countVariable(fields) + (isVariable(fields.reg) ? 1 : 0);
  const writer: Writer = { emission, context, fields, distance: 0, pending: variables, shrink: 0 };
  if (form.vex === undefined) writeOpcode(form, size, writer, operands);
  else writeVex(form, form.vex, size, writer);
  writeOperands(form, writer);
  checkRipWithImmediate(form, fields, context);
  writeImmediates(form.immediates, form.sized ? size : Size.none, operands, emission, context);
  return emission;
}
