import type { ActionSourceMap } from "../diagnostics/action-source-map.js";
import { openActionList, openMappedList } from "./action-list.js";
import { usageError } from "./dasm-error.js";
import { NODE_FIELDS, resetHead } from "./node.js";
import type { ActionList } from "./operation.js";
import { STATUS } from "./status.js";

/** Where a state is in its life: each function is only legal in some of these stages. */
export const STAGE = { CREATED: 0, PUT: 1, LINKED: 2, FAILED: 3, FREED: 4 } as const;

/**
 * Asked once per extern action, in output order.
 * @param index number of the extern symbol
 * @param type 0 absolute, 1 relative
 * @param address where the 4 bytes go
 * @returns the low 32 bits of the symbol's address (type 0) or of address - (field address + 4) (type 1)
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
}

/**
 * Everything mutable of one assembler. Code bytes of all sections are stored in put order in `code`;
 * what depends on final addresses is a node in the list of its section (see node.ts). The
 * *estimate* of a place is its offset in its section with every jump long and every alignment at
 * its largest.
 */
export interface AssemblerState {
  readonly pointerSize: 4 | 8;
  readonly labelImmSize: 4 | 8;
  readonly maxCodeSize: number;
  readonly rejectDuplicates: boolean;
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
  code: Uint8Array;
  view: DataView;
  /** End of the code bytes in `code`. */
  position: number;
  /** Estimate minus position, for the current segment of the current section. */
  shift: number;
  /** Sum of the estimated sizes of all sections. */
  totalEstimate: number;
  section: number;
  /** Last node of the current section. */
  tail: number;
  nodes: Int32Array;
  nodesEnd: number;
  /** Local labels 1..9 and global labels from 10: 0 unused, > 0 node of the definition, < 0 minus the newest pending reference. */
  labels: Int32Array;
  /** Number of entries that can be used; the array may be longer. */
  labelCount: number;
  /** One more than the highest label entry in use. */
  labelsUsed: number;
  pcLabels: Int32Array;
  pcLabelCount: number;
  /** The caller's array of addresses, and its 32-bit halves once they were asked for. */
  globals: BigUint64Array | undefined;
  globalHalves: Int32Array | undefined;
  externCallback: ExternCallback | undefined;
  codeSize: number;
  /** The buffer of the last encode and a view of it: callers like to use one buffer again and again. */
  lastBuffer: Uint8Array | undefined;
  lastView: DataView | undefined;
}

const DEFAULT_MAX_CODE_SIZE = 0x10000000;
const LARGEST_CODE_SIZE = 0x7fffffff;
const INITIAL_CODE_BYTES = 2048;
const INITIAL_NODES = 128;
/** Local labels 0..9 precede the global ones. */
export const FIRST_GLOBAL = 10;
const MAX_GLOBALS = 237;
const NO_BYTES = new Uint8Array(0);
const NO_VIEW = new DataView(NO_BYTES.buffer);
const NO_NODES = new Int32Array(0);
/** Never changed: only a state with a map has marks, in an array of its own. */
const NO_MARKS: number[] = [];

/** What a freed state leaves to the next one. */
interface Workspace {
  readonly code: Uint8Array;
  readonly view: DataView;
  readonly nodes: Int32Array;
  readonly labels: Int32Array;
  readonly pcLabels: Int32Array;
  readonly list: ActionList | undefined;
  readonly globals: BigUint64Array | undefined;
  readonly globalHalves: Int32Array | undefined;
  readonly lastBuffer: Uint8Array | undefined;
  readonly lastView: DataView | undefined;
}

/**
 * Programs make one state per function and free it afterwards; allocating arrays and views would be
 * most of the work then. Holds one workspace of moderate size.
 */
const spares: Workspace[] = [];
/** In array elements: at most 2 MiB of code bytes and 8 MiB of nodes stay allocated. */
const LARGEST_SPARE = 1 << 21;
const LARGEST_OUTPUT = 1 << 20;

function takeWorkspace(sectionCount: number): Workspace {
  const spare = spares.pop();
  if (spare !== undefined && spare.nodes.length > sectionCount * NODE_FIELDS) return spare;
  const code = new Uint8Array(INITIAL_CODE_BYTES);
  return {
    code,
    view: new DataView(code.buffer),
    nodes: new Int32Array((sectionCount + INITIAL_NODES) * NODE_FIELDS),
    labels: NO_NODES,
    pcLabels: NO_NODES,
    list: undefined,
    globals: undefined,
    globalHalves: undefined,
    lastBuffer: undefined,
    lastView: undefined,
  };
}

function keepWorkspace(state: AssemblerState): void {
  const { code, view, nodes, labels, pcLabels, lastBuffer } = state;
  const largest = Math.max(code.length, nodes.length, pcLabels.length);
  if (spares.length > 0 || largest > LARGEST_SPARE) return;
  const keepOutput = lastBuffer !== undefined && lastBuffer.buffer.byteLength <= LARGEST_OUTPUT;
  spares.push({
    code,
    view,
    nodes,
    labels,
    pcLabels,
    list: state.map === undefined ? state.knownList : undefined,
    globals: state.globals,
    globalHalves: state.globalHalves,
    lastBuffer: keepOutput ? lastBuffer : undefined,
    lastView: keepOutput ? state.lastView : undefined,
  });
}

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
  checkInit(sectionCount, maxCodeSize);
  const spare = takeWorkspace(sectionCount);
  return {
    pointerSize,
    labelImmSize: options.labelImmSize ?? pointerSize,
    maxCodeSize,
    rejectDuplicates: options.rejectDuplicates ?? false,
    sectionCount,
    map: options.map,
    statementMarks: NO_MARKS,
    stage: STAGE.CREATED,
    status: STATUS.OK,
    failure: undefined,
    list: undefined,
    knownList: spare.list,
    code: spare.code,
    view: spare.view,
    position: 0,
    shift: 0,
    totalEstimate: 0,
    section: 0,
    tail: 0,
    nodes: spare.nodes,
    nodesEnd: 0,
    labels: spare.labels,
    labelCount: 0,
    labelsUsed: 0,
    pcLabels: spare.pcLabels,
    pcLabelCount: 0,
    globals: spare.globals,
    globalHalves: spare.globalHalves,
    externCallback: undefined,
    codeSize: 0,
    lastBuffer: spare.lastBuffer,
    lastView: spare.lastView,
  };
}

/** Throws if the state was freed. */
export function requireAlive(state: AssemblerState, call: string): void {
  if (state.stage === STAGE.FREED) throw usageError(`${call}: the state was freed`);
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
  if (state.globals !== globals) {
    state.globals = globals;
    state.globalHalves = undefined;
  }
  state.labelCount = FIRST_GLOBAL + Math.min(count, MAX_GLOBALS);
  if (state.labelCount > state.labels.length) state.labels = new Int32Array(state.labelCount);
  else for (let entry = 0; entry < state.labelCount; entry += 1) state.labels[entry] = 0;
  state.labelsUsed = 0;
}

/** The globals array as 32-bit halves, low half first. Only asked for where a global label is used. */
export function globalHalvesOf(state: AssemblerState): Int32Array {
  const { globals, globalHalves } = state;
  if (globalHalves !== undefined) return globalHalves;
  const halves =
    globals === undefined ? NO_NODES : new Int32Array(globals.buffer, globals.byteOffset, 2 * globals.length);
  state.globalHalves = halves;
  return halves;
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
  if (count > state.pcLabels.length) {
    const larger = new Int32Array(Math.max(count, 2 * state.pcLabels.length, 16));
    larger.set(state.pcLabels);
    state.pcLabels = larger;
  }
  for (let label = state.pcLabelCount; label < count; label += 1) state.pcLabels[label] = 0;
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
  state.knownList = list;
  state.list = list;
  if (state.map !== undefined) state.statementMarks = [];
  state.stage = STAGE.PUT;
  state.status = STATUS.OK;
  state.failure = undefined;
  state.position = 0;
  state.shift = 0;
  state.totalEstimate = 0;
  state.codeSize = 0;
  state.section = 0;
  state.tail = 0;
  const { nodes, sectionCount, labels, labelsUsed, pcLabels, pcLabelCount } = state;
  state.nodesEnd = sectionCount * NODE_FIELDS;
  for (let section = 0; section < sectionCount; section += 1) resetHead(nodes, section * NODE_FIELDS);
  for (let entry = 0; entry < labelsUsed; entry += 1) labels[entry] = 0;
  state.labelsUsed = 0;
  for (let entry = 0; entry < pcLabelCount; entry += 1) pcLabels[entry] = 0;
}

/** Sets the function that knows the addresses of extern symbols. Without one they count as 0. */
export function setupExtern(state: AssemblerState, callback: ExternCallback | undefined): void {
  requireAlive(state, "setupExtern");
  state.externCallback = callback;
}

/** Releases everything. The state must not be used afterwards; a second call does nothing. */
export function free(state: AssemblerState): void {
  if (state.stage === STAGE.FREED) return;
  keepWorkspace(state);
  state.stage = STAGE.FREED;
  state.list = undefined;
  state.knownList = undefined;
  state.code = NO_BYTES;
  state.view = NO_VIEW;
  state.nodes = NO_NODES;
  state.labels = NO_NODES;
  state.labelCount = 0;
  state.labelsUsed = 0;
  state.pcLabels = NO_NODES;
  state.pcLabelCount = 0;
  state.globals = undefined;
  state.globalHalves = undefined;
  state.externCallback = undefined;
  state.lastBuffer = undefined;
  state.lastView = undefined;
}

/** Makes room for `bytes` more code bytes. */
export function growCode(state: AssemblerState, bytes: number): void {
  const needed = state.position + bytes;
  if (needed <= state.code.length) return;
  const larger = new Uint8Array(Math.max(needed, 2 * state.code.length));
  larger.set(state.code.subarray(0, state.position));
  state.code = larger;
  state.view = new DataView(larger.buffer);
}
