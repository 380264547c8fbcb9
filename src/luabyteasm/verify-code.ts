import type { FunctionParts } from "./chunk.js";
import { frameNeed } from "./frame-need.js";
import {
  decodeFloatingByte,
  FIELDS_PER_FLUSH,
  fieldA,
  fieldAx,
  fieldB,
  fieldC,
  fieldOf,
  fieldSBx,
  opcodeOf,
  RK_CONSTANT,
  signedWords,
} from "./instruction.js";
import {
  type Field,
  OP,
  OPCODE_COUNT,
  OPERATIONS,
  type OpcodeName,
  type Operation,
  operandValue,
} from "./opcodes.js";
import { addFinding, type FindingList, type RuleName } from "./verify-rules.js";

const INT_LIMIT = 2 ** 31;
/** Largest size of a floating-point byte. */
const MAX_FLOATING_BYTE = 255;

/** The instruction under test; there is one object for all of a function. */
interface Place {
  readonly list: FindingList;
  readonly prototype: FunctionParts;
  readonly nestedCount: number;
  pc: number;
  word: number;
  operation: Operation;
}

function error(place: Place, rule: RuleName, fact: string, operand: Field | null = null): void {
  addFinding(place.list, "error", rule, place.pc, `${place.operation.name}: ${fact}`, operand);
}

function warning(place: Place, rule: RuleName, fact: string, operand: Field | null = null): void {
  addFinding(place.list, "warning", rule, place.pc, `${place.operation.name}: ${fact}`, operand);
}

/** Opcode of the word at `pc`, -1 past the end. */
function opcodeAt({ prototype }: Place, pc: number): number {
  const word = prototype.code[pc];
  return word === undefined ? -1 : opcodeOf(word);
}

/** True when the word at `pc` is the operand word of LOADKX or of SETLIST with C = 0. */
function isOperandWord(code: Uint32Array, pc: number): boolean {
  const word = code[pc];
  const before = code[pc - 1];
  if (word === undefined || before === undefined || opcodeOf(word) !== OP.EXTRAARG) return false;
  const opcode = opcodeOf(before);
  return opcode === OP.LOADKX || (opcode === OP.SETLIST && fieldC(before) === 0);
}

function verifyRegisters(place: Place): void {
  const { word, operation, prototype } = place;
  const need = frameNeed(word);
  if (need <= prototype.maxStackSize) return;
  const isBeyond = (slot: { kind: string; field: Field }) => {
    const value = fieldOf(word, slot.field);
    return (
      value >= prototype.maxStackSize && (slot.kind === "R" || (slot.kind === "RK" && value < RK_CONSTANT))
    );
  };
  const operand = operation.operands.find(isBeyond)?.field ?? null;
  const fact = `R${need - 1} is touched, but the frame has ${prototype.maxStackSize} registers`;
  error(place, "register", fact, operand);
}

function verifyIndex(
  place: Place,
  rule: RuleName,
  letter: string,
  index: number,
  count: number,
  field: Field,
): void {
  if (index >= count) error(place, rule, `${letter}${index} does not exist, there are ${count}`, field);
}

/** Constants, upvalues and nested functions named by operands. */
function verifyIndices(place: Place): void {
  const { word, operation, prototype, nestedCount } = place;
  for (const slot of operation.operands) {
    const { kind, field } = slot;
    const value = operandValue(slot, word);
    if (kind === "RK") {
      if (value < RK_CONSTANT) continue;
      verifyIndex(place, "constant", "K", value - RK_CONSTANT, prototype.constants.length, field);
    } else if (kind === "K") {
      verifyIndex(place, "constant", "K", value, prototype.constants.length, field);
    } else if (kind === "U") {
      verifyIndex(place, "upvalue", "U", value, prototype.upvalues.length, field);
    } else if (kind === "P") {
      verifyIndex(place, "proto", "P", value, nestedCount, field);
    }
  }
}

function verifyJump(place: Place): void {
  const { prototype, pc, word } = place;
  const target = pc + 1 + fieldSBx(word);
  if (target < 0 || target >= prototype.code.length) {
    const fact = `the target is pc ${target}, the code has ${prototype.code.length} instructions`;
    error(place, "jump-range", fact, "sBx");
  } else if (isOperandWord(prototype.code, target)) {
    error(place, "jump-operand", `the target, pc ${target}, is an operand word`, "sBx");
  } else if (place.operation.opcode === OP.FORPREP) {
    verifyLoopTarget(place, target);
  }
}

function verifyLoopTarget(place: Place, target: number): void {
  const word = place.prototype.code[target] ?? 0;
  if (opcodeOf(word) === OP.FORLOOP && fieldA(word) === fieldA(place.word)) return;
  error(place, "forprep-target", `the target, pc ${target}, is not FORLOOP R${fieldA(place.word)}`, "sBx");
}

function verifySkip(place: Place): void {
  const { prototype, pc } = place;
  if (pc + 2 >= prototype.code.length) {
    error(place, "skip-range", "the instruction after the skipped one is past the end", "C");
  } else if (isOperandWord(prototype.code, pc + 2)) {
    error(place, "jump-operand", `the skip leads to pc ${pc + 2}, an operand word`, "C");
  }
}

function verifyLoadBool(place: Place): void {
  if (fieldC(place.word) !== 0) verifySkip(place);
  const value = fieldB(place.word);
  if (value > 1) warning(place, "bool-value", `the boolean is ${value}`, "B");
}

function verifyTest(place: Place, flag: number, field: Field): void {
  if (opcodeAt(place, place.pc + 1) !== OP.JMP) error(place, "test-jump", "the next instruction is not JMP");
  if (flag > 1) warning(place, "flag-value", `the flag is ${flag}`, field);
}

function verifyLoadkx(place: Place): void {
  const { prototype, pc } = place;
  if (opcodeAt(place, pc + 1) !== OP.EXTRAARG) {
    error(place, "loadkx-extra", "the next instruction is not EXTRAARG");
    return;
  }
  const index = fieldAx(prototype.code[pc + 1] ?? 0);
  verifyIndex(place, "constant", "K", index, prototype.constants.length, "Ax");
}

function verifySetlist(place: Place): void {
  const { prototype, pc, word } = place;
  let block = fieldC(word);
  if (block === 0) {
    if (opcodeAt(place, pc + 1) !== OP.EXTRAARG) {
      error(place, "setlist-extra", "C is 0, but the next instruction is not EXTRAARG", "C");
      return;
    }
    block = fieldAx(prototype.code[pc + 1] ?? 0);
  }
  const last = (block - 1) * FIELDS_PER_FLUSH + fieldB(word);
  if (block > 0 && last < INT_LIMIT) return;
  warning(place, "setlist-range", `the block number is ${block}`, fieldC(word) === 0 ? "Ax" : "C");
}

function verifyTailcall(place: Place): void {
  const { prototype, pc, word } = place;
  const next = prototype.code[pc + 1];
  if (next === undefined || opcodeOf(next) !== OP.RETURN || fieldB(next) !== 0) {
    error(place, "tailcall-return", "the next instruction is not RETURN with B = 0");
  }
  if (fieldC(word) !== 0) warning(place, "tailcall-c", `C is ${fieldC(word)}, not 0`, "C");
}

function verifyTforcall(place: Place): void {
  const { prototype, pc, word } = place;
  const next = prototype.code[pc + 1];
  if (next === undefined || opcodeOf(next) !== OP.TFORLOOP || fieldA(next) !== fieldA(word) + 2) {
    error(place, "tforcall-loop", `the next instruction is not TFORLOOP R${fieldA(word) + 2}`);
  }
  if (fieldC(word) === 0) error(place, "tforcall-results", "the number of results is 0", "C");
}

function verifyNewtable(place: Place): void {
  for (const field of ["B", "C"] as const) {
    const byte = fieldOf(place.word, field);
    const size = decodeFloatingByte(byte);
    if (size >= INT_LIMIT) error(place, "table-size-overflow", `the size ${byte} stands for ${size}`, field);
    if (byte > MAX_FLOATING_BYTE) warning(place, "table-size", `the size ${byte} does not fit a byte`, field);
  }
}

function verifyJmp(place: Place): void {
  const { word, prototype } = place;
  verifyJump(place);
  if (fieldA(word) <= prototype.maxStackSize) return;
  const fact = `upvalues from R${fieldA(word) - 1} up are closed, the frame has ${prototype.maxStackSize}`;
  warning(place, "close-range", fact, "A");
}

function verifyComparison(place: Place): void {
  verifyTest(place, fieldA(place.word), "A");
}

function verifyTruthTest(place: Place): void {
  verifyTest(place, fieldC(place.word), "C");
}

function verifyConcat(place: Place): void {
  const [first, last] = [fieldB(place.word), fieldC(place.word)];
  if (first >= last) error(place, "concat-range", `B is ${first} and C is ${last}`, "B");
}

function verifyVararg(place: Place): void {
  if (place.prototype.isVararg === 0) error(place, "vararg-flag", "the function is not vararg");
}

function verifyExtraarg(place: Place): void {
  if (isOperandWord(place.prototype.code, place.pc)) return;
  error(place, "extra-orphan", "the instruction before takes no operand word");
}

/** Rules of single opcodes. */
const OPCODE_RULES: { readonly [Name in OpcodeName]?: (place: Place) => void } = {
  LOADKX: verifyLoadkx,
  LOADBOOL: verifyLoadBool,
  NEWTABLE: verifyNewtable,
  CONCAT: verifyConcat,
  JMP: verifyJmp,
  EQ: verifyComparison,
  LT: verifyComparison,
  LE: verifyComparison,
  TEST: verifyTruthTest,
  TESTSET: verifyTruthTest,
  TAILCALL: verifyTailcall,
  FORLOOP: verifyJump,
  FORPREP: verifyJump,
  TFORCALL: verifyTforcall,
  TFORLOOP: verifyJump,
  SETLIST: verifySetlist,
  VARARG: verifyVararg,
  EXTRAARG: verifyExtraarg,
};

function verifyUnused(place: Place): void {
  if ((place.word & place.operation.unusedBits) === 0) return;
  for (const field of place.operation.unused) {
    const value = fieldOf(place.word, field);
    if (value === 0) continue;
    warning(place, "unused-field", `the unused field ${field} is ${value}`, field);
    return;
  }
}

/** The rules about single instructions, in order of pc. */
export function verifyCode(list: FindingList, prototype: FunctionParts, nestedCount: number): void {
  const { code, codeHigh } = prototype;
  const words = signedWords(code);
  let place: Place | undefined;
  for (let pc = 0; pc < words.length; pc++) {
    const word = words[pc] ?? 0;
    const operation = OPERATIONS[opcodeOf(word)];
    if (operation === undefined) {
      const fact = `opcode ${opcodeOf(word)} is not defined, the last is ${OPCODE_COUNT - 1}`;
      addFinding(list, "error", "opcode", pc, fact);
      continue;
    }
    if (codeHigh !== undefined && codeHigh[pc] !== 0) {
      addFinding(list, "error", "opcode", pc, "the upper 32 bits of the instruction are not 0");
      continue;
    }
    if (place === undefined) place = { list, prototype, nestedCount, pc, word, operation };
    place.pc = pc;
    place.word = word;
    place.operation = operation;
    verifyRegisters(place);
    verifyIndices(place);
    OPCODE_RULES[operation.name]?.(place);
    verifyUnused(place);
  }
}
