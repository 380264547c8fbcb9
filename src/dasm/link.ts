import { usageError } from "./dasm-error.js";
import { bindExternalGlobals, findPendingLocal, findPendingPcLabel, retireLocalLabels } from "./labels.js";
import {
  contentOf,
  estimateOf,
  headOf,
  NODE,
  NODE_FIELDS,
  setContent,
  setHead,
  setNode,
  targetOf,
} from "./node.js";
import { firstSegmentOf, setSize, setStart, sizeOf, startOf } from "./section.js";
import { type AssemblerState, requireAlive, STAGE } from "./state.js";
import { STATUS } from "./status.js";
import type { Workspace } from "./workspace.js";

export interface LinkResult {
  readonly status: number;
  /** Code size in bytes; 0 if the status is not OK. */
  readonly size: number;
}

/**
 * Makes a jump short if its target is near enough.
 * @param start estimated start of the section
 * @param adjustment what to add to an estimate of this section to get a final offset
 * @returns the number of bytes saved
 */
function shortenJump(workspace: Workspace, node: number, start: number, adjustment: number): number {
  const { nodes, sections } = workspace;
  const head = headOf(nodes, node);
  const saved = head >> 8;
  const target = targetOf(nodes, node);
  if (target <= 0 || (headOf(nodes, target) & 0xff) === NODE.ADDRESS) return 0;
  const final = contentOf(nodes, target);
  // The distance from the end of the long jump, as far as it is known at this point of the walk.
  const origin = estimateOf(nodes, node) + 4;
  const distance =
    final >= 0
      ? final - adjustment - origin
      : estimateOf(nodes, target) + startOf(sections, targetOf(nodes, target)) - start - origin;
  if (distance < -128 - saved || distance > 127) return 0;
  setHead(nodes, node, head + (NODE.SHORT - NODE.RELATIVE));
  return saved;
}

/**
 * Places one segment of a section: shortens jumps, settles alignments and labels.
 * @param before adjustment at its begin
 * @returns the adjustment at its end
 */
function linkSegment(workspace: Workspace, segment: number, start: number, before: number): number {
  const { nodes } = workspace;
  let adjustment = before;
  for (let node = segment + NODE_FIELDS; ; node += NODE_FIELDS) {
    const head = headOf(nodes, node);
    switch (head & 0xff) {
      case 0 satisfies typeof NODE.SEGMENT:
        return adjustment;
      case 1 satisfies typeof NODE.LABEL:
      case 2 satisfies typeof NODE.GLOBAL:
        setContent(nodes, node, estimateOf(nodes, node) + adjustment);
        break;
      case 4 satisfies typeof NODE.RELATIVE:
        if (head >> 8 !== 0) adjustment -= shortenJump(workspace, node, start, adjustment);
        break;
      case 8 satisfies typeof NODE.ALIGN: {
        const mask = head >> 8;
        adjustment -= (estimateOf(nodes, node) + mask + adjustment) & mask;
        break;
      }
    }
  }
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
  const { workspace } = state;
  setSize(workspace.sections, state.section, state.position + state.shift);
  // Ends the last segment; put leaves room for this node.
  setNode(workspace.nodes, state.nodesEnd, NODE.SEGMENT, 0, 0, 0);
  const size = linkSections(workspace, state.sectionCount);
  state.codeSize = size;
  state.stage = STAGE.LINKED;
  state.list = undefined;
  return { status, size };
}

/** Returns the size of all sections. */
function linkSections(workspace: Workspace, count: number): number {
  const { nodes, sections } = workspace;
  let start = 0;
  for (let section = 0; section < count; section += 1) {
    setStart(sections, section, start);
    start += sizeOf(sections, section);
  }
  let adjustment = 0;
  for (let section = 0; section < count; section += 1) {
    const sectionStart = startOf(sections, section);
    let segment = firstSegmentOf(sections, section);
    for (; segment !== 0; segment = targetOf(nodes, segment)) {
      adjustment = linkSegment(workspace, segment, sectionStart, adjustment);
    }
    adjustment += sizeOf(sections, section);
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
