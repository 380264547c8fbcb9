import type { Constant } from "./chunk.js";
import { fieldA, fieldAx, fieldB, fieldBx, fieldC, fieldSBx, RK_CONSTANT } from "./instruction.js";
import type { Field, OpcodeName } from "./opcodes.js";
import { type Flow, failFlow, flowTo, forkState } from "./verify-flow-joins.js";
import {
  assign,
  assignRange,
  bitsOf,
  capture,
  type FlowState,
  forgetTypesFrom,
  isAnyCapturedFrom,
  NO_TOP,
  NUMBER,
  SET,
  TABLE,
  uncaptureFrom,
  unsetFrom,
} from "./verify-flow-state.js";

/** Applies an instruction to the state and returns the pc to go on at, or -1 when the path ends. */
export type FlowStep = (flow: Flow, word: number, pc: number) => number;

const PATH_ENDS = -1;
const TYPES = NUMBER | TABLE;

function read(flow: Flow, register: number, pc: number, field: Field): void {
  if ((bitsOf(flow.state, register) & SET) !== 0) return;
  failFlow(flow, "uninitialised", pc, `R${register} is read, but not set on every path to here`, field);
}

function readRange(flow: Flow, first: number, last: number, pc: number): void {
  for (let register = first; register <= last; register++) read(flow, register, pc, "A");
}

function readRk(flow: Flow, value: number, pc: number, field: Field): void {
  if (value < RK_CONSTANT) read(flow, value, pc, field);
}

function readBothRk(flow: Flow, word: number, pc: number): void {
  readRk(flow, fieldB(word), pc, "B");
  readRk(flow, fieldC(word), pc, "C");
}

function typeOfConstant(constant: Constant | undefined): number {
  switch (constant?.kind) {
    case "number":
    case "nan":
    case "integer":
      return NUMBER;
    default:
      return 0;
  }
}

function typeOfRk(flow: Flow, value: number): number {
  if (value < RK_CONSTANT) return bitsOf(flow.state, value) & TYPES;
  return typeOfConstant(flow.prototype.constants[value - RK_CONSTANT]);
}

/** No register from `first` up may be shared with a closure when something called puts its frame there. */
function checkCallFrame(flow: Flow, first: number, pc: number, called: string): void {
  if (!isAnyCapturedFrom(flow.state, first)) return;
  const fact = `a closure shares a register from R${first} up, where ${called} has its frame`;
  failFlow(flow, "call-open-upvalue", pc, fact, "A");
}

/**
 * NEWTABLE, CONCAT and CLOSURE may run the garbage collector, for which the registers from `first` up are free:
 * it clears them, and finalizers have their frames there.
 */
function collectGarbage(flow: Flow, first: number, pc: number, called = "a finalizer"): void {
  checkCallFrame(flow, first, pc, called);
  forgetTypesFrom(flow.state, first);
}

/** R(A) gets a value of unknown type. */
function stepResult(flow: Flow, word: number, pc: number): number {
  assign(flow.state, fieldA(word), 0);
  return pc + 1;
}

function stepMove(flow: Flow, word: number, pc: number): number {
  const source = fieldB(word);
  read(flow, source, pc, "B");
  assign(flow.state, fieldA(word), bitsOf(flow.state, source) & TYPES);
  return pc + 1;
}

function stepLoadk(flow: Flow, word: number, pc: number): number {
  assign(flow.state, fieldA(word), typeOfConstant(flow.prototype.constants[fieldBx(word)]));
  return pc + 1;
}

function stepLoadkx(flow: Flow, word: number, pc: number): number {
  const index = fieldAx(flow.words[pc + 1] ?? 0);
  assign(flow.state, fieldA(word), typeOfConstant(flow.prototype.constants[index]));
  return pc + 2;
}

function stepLoadbool(flow: Flow, word: number, pc: number): number {
  assign(flow.state, fieldA(word), 0);
  return fieldC(word) === 0 ? pc + 1 : pc + 2;
}

function stepLoadnil(flow: Flow, word: number, pc: number): number {
  assignRange(flow.state, fieldA(word), fieldA(word) + fieldB(word));
  return pc + 1;
}

function stepGettabup(flow: Flow, word: number, pc: number): number {
  readRk(flow, fieldC(word), pc, "C");
  return stepResult(flow, word, pc);
}

function stepGettable(flow: Flow, word: number, pc: number): number {
  readBothRk(flow, word, pc);
  return stepResult(flow, word, pc);
}

function stepSettabup(flow: Flow, word: number, pc: number): number {
  readBothRk(flow, word, pc);
  return pc + 1;
}

function stepSetupval(flow: Flow, word: number, pc: number): number {
  read(flow, fieldA(word), pc, "A");
  return pc + 1;
}

function stepSettable(flow: Flow, word: number, pc: number): number {
  read(flow, fieldA(word), pc, "A");
  return stepSettabup(flow, word, pc);
}

function stepNewtable(flow: Flow, word: number, pc: number): number {
  assign(flow.state, fieldA(word), TABLE);
  collectGarbage(flow, fieldA(word) + 1, pc);
  return pc + 1;
}

function stepSelf(flow: Flow, word: number, pc: number): number {
  const object = fieldB(word);
  readBothRk(flow, word, pc);
  assign(flow.state, fieldA(word) + 1, bitsOf(flow.state, object) & TYPES);
  return stepResult(flow, word, pc);
}

function stepArithmetic(flow: Flow, word: number, pc: number): number {
  readBothRk(flow, word, pc);
  const type = typeOfRk(flow, fieldB(word)) & typeOfRk(flow, fieldC(word)) & NUMBER;
  assign(flow.state, fieldA(word), type);
  return pc + 1;
}

function stepUnm(flow: Flow, word: number, pc: number): number {
  read(flow, fieldB(word), pc, "B");
  assign(flow.state, fieldA(word), bitsOf(flow.state, fieldB(word)) & NUMBER);
  return pc + 1;
}

function stepUnary(flow: Flow, word: number, pc: number): number {
  read(flow, fieldB(word), pc, "B");
  return stepResult(flow, word, pc);
}

/** The frames of metamethods begin above R(C), those of finalizers above R(A) or at R(B). */
function stepConcat(flow: Flow, word: number, pc: number): number {
  const [a, first, last] = [fieldA(word), fieldB(word), fieldC(word)];
  for (let register = first; register <= last; register++) {
    read(flow, register, pc, "B");
    assign(flow.state, register, 0);
  }
  const free = a >= first ? a + 1 : first;
  collectGarbage(flow, Math.min(free, last + 1), pc, "a metamethod or finalizer");
  return stepResult(flow, word, pc);
}

/** Closes upvalues as a JMP word says and returns its target. */
function jump(state: FlowState, word: number, pc: number): number {
  if (fieldA(word) > 0) uncaptureFrom(state, fieldA(word) - 1);
  return pc + 1 + fieldSBx(word);
}

function stepJmp(flow: Flow, word: number, pc: number): number {
  return jump(flow.state, word, pc);
}

/** A test: `jumpState` goes on by the JMP after it, the state itself behind that. */
function stepTest(flow: Flow, jumpState: FlowState, pc: number): number {
  const target = jump(jumpState, flow.words[pc + 1] ?? 0, pc + 1);
  if (flow.error === null) flowTo(flow, target, jumpState);
  return pc + 2;
}

function stepComparison(flow: Flow, word: number, pc: number): number {
  readBothRk(flow, word, pc);
  return stepTest(flow, forkState(flow), pc);
}

function stepTruthTest(flow: Flow, word: number, pc: number): number {
  read(flow, fieldA(word), pc, "A");
  return stepTest(flow, forkState(flow), pc);
}

function stepTestset(flow: Flow, word: number, pc: number): number {
  const source = fieldB(word);
  read(flow, source, pc, "B");
  const jumpState = forkState(flow);
  assign(jumpState, fieldA(word), bitsOf(flow.state, source) & TYPES);
  return stepTest(flow, jumpState, pc);
}

/** Reads the values from `first` to the `count`th register from A, or to the open top when `count` is 0. */
function readArguments(flow: Flow, word: number, first: number, pc: number, count: number): void {
  const last = fieldB(word) === 0 ? flow.state.top - 1 : fieldA(word) + count - 1;
  readRange(flow, first, last, pc);
}

function enterCall(flow: Flow, word: number, pc: number): void {
  const a = fieldA(word);
  readArguments(flow, word, a, pc, fieldB(word));
  checkCallFrame(flow, a, pc, "the called function");
  unsetFrom(flow.state, a);
}

function stepCall(flow: Flow, word: number, pc: number): number {
  const a = fieldA(word);
  enterCall(flow, word, pc);
  flow.state.top = fieldC(word) === 0 ? a : NO_TOP;
  assignRange(flow.state, a, a + fieldC(word) - 2);
  return pc + 1;
}

function stepTailcall(flow: Flow, word: number, pc: number): number {
  enterCall(flow, word, pc);
  flow.state.top = fieldA(word);
  return pc + 1;
}

function stepReturn(flow: Flow, word: number, pc: number): number {
  readArguments(flow, word, fieldA(word), pc, fieldB(word) - 1);
  return PATH_ENDS;
}

function stepForprep(flow: Flow, word: number, pc: number): number {
  const a = fieldA(word);
  readRange(flow, a, a + 2, pc);
  for (let register = a; register <= a + 2; register++) assign(flow.state, register, NUMBER);
  return pc + 1 + fieldSBx(word);
}

function stepForloop(flow: Flow, word: number, pc: number): number {
  const a = fieldA(word);
  for (let register = a; register <= a + 2; register++) {
    if ((bitsOf(flow.state, register) & NUMBER) !== 0) continue;
    failFlow(flow, "forloop-number", pc, `R${register} is not a number on every path to here`, "A");
    return PATH_ENDS;
  }
  const jumpState = forkState(flow);
  assign(jumpState, a + 3, NUMBER);
  flowTo(flow, pc + 1 + fieldSBx(word), jumpState);
  return pc + 1;
}

function stepTforcall(flow: Flow, word: number, pc: number): number {
  const a = fieldA(word);
  readRange(flow, a, a + 2, pc);
  checkCallFrame(flow, a + 3, pc, "the called function");
  unsetFrom(flow.state, a + 3);
  assignRange(flow.state, a + 3, a + 2 + fieldC(word));
  return pc + 1;
}

function stepTforloop(flow: Flow, word: number, pc: number): number {
  const a = fieldA(word);
  read(flow, a + 1, pc, "A");
  const jumpState = forkState(flow);
  assign(jumpState, a, bitsOf(flow.state, a + 1) & TYPES);
  if (flow.error === null) flowTo(flow, pc + 1 + fieldSBx(word), jumpState);
  return pc + 1;
}

function stepSetlist(flow: Flow, word: number, pc: number): number {
  const a = fieldA(word);
  read(flow, a, pc, "A");
  if ((bitsOf(flow.state, a) & TABLE) === 0) {
    failFlow(flow, "setlist-table", pc, `R${a} is not a table on every path to here`, "A");
  }
  readArguments(flow, word, a + 1, pc, fieldB(word) + 1);
  flow.state.top = NO_TOP;
  return fieldC(word) === 0 ? pc + 2 : pc + 1;
}

function stepClosure(flow: Flow, word: number, pc: number): number {
  const { maxStackSize } = flow.prototype;
  assign(flow.state, fieldA(word), 0);
  collectGarbage(flow, fieldA(word) + 1, pc);
  for (const { inStack, index } of flow.source.nested(fieldBx(word))?.readUpvalues() ?? []) {
    // A register beyond the frame is an error of the nested function.
    if (inStack === 0 || index >= maxStackSize) continue;
    if ((bitsOf(flow.state, index) & SET) === 0) {
      const fact = `R${index} is captured, but not set on every path to here`;
      failFlow(flow, "capture-uninitialised", pc, fact, "Bx");
    }
    capture(flow.state, index);
  }
  return pc + 1;
}

function stepVararg(flow: Flow, word: number, pc: number): number {
  const a = fieldA(word);
  if (fieldB(word) === 0) {
    unsetFrom(flow.state, a);
    flow.state.top = a;
  }
  assignRange(flow.state, a, a + fieldB(word) - 2);
  return pc + 1;
}

function stepNothing(_flow: Flow, _word: number, pc: number): number {
  return pc + 1;
}

/** What each opcode does to the state. */
export const FLOW_STEPS: Readonly<Record<OpcodeName, FlowStep>> = {
  MOVE: stepMove,
  LOADK: stepLoadk,
  LOADKX: stepLoadkx,
  LOADBOOL: stepLoadbool,
  LOADNIL: stepLoadnil,
  GETUPVAL: stepResult,
  GETTABUP: stepGettabup,
  GETTABLE: stepGettable,
  SETTABUP: stepSettabup,
  SETUPVAL: stepSetupval,
  SETTABLE: stepSettable,
  NEWTABLE: stepNewtable,
  SELF: stepSelf,
  ADD: stepArithmetic,
  SUB: stepArithmetic,
  MUL: stepArithmetic,
  DIV: stepArithmetic,
  MOD: stepArithmetic,
  POW: stepArithmetic,
  UNM: stepUnm,
  NOT: stepUnary,
  LEN: stepUnary,
  CONCAT: stepConcat,
  JMP: stepJmp,
  EQ: stepComparison,
  LT: stepComparison,
  LE: stepComparison,
  TEST: stepTruthTest,
  TESTSET: stepTestset,
  CALL: stepCall,
  TAILCALL: stepTailcall,
  RETURN: stepReturn,
  FORLOOP: stepForloop,
  FORPREP: stepForprep,
  TFORCALL: stepTforcall,
  TFORLOOP: stepTforloop,
  SETLIST: stepSetlist,
  CLOSURE: stepClosure,
  VARARG: stepVararg,
  EXTRAARG: stepNothing,
};
