import type { ActionSourceMap } from "../diagnostics/action-source-map.js";
import { openActionList, openMappedList } from "./action-list.js";
import { usageError } from "./dasm-error.js";
import { FIRST_NODE, NODE, NODE_FIELDS, setNode } from "./node.js";
import type { ActionList } from "./operation.js";
import { appendSegment } from "./section.js";
import { STATUS } from "./status.js";
import {
  clearLabels,
  clearPcLabels,
  clearSections,
  growPcLabels,
  leaveWorkspace,
  NO_WORKSPACE,
  takeWorkspace,
  type Workspace,
} from "./workspace.js";

/** Where a state is in its life: each function is only legal in some of these stages. */
export const STAGE = { CREATED: 0, PUT: 1, LINKED: 2, FAILED: 3, FREED: 4, ENCODING: 5 } as const;

/**
 * Asked once per extern action, in output order.
 * @param index number of the extern symbol
 * @param type 0 absolute, 1 relative
 * @param address where the 4 bytes go
 * @returns the symbol's address (type 0) or its distance, address - (field address + 4) (type 1); the low 32 bits count
 */
export type ExternCallback = (index: number, type: 0 | 1, address: bigint) => number | bigint;

/** What the last failed check looked at. */
export interface Failure {
  readonly status: number;
  readonly value: number;
}

/** Settings of a state that do not change. */
export interface StateOptions {
  /** Pointer size of the engine in bytes: width of label addresses and of address arithmetic. Default 8. */
  readonly pointerSize?: 4 | 8;
  /** Width of label addresses in the code; DynASM 1.4 writes 4 bytes also where pointers have 8. Default: pointerSize. */
  readonly labelImmSize?: 4 | 8;
  /** Estimated code size in bytes beyond which put fails with NOMEM. Default 256 MiB, at most 2 GiB - 1. */
  readonly maxCodeSize?: number;
  /** Map from the translator: lets the code be traced back to source lines, at some cost per statement. */
  readonly map?: ActionSourceMap;
  /** Whether a second definition of a global or pc label in one unit is an error. The C engine allows it; so does the default. */
  readonly rejectDuplicates?: boolean;
  /** Number of registers: with 8, variable registers 8..15 are errors, which 32-bit code does not have. Default 16. */
  readonly registers?: 8 | 16;
}

/**
 * Everything mutable of one assembler, but for the contents of its workspace. What depends on final
 * addresses is a node (see node.ts); all other code is written into the workspace by put. The
 * *estimate* of a place is its offset in its section with every jump long and every alignment at
 * its largest.
 */
export interface AssemblerState {
  readonly pointerSize: 4 | 8;
  readonly labelImmSize: 4 | 8;
  readonly maxCodeSize: number;
  readonly rejectDuplicates: boolean;
  /** Bits that no variable register may have. */
  readonly badRegisterBits: number;
  readonly sectionCount: number;
  readonly map: ActionSourceMap | undefined;
  /** Where statements begin: node and action list offset in turn. Only filled with a map. */
  statementMarks: number[];
  stage: number;
  status: number;
  failure: Failure | undefined;
  /** The action list of the open unit. */
  list: ActionList | undefined;
  /** The last action list in use: looking it up by its bytes costs more. */
  knownList: ActionList | undefined;
  workspace: Workspace;
  /** End of the code bytes in the workspace. */
  position: number;
  /** Estimate minus position, for the current segment of the current section. */
  shift: number;
  /** Estimate that the current section may reach. */
  limit: number;
  section: number;
  nodesEnd: number;
  /** Number of local and global labels that can be used, 0 before setupGlobal. */
  labelCount: number;
  pcLabelCount: number;
  /** The caller's array of addresses. */
  globals: BigUint64Array | undefined;
  externCallback: ExternCallback | undefined;
  codeSize: number;
}

const DEFAULT_MAX_CODE_SIZE = 0x10000000;
const LARGEST_CODE_SIZE = 0x7fffffff;
/** Local labels 0..9 precede the global ones. */
export const FIRST_GLOBAL = 10;
const MAX_GLOBALS = 237;
const NO_GLOBALS = new Int32Array(0);
/** Never changed: only a state with a map has marks, in an array of its own. */
const NO_MARKS: number[] = [];

function checkInit(sectionCount: number, maxCodeSize: number): void {
  if (!Number.isInteger(sectionCount) || sectionCount < 1 || sectionCount > 128) {
    throw usageError(`init: the number of sections is ${sectionCount}, allowed are 1 to 128`);
  }
  if (!Number.isInteger(maxCodeSize) || maxCodeSize < 0 || maxCodeSize > LARGEST_CODE_SIZE) {
    throw usageError(`init: maxCodeSize is ${maxCodeSize}, allowed are 0 to ${LARGEST_CODE_SIZE}`);
  }
}

const NO_OPTIONS: StateOptions = {};

/**
 * Creates a state with sections 0..sectionCount-1.
 * @param sectionCount 1..128
 * @throws DasmError on a number or option out of range
 */
export function init(sectionCount: number, options: StateOptions = NO_OPTIONS): AssemblerState {
  const pointerSize = options.pointerSize ?? 8;
  const maxCodeSize = options.maxCodeSize ?? DEFAULT_MAX_CODE_SIZE;
  const labelImmSize = options.labelImmSize ?? pointerSize;
  checkInit(sectionCount, maxCodeSize);
  if ((pointerSize !== 8 && pointerSize !== 4) || (labelImmSize !== 8 && labelImmSize !== 4)) {
    throw usageError("init: pointerSize and labelImmSize are 4 or 8");
  }
  return {
    pointerSize,
    labelImmSize,
    maxCodeSize,
    rejectDuplicates: options.rejectDuplicates ?? false,
    badRegisterBits: options.registers === 8 ? ~7 : ~15,
    sectionCount,
    map: options.map,
    statementMarks: NO_MARKS,
    stage: STAGE.CREATED,
    status: STATUS.OK,
    failure: undefined,
    list: undefined,
    knownList: undefined,
    workspace: NO_WORKSPACE,
    position: 0,
    shift: 0,
    limit: 0,
    section: 0,
    nodesEnd: 0,
    labelCount: 0,
    pcLabelCount: 0,
    globals: undefined,
    externCallback: undefined,
    codeSize: 0,
  };
}

/** Throws if the state was freed, or encode waits for an extern callback. */
export function requireAlive(state: AssemblerState, call: string): void {
  if (state.stage === STAGE.FREED) throw usageError(`${call}: the state was freed`);
  if (state.stage === STAGE.ENCODING) throw usageError(`${call}: called from an extern callback of encode`);
}

/**
 * Registers the array that receives the addresses of global labels and makes room for `count` of
 * them. Must precede setup.
 * @param count 0..237, at most the length of the array
 * @throws DasmError when called while a unit is open, or with a count out of range
 */
export function setupGlobal(state: AssemblerState, globals: BigUint64Array, count: number): void {
  requireAlive(state, "setupGlobal");
  if (state.stage === STAGE.PUT) throw usageError("setupGlobal must be called before setup");
  if (!(globals instanceof BigUint64Array)) throw usageError("setupGlobal: globals must be a BigUint64Array");
  if (!Number.isInteger(count) || count < 0 || count > globals.length) {
    throw usageError(`setupGlobal: count is ${count}, the array has ${globals.length} entries`);
  }
  state.globals = globals;
  state.labelCount = FIRST_GLOBAL + Math.min(count, MAX_GLOBALS);
}

/** The globals array as 32-bit halves, low half first. Only asked for where a global label is used. */
export function globalHalvesOf(state: AssemblerState): Int32Array {
  const { globals, workspace } = state;
  if (globals === undefined) return NO_GLOBALS;
  if (workspace.globals !== globals) {
    workspace.globalHalves = new Int32Array(globals.buffer, globals.byteOffset, 2 * globals.length);
    workspace.globals = globals;
  }
  return workspace.globalHalves;
}

/**
 * Makes sure that the pc label table has at least `count` entries; it never shrinks. May be called
 * at any time before link.
 * @param count 0..2^24
 */
export function growPc(state: AssemblerState, count: number): void {
  requireAlive(state, "growPc");
  if (!Number.isInteger(count) || count < 0 || count > 1 << 24) {
    throw usageError(`growPc: count is ${count}, allowed are 0 to ${1 << 24}`);
  }
  if (count <= state.pcLabelCount) return;
  if (state.stage !== STAGE.CREATED) growPcLabels(state.workspace, state.pcLabelCount, count);
  state.pcLabelCount = count;
}

function findActionList(state: AssemblerState, actions: Uint8Array): ActionList {
  const { knownList, map } = state;
  if (map !== undefined) return openMappedList(actions, map);
  return knownList !== undefined && knownList.bytes === actions ? knownList : openActionList(actions);
}

/**
 * Begins a new unit: status OK, section 0, all sections empty, all labels unused. Table sizes stay.
 * @throws DasmError if the action list is unusable or the state was freed
 */
export function setup(state: AssemblerState, actions: Uint8Array): void {
  requireAlive(state, "setup");
  const list = findActionList(state, actions);
  if (state.workspace === NO_WORKSPACE) state.workspace = takeWorkspace(list);
  state.knownList = list;
  state.list = list;
  if (state.map !== undefined) state.statementMarks = [];
  state.stage = STAGE.PUT;
  state.status = STATUS.OK;
  state.failure = undefined;
  state.position = 0;
  state.shift = 0;
  state.limit = state.maxCodeSize;
  state.codeSize = 0;
  state.section = 0;
  state.nodesEnd = FIRST_NODE + NODE_FIELDS;
  const { workspace } = state;
  clearLabels(workspace, state.labelCount);
  clearPcLabels(workspace, state.pcLabelCount);
  appendSegment(clearSections(workspace, state.sectionCount), 0, FIRST_NODE);
  setNode(workspace.nodes, FIRST_NODE, NODE.SEGMENT, 0, 0, 0);
}

/** Sets the function that knows the addresses of extern symbols. Without one they count as 0. */
export function setupExtern(state: AssemblerState, callback: ExternCallback | undefined): void {
  requireAlive(state, "setupExtern");
  state.externCallback = callback;
}

/** Releases everything. The state must not be used afterwards; a second call does nothing. */
export function free(state: AssemblerState): void {
  if (state.stage !== STAGE.FREED) requireAlive(state, "free");
  const { knownList } = state;
  if (knownList !== undefined) leaveWorkspace(knownList, state.workspace);
  state.stage = STAGE.FREED;
  state.workspace = NO_WORKSPACE;
  state.list = undefined;
  state.knownList = undefined;
  state.labelCount = 0;
  state.pcLabelCount = 0;
  state.globals = undefined;
  state.externCallback = undefined;
}
