import { decodeChunk } from "./action-list.js";
import { FAILED, fail, failArgumentCount, failPut } from "./failure.js";
import { NODE } from "./node.js";
import {
  DETAIL_SHIFT,
  type FIXED_PAIR,
  type FIXED_VREG,
  KIND_BITS,
  OPERATION,
  OPERATION_FIELDS,
  type VARIABLE,
  type ZERO_NEEDS_BYTE,
} from "./operation.js";
import { convertPutArgument, type PutArgument } from "./put-argument.js";
import { addNode, addReference, defineLabel, failDuplicate, useLabel } from "./put-label.js";
import { putRarely } from "./put-rarely.js";
import { appendSegment, setSize, sizeOf } from "./section.js";
import type { AssemblerState } from "./state.js";
import { STATUS } from "./status.js";
import { growWorkspace } from "./workspace.js";

/** Makes another section the current one; what follows is a new segment of it. */
function changeSection(state: AssemblerState, section: number): void {
  const { nodes, sections } = state.workspace;
  const size = state.position + state.shift;
  setSize(sections, state.section, size);
  const estimate = sizeOf(sections, section);
  state.limit += estimate - size;
  const segment = addNode(state, nodes, NODE.SEGMENT, estimate, 0, state.position);
  const last = appendSegment(sections, section, segment);
  if (last !== 0) nodes[last + 2] = segment;
  state.section = section;
  state.shift = estimate - state.position;
}

/** A chunk that would make the section larger than allowed. */
function failSize(state: AssemblerState, start: number, estimate: number): void {
  fail(state, STATUS.NOMEM, start, state.maxCodeSize - state.limit + estimate);
}

/** The first bad register of two; the actions of both follow one another. */
function failPair(state: AssemblerState, offset: number, first: number, second: number): void {
  if ((first & state.badRegisterBits) !== 0) fail(state, STATUS.RANGE_VREG, offset, first);
  else fail(state, STATUS.RANGE_VREG, offset + 2, second);
}

/** A put with arguments other than signed 32-bit integers; they are converted before anything changes. */
function putConverted(state: AssemblerState, start: number, args: readonly PutArgument[]): void {
  put(state, start, ...args.map((value, index) => convertPutArgument(value, index + 1)));
}

/**
 * Appends the chunk that begins at an offset of the action list to the current section, with the
 * arguments that its actions consume. Failed checks go to the state's status, which link and
 * checkStep report; the chunk leaves no code then.
 *
 * One function with one long loop: almost all the time of an assembly is spent here, and calls, as
 * well as keeping what changes in objects, would cost more than the actions themselves. For the same
 * reason sums are cut to 32 bits: the engine of JavaScript then has no overflow to look for.
 * @param start offset of the chunk
 * @param args exactly one value per action that takes one
 * @throws DasmError if there is no chunk at the offset, the number or type of arguments is wrong,
 *   or no unit is open
 */
export function put(state: AssemblerState, start: number, ...args: readonly PutArgument[]): void {
  const list = state.list;
  if (list === undefined) failPut(state);
  const chunk = list.chunkAt[start] || decodeChunk(list, start);
  const operations = list.operations;
  if (args.length !== operations[chunk]) failArgumentCount(start, args.length, operations[chunk] as number);
  for (let index = 0; index < args.length; index = (index + 1) | 0) {
    const value = args[index];
    if (typeof value === "number" && (value | 0) === value) continue;
    // Handed on, args would have to be an array in every call; otherwise it stays on the stack.
    const copy: PutArgument[] = [];
    for (let at = 0; at < args.length; at += 1) copy.push(args[at] as PutArgument);
    putConverted(state, start, copy);
    return;
  }
  const workspace = state.workspace;
  let position = state.position;
  let shift = state.shift;
  let argument = 0;
  const codeEnd = position + (operations[(chunk + 1) | 0] as number);
  const nodesEnd = (state.nodesEnd + (operations[(chunk + 2) | 0] as number)) | 0;
  const end = operations[(chunk + 3) | 0] as number;
  if (codeEnd > workspace.code.length || nodesEnd > workspace.nodes.length) {
    growWorkspace(workspace, codeEnd, nodesEnd);
  }
  const view = workspace.view;
  const nodes = workspace.nodes;
  const labels = workspace.labels;
  const pcLabels = workspace.pcLabels;
  for (let at = (chunk + 4) | 0; at < end; at = (at + 2) | 0) {
    const head = operations[at] as number;
    const detail = head >>> 8;
    view.setInt32(position, operations[(at + 1) | 0] as number, true);
    position = (position + ((head >> 5) & 7)) | 0;
    switch (head & 31) {
      case 0 satisfies typeof OPERATION.LITERAL:
        break;
      case 1 satisfies typeof OPERATION.IMM_S: {
        const n = (args[argument] as number) | 0;
        argument = (argument + 1) | 0;
        if ((n << 24) >> 24 !== n) {
          fail(state, STATUS.RANGE_I, list.offsets[at] as number, n);
          return;
        }
        view.setInt8(position, n);
        position = (position + 1) | 0;
        break;
      }
      case 2 satisfies typeof OPERATION.IMM_B: {
        const n = (args[argument] as number) | 0;
        argument = (argument + 1) | 0;
        if ((n & 0xff) !== n) {
          fail(state, STATUS.RANGE_I, list.offsets[at] as number, n);
          return;
        }
        view.setInt8(position, n);
        position = (position + 1) | 0;
        break;
      }
      case 3 satisfies typeof OPERATION.IMM_W: {
        const n = (args[argument] as number) | 0;
        argument = (argument + 1) | 0;
        if ((n & 0xffff) !== n) {
          fail(state, STATUS.RANGE_I, list.offsets[at] as number, n);
          return;
        }
        view.setInt16(position, n, true);
        position = (position + 2) | 0;
        break;
      }
      case 4 satisfies typeof OPERATION.IMM_D:
        view.setInt32(position, (args[argument] as number) | 0, true);
        argument = (argument + 1) | 0;
        position = (position + 4) | 0;
        break;
      case 5 satisfies typeof OPERATION.FIXED_IMM_DB: {
        const n = (args[argument] as number) | 0;
        argument = (argument + 1) | 0;
        view.setInt32(position, n, true);
        if ((n << 24) >> 24 === n) {
          view.setInt8((position - (detail >> 8)) | 0, detail);
          position = (position + 1) | 0;
        } else {
          position = (position + 4) | 0;
        }
        break;
      }
      case 6 satisfies typeof OPERATION.FIXED_DISP: {
        const n = (args[argument] as number) | 0;
        argument = (argument + 1) | 0;
        const mark = (position - ((detail >> 8) & 0xff)) | 0;
        workspace.mark = mark;
        view.setInt32(position, n, true);
        if ((n << 24) >> 24 !== n) {
          position = (position + 4) | 0;
        } else if (n === 0 && detail < (0x10000 satisfies typeof ZERO_NEEDS_BYTE)) {
          view.setInt8((mark - 1) | 0, detail);
        } else {
          view.setInt8((mark - 1) | 0, detail + 0x40);
          position = (position + 1) | 0;
        }
        break;
      }
      case 7 satisfies typeof OPERATION.FIXED_VREG: {
        const n = (args[argument] as number) | 0;
        argument = (argument + 1) | 0;
        if ((n & state.badRegisterBits) !== 0) {
          fail(state, STATUS.RANGE_VREG, list.offsets[at] as number, n);
          return;
        }
        workspace.register2 = workspace.register1;
        workspace.register1 = n;
        let instruction = (operations[(at + 1) | 0] as number) ^ ((n & 7) << (detail & 31));
        let length = (detail >> (7 satisfies typeof FIXED_VREG.LENGTH_SHIFT)) & 7;
        if (n > 7) instruction ^= detail >> (10 satisfies typeof FIXED_VREG.FLIP_SHIFT);
        else if ((detail & (0x20 satisfies typeof FIXED_VREG.DROPPABLE)) !== 0) {
          instruction >>= 8;
          length = (length - 1) | 0;
        }
        view.setInt32(position, instruction, true);
        position = (position + length) | 0;
        if ((detail & (0x40 satisfies typeof FIXED_VREG.BASE)) !== 0) {
          workspace.mark = position;
          if ((n & 7) === 4) {
            view.setInt8(position, 0x24);
            position = (position + 1) | 0;
          }
        }
        break;
      }
      case 8 satisfies typeof OPERATION.DISP: {
        const n = (args[argument] as number) | 0;
        argument = (argument + 1) | 0;
        const mark = detail === (0xffff satisfies typeof VARIABLE) ? workspace.mark : (position - detail) | 0;
        workspace.mark = mark;
        const modrm = view.getUint8((mark - 1) | 0);
        const base = (modrm & 7) === 4 ? view.getUint8(mark) : modrm;
        view.setInt32(position, n, true);
        if ((n << 24) >> 24 !== n) {
          position = (position + 4) | 0;
        } else if (n === 0 && (base & 7) !== 5) {
          view.setInt8((mark - 1) | 0, modrm - 0x80);
        } else {
          view.setInt8((mark - 1) | 0, modrm - 0x40);
          position = (position + 1) | 0;
        }
        break;
      }
      case 9 satisfies typeof OPERATION.IMM_DB: {
        const n = (args[argument] as number) | 0;
        argument = (argument + 1) | 0;
        const mark = detail === (0xffff satisfies typeof VARIABLE) ? workspace.mark : (position - detail) | 0;
        view.setInt32(position, n, true);
        if ((n << 24) >> 24 === n) {
          view.setInt8((mark - 2) | 0, view.getUint8((mark - 2) | 0) + 2);
          position = (position + 1) | 0;
        } else {
          position = (position + 4) | 0;
        }
        break;
      }
      case 10 satisfies typeof OPERATION.PC:
      case 11 satisfies typeof OPERATION.BACKWARD:
      case 12 satisfies typeof OPERATION.FORWARD:
      case 13 satisfies typeof OPERATION.GLOBAL: {
        let table = labels;
        let entry = detail & 0xff;
        if ((head & 31) === (10 satisfies typeof OPERATION.PC)) {
          table = pcLabels;
          entry = (args[argument] as number) | 0;
          argument = (argument + 1) | 0;
          if (entry >>> 0 >= state.pcLabelCount) {
            fail(state, STATUS.RANGE_PC, list.offsets[at] as number, entry);
            return;
          }
        } else if (entry >= workspace.labelsUsed && !useLabel(state, entry, list.offsets[at] as number))
          return;
        if (!addReference(state, nodes, table, entry, head & 31, detail >> 8, position + shift)) {
          fail(state, STATUS.RANGE_LG, list.offsets[at] as number, entry);
          return;
        }
        const isRelative = ((detail >> 8) & 0xff) === (4 satisfies typeof NODE.RELATIVE);
        position = (position + (isRelative ? 4 : state.labelImmSize)) | 0;
        break;
      }
      case 14 satisfies typeof OPERATION.LABEL_PC:
      case 15 satisfies typeof OPERATION.LABEL_LG: {
        let table = labels;
        let entry = detail & 0xff;
        let node = detail >> 8;
        if ((head & 31) === (14 satisfies typeof OPERATION.LABEL_PC)) {
          table = pcLabels;
          entry = (args[argument] as number) | 0;
          node = 1 satisfies typeof NODE.LABEL;
          argument = (argument + 1) | 0;
          if (entry >>> 0 >= state.pcLabelCount) {
            fail(state, STATUS.RANGE_PC, list.offsets[at] as number, entry);
            return;
          }
        } else if (entry >= workspace.labelsUsed && !useLabel(state, entry, list.offsets[at] as number))
          return;
        if (state.rejectDuplicates && failDuplicate(state, table, entry, list.offsets[at] as number)) return;
        defineLabel(state, nodes, table, entry, node, position + shift);
        break;
      }
      case 16 satisfies typeof OPERATION.FIXED_PAIR: {
        const first = (args[argument] as number) | 0;
        const second = (args[(argument + 1) | 0] as number) | 0;
        argument = (argument + 2) | 0;
        if (((first | second) & state.badRegisterBits) !== 0) {
          failPair(state, list.offsets[at] as number, first, second);
          return;
        }
        workspace.register2 = first;
        workspace.register1 = second;
        let length = detail & 7;
        const last = (8 * (length - 1)) | 0;
        const fields =
          ((first & 7) << ((detail >> (8 satisfies typeof FIXED_PAIR.FIRST_FIELD_SHIFT)) & 3)) ^
          ((second & 7) << ((detail >> (10 satisfies typeof FIXED_PAIR.SECOND_FIELD_SHIFT)) & 3));
        let instruction = (operations[(at + 1) | 0] as number) ^ (fields << last);
        if ((first | second) > 7) {
          if (first > 7) instruction ^= (detail >> (12 satisfies typeof FIXED_PAIR.FIRST_FLIP_SHIFT)) & 7;
          if (second > 7) instruction ^= (detail >> (15 satisfies typeof FIXED_PAIR.SECOND_FLIP_SHIFT)) & 7;
        } else if ((detail & (0x20 satisfies typeof FIXED_VREG.DROPPABLE)) !== 0) {
          instruction >>= 8;
          length = (length - 1) | 0;
        }
        view.setInt32(position, instruction, true);
        position = (position + length) | 0;
        if ((detail & (0x40 satisfies typeof FIXED_VREG.BASE)) !== 0) {
          workspace.mark = position;
          if ((second & 7) === 4) {
            view.setInt8(position, 0x24);
            position = (position + 1) | 0;
          }
        }
        break;
      }
      default: {
        workspace.shift = shift;
        position = putRarely(
          state,
          head,
          list.offsets[at] as number,
          (args[argument] as number) | 0,
          position,
        );
        if (position === FAILED) return;
        if ((head & KIND_BITS) < OPERATION.EXTERN) argument = (argument + 1) | 0;
        shift = workspace.shift;
      }
    }
  }
  const estimate = position + shift;
  if (estimate > state.limit) {
    failSize(state, start, estimate);
    return;
  }
  state.position = position;
  state.shift = shift;
  const last = operations[(end - OPERATION_FIELDS) | 0] as number;
  if ((last & KIND_BITS) === OPERATION.SECTION) changeSection(state, last >>> DETAIL_SHIFT);
}
