import { NODE_FIELDS } from "./node.js";
import type { ActionList } from "./operation.js";
import { SECTION_FIELDS } from "./section.js";

/**
 * The arrays of an open or linked unit. Making them would be most of the work for a small function,
 * so a freed state leaves them to the action list that it used, for the next state. Code bytes of all
 * sections are in `code`, in put order.
 */
export interface Workspace {
  code: Uint8Array;
  /** View of `code`. */
  view: DataView;
  /** What operations need to know of those before them in the chunk: estimate minus position, */
  shift: number;
  /** position of the mark, where it depends on arguments, */
  mark: number;
  /** and the last two variable registers, the last one first. */
  register1: number;
  register2: number;
  /** See node.ts. */
  nodes: Int32Array;
  /** See section.ts. */
  sections: Int32Array;
  /** Local labels 1..9 and global labels from 10: 0 unused, > 0 node of the definition, < 0 minus the newest pending reference. */
  labels: Int32Array;
  /** All label entries from this one on are 0. */
  labelsUsed: number;
  /** Like `labels`. */
  pcLabels: Int32Array;
  /** The last array of addresses of globals and its 32-bit halves. */
  globals: BigUint64Array | undefined;
  globalHalves: Int32Array;
  /** The buffer of the last encode and a view of it: callers like to use one buffer again and again. */
  buffer: Uint8Array | undefined;
  bufferView: DataView;
  /** Size of the memory that it is part of. */
  bufferSize: number;
}

const INITIAL_CODE_BYTES = 2048;
const INITIAL_NODES = 128;
/** In array elements: at most 2 MiB of code bytes and 8 MiB of nodes stay allocated. */
const LARGEST_SPARE = 1 << 21;
const LARGEST_BUFFER = 1 << 20;
const NO_BYTES = new Uint8Array(0);
const NO_VIEW = new DataView(NO_BYTES.buffer);
const NO_NUMBERS = new Int32Array(0);

/** A workspace without room for anything but what is given. */
function createWorkspace(code: Uint8Array, nodes: Int32Array): Workspace {
  return {
    code,
    view: new DataView(code.buffer),
    shift: 0,
    mark: 0,
    register1: 0,
    register2: 0,
    nodes,
    sections: NO_NUMBERS,
    labels: NO_NUMBERS,
    labelsUsed: 0,
    pcLabels: NO_NUMBERS,
    globals: undefined,
    globalHalves: NO_NUMBERS,
    buffer: undefined,
    bufferView: NO_VIEW,
    bufferSize: 0,
  };
}

/** What a state has before setup and after free. */
export const NO_WORKSPACE = createWorkspace(NO_BYTES, NO_NUMBERS);

/** Takes the workspace that a freed state left to the action list, or makes one. */
export function takeWorkspace(list: ActionList): Workspace {
  const { spare } = list;
  if (spare === undefined) {
    const code = new Uint8Array(INITIAL_CODE_BYTES);
    return createWorkspace(code, new Int32Array(INITIAL_NODES * NODE_FIELDS));
  }
  list.spare = undefined;
  return spare;
}

/** Leaves a workspace to the next state, unless it is large or the action list has one already. */
export function leaveWorkspace(list: ActionList, workspace: Workspace): void {
  if (list.spare !== undefined) return;
  const { code, nodes, pcLabels } = workspace;
  if (code.length > LARGEST_SPARE || nodes.length > LARGEST_SPARE || pcLabels.length > LARGEST_SPARE) return;
  if (workspace.bufferSize > LARGEST_BUFFER) {
    workspace.buffer = undefined;
    workspace.bufferView = NO_VIEW;
    workspace.bufferSize = 0;
  }
  list.spare = workspace;
}

/** Makes the table of sections have at least so many entries, all empty. */
export function clearSections(workspace: Workspace, count: number): Int32Array {
  const fields = count * SECTION_FIELDS;
  if (fields > workspace.sections.length) workspace.sections = new Int32Array(fields);
  const { sections } = workspace;
  for (let at = 0; at < fields; at += 1) sections[at] = 0;
  return sections;
}

/** Makes all local and global labels unused, with room for `count`; for the local ones there always is. */
export function clearLabels(workspace: Workspace, count: number): void {
  const { labels, labelsUsed } = workspace;
  for (let entry = 0; entry < labelsUsed; entry += 1) labels[entry] = 0;
  workspace.labelsUsed = 0;
  if (count > labels.length || labels.length === 0) workspace.labels = new Int32Array(Math.max(count, 16));
}

/** Makes all pc labels unused, with room for `count`. */
export function clearPcLabels(workspace: Workspace, count: number): void {
  if (count > workspace.pcLabels.length) workspace.pcLabels = new Int32Array(Math.max(count, 16));
  const { pcLabels } = workspace;
  for (let label = 0; label < count; label += 1) pcLabels[label] = 0;
}

/** Makes room for pc labels from `from` to `to` - 1 inside a unit; the lower ones stay. */
export function growPcLabels(workspace: Workspace, from: number, to: number): void {
  if (to > workspace.pcLabels.length) {
    const larger = new Int32Array(Math.max(to, 2 * workspace.pcLabels.length, 16));
    larger.set(workspace.pcLabels);
    workspace.pcLabels = larger;
  }
  const { pcLabels } = workspace;
  for (let label = from; label < to; label += 1) pcLabels[label] = 0;
}

/** Makes the arrays have room for code bytes and fields of nodes up to these ends. */
export function growWorkspace(workspace: Workspace, codeEnd: number, nodesEnd: number): void {
  if (codeEnd > workspace.code.length) {
    const code = new Uint8Array(Math.max(codeEnd, 2 * workspace.code.length));
    code.set(workspace.code);
    workspace.code = code;
    workspace.view = new DataView(code.buffer);
  }
  if (nodesEnd > workspace.nodes.length) {
    const nodes = new Int32Array(Math.max(nodesEnd, 2 * workspace.nodes.length));
    nodes.set(workspace.nodes);
    workspace.nodes = nodes;
  }
}
