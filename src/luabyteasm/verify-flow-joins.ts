import type { FunctionParts } from "./chunk.js";
import type { FunctionSource } from "./function-source.js";
import { fieldC, fieldSBx, opcodeOf, signedWords } from "./instruction.js";
import { type Field, OP } from "./opcodes.js";
import { assign, createFlowState, type FlowState, joinWords } from "./verify-flow-state.js";
import type { RuleName } from "./verify-rules.js";

/** First flow error of a function. */
interface FlowError {
  readonly rule: RuleName;
  readonly pc: number;
  readonly fact: string;
  readonly operand: Field | null;
}

/** Everything mutable in the flow analysis of one function. */
export interface Flow {
  readonly prototype: FunctionParts;
  /** Its instructions. */
  readonly words: Int32Array;
  /** Where the functions inside are read. */
  readonly source: FunctionSource;
  /** What is known before the instruction at work; steps change it. */
  readonly state: FlowState;
  /** Copy of the state for the jump edge of an instruction that has two. */
  readonly jumpState: FlowState;
  /** 1 for every pc where paths can meet; a state is stored for these only. */
  readonly joins: Uint8Array;
  /** Row number plus 1 of the stored state of a join, 0 while it has not been reached. */
  readonly rowOf: Int32Array;
  /** Stored states: words and top of each row, one after the other. */
  rows: Int32Array;
  rowCount: number;
  /** 1 for joins whose state has changed since they were last followed. */
  readonly pending: Uint8Array;
  /** No pc below this is pending. */
  lowestPending: number;
  error: FlowError | null;
}

/** Records the first error; the analysis stops after the instruction. */
export function failFlow(
  flow: Flow,
  rule: RuleName,
  pc: number,
  fact: string,
  operand: Field | null = null,
): void {
  if (flow.error === null) flow.error = { rule, pc, fact, operand };
}

/** Where the jump or the skip of the instruction at `pc` leads, or -1 when it has neither. */
function jumpTarget(word: number, pc: number): number {
  switch (opcodeOf(word)) {
    case OP.JMP:
    case OP.FORLOOP:
    case OP.FORPREP:
    case OP.TFORLOOP:
      return pc + 1 + fieldSBx(word);
    case OP.LOADBOOL:
      return fieldC(word) === 0 ? -1 : pc + 2;
    default:
      return -1;
  }
}

export function createFlow(prototype: FunctionParts, source: FunctionSource): Flow {
  const { code, numParams, maxStackSize } = prototype;
  const joins = new Uint8Array(code.length);
  const words = signedWords(code);
  for (let pc = 0; pc < words.length; pc++) {
    const target = jumpTarget(words[pc] ?? 0, pc);
    if (target >= 0) joins[target] = 1;
  }
  joins[0] = 1;
  const state = createFlowState(maxStackSize);
  for (let register = 0; register < numParams; register++) assign(state, register, 0);
  return {
    prototype,
    source,
    words,
    state,
    jumpState: createFlowState(maxStackSize),
    joins,
    rowOf: new Int32Array(code.length),
    rows: new Int32Array(8 * (state.words.length + 1)),
    rowCount: 0,
    pending: new Uint8Array(code.length),
    lowestPending: 0,
    error: null,
  };
}

function setPending(flow: Flow, pc: number): void {
  flow.pending[pc] = 1;
  if (pc < flow.lowestPending) flow.lowestPending = pc;
}

function storeRow(flow: Flow, pc: number, state: FlowState): void {
  const size = state.words.length + 1;
  if ((flow.rowCount + 1) * size > flow.rows.length) {
    const rows = new Int32Array(flow.rows.length * 2);
    rows.set(flow.rows);
    flow.rows = rows;
  }
  flow.rows.set(state.words, flow.rowCount * size);
  flow.rows[flow.rowCount * size + size - 1] = state.top;
  flow.rowCount++;
  flow.rowOf[pc] = flow.rowCount;
  setPending(flow, pc);
}

/** Lets `state` reach the join at `pc`: joins it with what is known there and notes whether that has changed. */
export function flowTo(flow: Flow, pc: number, state: FlowState): void {
  const row = (flow.rowOf[pc] ?? 0) - 1;
  if (row < 0) {
    storeRow(flow, pc, state);
    return;
  }
  const { rows } = flow;
  const { words, top } = state;
  const start = row * (words.length + 1);
  if (rows[start + words.length] !== top) {
    failFlow(flow, "open-merge", pc, "paths with different open tops meet here");
    return;
  }
  let changed = false;
  for (let i = 0; i < words.length; i++) {
    const known = rows[start + i] ?? 0;
    const joined = joinWords(known, words[i] ?? 0);
    if (joined === known) continue;
    rows[start + i] = joined;
    changed = true;
  }
  if (changed) setPending(flow, pc);
}

/** Copies the state for a jump edge, on which more may happen before `flowTo`. */
export function forkState(flow: Flow): FlowState {
  flow.jumpState.words.set(flow.state.words);
  flow.jumpState.top = flow.state.top;
  return flow.jumpState;
}

/** Makes the stored state of a join the current one. */
export function loadRow(flow: Flow, pc: number): void {
  const { words } = flow.state;
  const start = ((flow.rowOf[pc] ?? 1) - 1) * (words.length + 1);
  for (let i = 0; i < words.length; i++) words[i] = flow.rows[start + i] ?? 0;
  flow.state.top = flow.rows[start + words.length] ?? 0;
}

/** The lowest pending pc, pending no more; -1 when there is none. */
export function takePending(flow: Flow): number {
  const pc = flow.pending.indexOf(1, flow.lowestPending);
  if (pc < 0) return -1;
  flow.pending[pc] = 0;
  flow.lowestPending = pc;
  return pc;
}
