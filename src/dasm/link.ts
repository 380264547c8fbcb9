import { usageError } from "./dasm-error.js";
import { bindExternalGlobals, findPendingLocal, findPendingPcLabel } from "./labels.js";
import {
  contentOf,
  estimateOf,
  headOf,
  NODE,
  NODE_FIELDS,
  nextOf,
  setContent,
  setEstimate,
  setHead,
  setTarget,
  targetOf,
} from "./node.js";
import { type AssemblerState, FIRST_GLOBAL, requireAlive, STAGE } from "./state.js";
import { STATUS } from "./status.js";

export interface LinkResult {
  readonly status: number;
  /** Code size in bytes; 0 if the status is not OK. */
  readonly size: number;
}

/**
 * Distance in bytes from the end of a long jump to its target, as far as it is known at this point
 * of the walk.
 * @param start estimated start of the section
 * @param adjustment what to add to an estimate of this section to get a final offset
 */
function distanceToTarget(
  nodes: Int32Array,
  reference: number,
  target: number,
  start: number,
  adjustment: number,
): number {
  const end = estimateOf(nodes, reference) + 4;
  const final = contentOf(nodes, target);
  if (final >= 0) return final - adjustment - end;
  return estimateOf(nodes, target) + targetOf(nodes, targetOf(nodes, target) * 5) - start - end;
}

/** Makes a jump short if its target is near enough. Returns the number of bytes saved. */
function shortenJump(nodes: Int32Array, node: number, start: number, adjustment: number): number {
  const saved = headOf(nodes, node) >> 8;
  const target = targetOf(nodes, node);
  if (target <= 0 || (headOf(nodes, target) & 0xff) === NODE.ADDRESS) return 0;
  const distance = distanceToTarget(nodes, node, target, start, adjustment);
  if (distance < -128 - saved || distance > 127) return 0;
  setHead(nodes, node, NODE.SHORT | (saved << 8));
  return saved;
}

/**
 * Places one section: shortens jumps, settles alignments and labels.
 * @param startAdjustment final start of the section
 * @returns the adjustment at its end
 */
function linkSection(nodes: Int32Array, section: number, startAdjustment: number): number {
  const start = targetOf(nodes, section);
  let adjustment = startAdjustment;
  for (let node = nextOf(nodes, section); node !== 0; node = nextOf(nodes, node)) {
    const head = headOf(nodes, node);
    switch (head & 0xff) {
      case 1 satisfies typeof NODE.LABEL:
      case 2 satisfies typeof NODE.GLOBAL:
        setContent(nodes, node, estimateOf(nodes, node) + adjustment);
        break;
      case 4 satisfies typeof NODE.RELATIVE:
        if (head >> 8 !== 0) adjustment -= shortenJump(nodes, node, start, adjustment);
        break;
      case 8 satisfies typeof NODE.ALIGN: {
        const mask = head >> 8;
        adjustment -= (estimateOf(nodes, node) + mask + adjustment) & mask;
        break;
      }
    }
  }
  return adjustment;
}

/** What has to be right before a unit can be linked. Stores only what the C engine stores. */
function checkBeforeLink(state: AssemblerState): number {
  if (state.status !== STATUS.OK) return state.status;
  return findPendingLocal(state) || findPendingPcLabel(state);
}

/**
 * Ends a unit: lays the sections out one after the other, shortens jumps and computes the code size.
 * Undefined global labels are no error: they take their address from the globals array.
 * @throws DasmError when no unit is open
 */
export function link(state: AssemblerState): LinkResult {
  requireAlive(state, "link");
  if (state.stage !== STAGE.PUT) {
    throw usageError(
      state.stage === STAGE.CREATED ? "link before setup" : "link: the unit is linked already",
    );
  }
  const status = checkBeforeLink(state);
  if (status !== STATUS.OK) {
    state.stage = STAGE.FAILED;
    state.list = undefined;
    return { status, size: 0 };
  }
  bindExternalGlobals(state);
  setEstimate(state.nodes, state.section * NODE_FIELDS, state.position + state.shift);
  const size = linkSections(state.nodes, state.sectionCount * NODE_FIELDS);
  state.codeSize = size;
  state.stage = STAGE.LINKED;
  state.list = undefined;
  return { status, size };
}

/** @param end index behind the heads of the sections */
function linkSections(nodes: Int32Array, end: number): number {
  let start = 0;
  for (let section = 0; section < end; section += NODE_FIELDS) {
    setTarget(nodes, section, start);
    start += estimateOf(nodes, section);
  }
  let adjustment = 0;
  for (let section = 0; section < end; section += NODE_FIELDS) {
    adjustment = linkSection(nodes, section, adjustment) + estimateOf(nodes, section);
  }
  return adjustment;
}

/**
 * Checks what can be checked between two steps of a unit, and ends the life of local labels:
 * after a successful check all of them are unused.
 * @param section section that should be current, or -1 for any
 * @returns the status
 */
export function checkStep(state: AssemblerState, section: number): number {
  requireAlive(state, "checkStep");
  if (state.stage === STAGE.CREATED) throw usageError("checkStep before setup");
  if (state.stage !== STAGE.PUT) throw usageError("checkStep after link: call setup to begin a new unit");
  if (state.status === STATUS.OK) state.status = retireLocalLabels(state);
  if (state.status === STATUS.OK && section >= 0 && state.section !== section) {
    state.status = STATUS.MATCH_SEC | state.section;
    state.failure = { status: state.status, value: section };
  }
  return state.status;
}

function retireLocalLabels(state: AssemblerState): number {
  const end = Math.min(state.labelsUsed, FIRST_GLOBAL);
  for (let entry = 1; entry < end; entry += 1) {
    if ((state.labels[entry] as number) < 0) return STATUS.UNDEF_L | entry;
    state.labels[entry] = 0;
  }
  return STATUS.OK;
}
