import { usageError } from "./dasm-error.js";
import { bindExternalGlobals, findPendingLocal, findPendingPcLabel } from "./labels.js";
import { NODE, NODE_ESTIMATE, NODE_FIELDS, NODE_NEXT, NODE_TARGET, NODE_VALUE } from "./node.js";
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
 * @param starts estimated start of each section
 * @param adjustment what to add to an estimate of this section to get a final offset
 */
function distanceToTarget(
  nodes: Int32Array,
  reference: number,
  section: number,
  starts: Int32Array,
  adjustment: number,
): number {
  const target = nodes[reference + NODE_TARGET] as number;
  const end = (nodes[reference + NODE_ESTIMATE] as number) + 4;
  const final = nodes[target + NODE_VALUE] as number;
  if (final >= 0) return final - adjustment - end;
  const targetSection = nodes[target + NODE_TARGET] as number;
  const between = (starts[targetSection] as number) - (starts[section] as number);
  return (nodes[target + NODE_ESTIMATE] as number) + between - end;
}

/** Whether a reference is a jump whose target may move it into the short form. */
function isShrinkable(nodes: Int32Array, reference: number): boolean {
  if ((nodes[reference] as number) >> 8 === 0) return false;
  const target = nodes[reference + NODE_TARGET] as number;
  return target > 0 && ((nodes[target] as number) & 0xff) !== NODE.ADDRESS;
}

/** Places one section: shortens jumps, settles alignments and labels. Returns the adjustment at its end. */
function linkSection(
  state: AssemblerState,
  section: number,
  starts: Int32Array,
  startAdjustment: number,
): number {
  const { nodes } = state;
  let adjustment = startAdjustment;
  let node = nodes[section * NODE_FIELDS + NODE_NEXT] as number;
  while (node !== 0) {
    const head = nodes[node] as number;
    switch (head & 0xff) {
      case NODE.LABEL:
      case NODE.GLOBAL:
        nodes[node + NODE_VALUE] = (nodes[node + NODE_ESTIMATE] as number) + adjustment;
        break;
      case NODE.RELATIVE:
        if (isShrinkable(nodes, node)) {
          const saved = head >> 8;
          const distance = distanceToTarget(nodes, node, section, starts, adjustment);
          if (distance >= -128 - saved && distance <= 127) {
            nodes[node] = NODE.SHORT | (saved << 8);
            adjustment -= saved;
          }
        }
        break;
      case NODE.ALIGN: {
        const mask = head >> 8;
        adjustment -= ((nodes[node + NODE_ESTIMATE] as number) + mask + adjustment) & mask;
        break;
      }
    }
    node = nodes[node + NODE_NEXT] as number;
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
    return { status, size: 0 };
  }
  bindExternalGlobals(state);
  state.sectionEstimates[state.section] = state.position + state.shift;
  state.codeSize = state.sectionCount === 1 ? linkSingle(state) : linkSections(state);
  state.stage = STAGE.LINKED;
  return { status, size: state.codeSize };
}

const NO_STARTS = new Int32Array(1);

function linkSingle(state: AssemblerState): number {
  return (state.sectionEstimates[0] as number) + linkSection(state, 0, NO_STARTS, 0);
}

function linkSections(state: AssemblerState): number {
  const { sectionCount, sectionEstimates } = state;
  const starts = new Int32Array(sectionCount);
  for (let section = 1; section < sectionCount; section += 1) {
    starts[section] = (starts[section - 1] as number) + (sectionEstimates[section - 1] as number);
  }
  let adjustment = 0;
  for (let section = 0; section < sectionCount; section += 1) {
    adjustment = linkSection(state, section, starts, adjustment) + (sectionEstimates[section] as number);
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
