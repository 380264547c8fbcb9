import { decodeChunk } from "./action-list.js";
import { usageError } from "./dasm-error.js";
import { bindReferences, setLabelAddress } from "./labels.js";
import { addNode, contentOf, estimateOf, NODE, NODE_FIELDS, setContent, setEstimate } from "./node.js";
import { FIRST_WITH_ARGUMENT, KEEP_MARK, LAST_WITH_ARGUMENT, OPERATION } from "./operation.js";
import { convertPutArgument, type PutArgument } from "./put-argument.js";
import { type AssemblerState, FIRST_GLOBAL, growCode, STAGE } from "./state.js";
import { STATUS } from "./status.js";

/** Literal bytes are stored eight at a time, whether the operation has them or not. */
const STORE_SLACK = 8;

/** Result of an action whose check failed. */
const FAILED = -1;

/** Remembers a failed check; the last one wins. Returns FAILED. */
function fail(state: AssemblerState, code: number, offset: number, value: number): number {
  state.status = code | offset;
  state.failure = { status: state.status, value };
  return FAILED;
}

function failPut(state: AssemblerState): never {
  switch (state.stage) {
    case STAGE.CREATED:
      throw usageError("put before setup");
    case STAGE.FREED:
      throw usageError("put: the state was freed");
    default:
      throw usageError("put after link: call setup to begin a new unit");
  }
}

function failArgumentCount(start: number, given: number, needed: number): never {
  const problem = given < needed ? "too few" : "too many";
  throw usageError(
    `put: ${problem} arguments for the chunk at offset ${start}: ${given} given, ${needed} needed`,
  );
}

/** Deletes the byte at `index` of the code; the instruction's following bytes move down. */
function deleteByte(code: Uint8Array, index: number, end: number): void {
  for (let at = index + 1; at < end; at += 1) code[at - 1] = code[at] as number;
}

/** Drops a REX prefix, or makes a three-byte VEX prefix a two-byte one. */
function dropPrefix(code: Uint8Array, prefix: number, end: number): void {
  if (((code[prefix] as number) & 0x80) === 0) {
    deleteByte(code, prefix, end);
    return;
  }
  code[prefix] = 0xc5;
  code[prefix + 1] = ((code[prefix + 1] as number) & 0x80) | (code[prefix + 2] as number);
  deleteByte(code, prefix + 2, end);
}

/** Sets the prefix bit for a register number of 8 or more; VEX stores these bits inverted, its template has ones. */
function extendRegister(code: Uint8Array, prefix: number, kind: number): void {
  const field = kind === 0x40 ? 1 : kind === 0x80 ? 2 : 0;
  if (((code[prefix] as number) & 0x80) !== 0)
    code[prefix + 1] = (code[prefix + 1] as number) ^ (0x20 << field);
  else code[prefix] = (code[prefix] as number) ^ (1 << field);
}

/** What a variable register did to the instruction, as bits. */
const DROPPED_PREFIX = 1;
const ADDED_SIB = 2;
const BAD_REGISTER = 4;

/**
 * Merges a variable register into the instruction written so far.
 * @param type operand byte of the action
 * @param droppable whether the registers before this one that share its prefix do not need it
 * @param position end of the instruction's bytes
 */
function putRegister(
  code: Uint8Array,
  type: number,
  register: number,
  droppable: boolean,
  position: number,
): number {
  const kind = type & 0xe0;
  if ((register & ~15) !== 0 || (register === 4 && kind === 0x40)) return BAD_REGISTER;
  const prefix = position - (type & 7);
  let field = register;
  let last = position - 1;
  let effects = 0;
  if (register > 7 && kind < 0xa0) {
    extendRegister(code, prefix, kind);
    field = register & 7;
  } else if (droppable && register <= 7) {
    dropPrefix(code, prefix, position);
    last -= 1;
    effects = DROPPED_PREFIX;
  }
  const shift = kind < 0x40 ? 0 : kind === 0xc0 ? 4 : 3;
  code[last] = (code[last] as number) ^ (field << shift);
  if (kind !== 0 || field !== 4) return effects;
  code[last + 1] = 0x24;
  return effects | ADDED_SIB;
}

/** Writes a displacement in its shortest form behind the ModRM byte before `mark`. Returns its size. */
function putDisplacement(
  code: Uint8Array,
  view: DataView,
  position: number,
  mark: number,
  displacement: number,
): number {
  const modrm = code[mark - 1] as number;
  if (displacement === 0) {
    let base = modrm & 7;
    if (base === 4) base = (code[mark] as number) & 7;
    if (base !== 5) {
      code[mark - 1] = modrm - 0x80;
      return 0;
    }
  }
  if ((displacement << 24) >> 24 === displacement) {
    code[mark - 1] = modrm - 0x40;
    code[position] = displacement;
    return 1;
  }
  view.setInt32(position, displacement, true);
  return 4;
}

/** Handles references to labels. Returns the size of the field, or FAILED. */
function putReference(
  state: AssemblerState,
  kind: number,
  operand: number,
  n: number,
  estimate: number,
  head: number,
): number {
  let table = state.labels;
  let entry = operand & 0xff;
  if (kind <= OPERATION.IMM_PC) {
    if (n >>> 0 >= state.pcLabelCount) return fail(state, STATUS.RANGE_PC, operand, n);
    table = state.pcLabels;
    entry = n;
  } else if (entry >= state.labelsUsed) {
    if (entry >= state.labelCount) return fail(state, STATUS.RANGE_LG, operand >>> 8, entry);
    state.labelsUsed = entry + 1;
  }
  const current = table[entry] as number;
  if (current > 0 && kind !== OPERATION.REL_FORWARD && kind !== OPERATION.IMM_FORWARD) {
    addNode(state, head, estimate, current, 0);
  } else {
    if (kind === OPERATION.REL_BACKWARD || kind === OPERATION.IMM_BACKWARD) {
      return fail(state, STATUS.RANGE_LG, operand >>> 8, entry);
    }
    table[entry] = -addNode(state, head, estimate, current > 0 ? 0 : -current, 0);
  }
  return (head & 0xff) === NODE.RELATIVE ? 4 : state.labelImmSize;
}

/** Handles definitions of labels. Returns 0, or FAILED. */
function putLabel(state: AssemblerState, kind: number, operand: number, n: number, estimate: number): number {
  let table = state.labels;
  let entry = operand & 0xff;
  let head: number = NODE.LABEL;
  if (kind === OPERATION.LABEL_PC) {
    if (n >>> 0 >= state.pcLabelCount) return fail(state, STATUS.RANGE_PC, operand, n);
    table = state.pcLabels;
    entry = n;
  } else {
    if (entry >= state.labelCount) return fail(state, STATUS.RANGE_LG, operand >>> 8, entry);
    if (entry >= state.labelsUsed) state.labelsUsed = entry + 1;
    if (entry >= FIRST_GLOBAL) head = NODE.GLOBAL | (entry << 8);
  }
  const current = table[entry] as number;
  if (current > 0 && state.rejectDuplicates && mustBeUnique(kind, entry)) {
    return failDuplicate(state, kind, operand, entry);
  }
  const label = addNode(state, head, estimate, state.section, -1);
  if (current < 0) bindReferences(state.nodes, -current, label);
  table[entry] = label;
  return 0;
}

/** Local labels may have any number of definitions. */
function mustBeUnique(kind: number, entry: number): boolean {
  return kind === OPERATION.LABEL_PC || entry >= FIRST_GLOBAL;
}

/** A second definition, where duplicates are rejected. */
function failDuplicate(state: AssemblerState, kind: number, operand: number, entry: number): number {
  if (kind === OPERATION.LABEL_PC) return fail(state, STATUS.DUPLICATE_PC, operand, entry);
  return fail(state, STATUS.DUPLICATE_LG, operand >>> 8, entry);
}

/** Handles the remaining actions that become nodes. Returns the bytes that the estimate grows by, or FAILED. */
function putNode(state: AssemblerState, kind: number, operand: number, n: number, estimate: number): number {
  switch (kind) {
    case OPERATION.SETLABEL:
      setLabelAddress(state, state.tail, n);
      return 0;
    case OPERATION.REL_A:
      addNode(state, NODE.RELATIVE_ADDRESS, estimate, 0, n);
      return 4;
    case OPERATION.EXTERN:
      addNode(state, NODE.EXTERN | (operand << 8), estimate, 0, 0);
      return 4;
    case OPERATION.ALIGN:
      addNode(state, NODE.ALIGN | (operand << 8), estimate, 0, 0);
      return operand;
    default:
      if (n < 0) return fail(state, STATUS.RANGE_I, operand >>> 8, n);
      if (n > state.maxCodeSize - estimate) return fail(state, STATUS.NOMEM, operand >>> 8, n);
      addNode(state, NODE.SPACE | ((operand & 0xff) << 8), estimate, 0, n);
      return n;
  }
}

/** Makes another section the current one; what follows is a new segment of it. */
function changeSection(state: AssemblerState, section: number): void {
  const { nodes } = state;
  const old = state.section * NODE_FIELDS;
  setEstimate(nodes, old, state.position + state.shift);
  setContent(nodes, old, state.tail);
  const head = section * NODE_FIELDS;
  const estimate = estimateOf(nodes, head);
  state.section = section;
  state.tail = contentOf(nodes, head);
  state.shift = estimate - state.position;
  addNode(state, NODE.SEGMENT, estimate, 0, state.position);
}

/** Ends a put that passed all checks. Returns whether the code may grow that much. */
function commit(state: AssemblerState, start: number, position: number, shift: number): boolean {
  const grown = position + shift - state.position - state.shift;
  if (grown > state.maxCodeSize - state.totalEstimate) {
    fail(state, STATUS.NOMEM, start, state.totalEstimate + grown);
    return false;
  }
  state.totalEstimate += grown;
  state.position = position;
  state.shift = shift;
  return true;
}

/** Whether all arguments are signed 32-bit integers, as most are. */
function areIntegers(args: readonly PutArgument[]): args is readonly number[] {
  for (let at = 0; at < args.length; at += 1) {
    const value = args[at];
    if (typeof value !== "number" || (value | 0) !== value) return false;
  }
  return true;
}

function convertArgument(value: PutArgument, index: number): number {
  return convertPutArgument(value, index + 1);
}

/**
 * Appends the chunk that begins at an offset of the action list to the current section, with the
 * arguments that its actions consume. Failed checks go to the state's status, which link and
 * checkStep report; the chunk leaves no code then.
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
  const values = areIntegers(args) ? args : args.map(convertArgument);
  const room = (operations[chunk + 1] as number) + STORE_SLACK;
  if (state.position + room > state.code.length) growCode(state, room);
  const code = state.code;
  const view = state.view;
  let position = state.position;
  let shift = state.shift;
  let argument = 0;
  let mark = -1;
  let register1 = 0;
  let register2 = 0;
  // One loop with its state in local variables: keeping it in memory would cost more than the actions.
  let at = chunk + 2;
  for (;;) {
    const head = operations[at] as number;
    const operand = operations[at + 1] as number;
    const kind = head & 0xff;
    const end = position + ((head >> 8) & 0xff);
    at += 2;
    for (; position < end; position += 4) {
      view.setInt32(position, operations[at] as number, true);
      at += 1;
    }
    position = end;
    let n = 0;
    if (kind >= FIRST_WITH_ARGUMENT && kind <= LAST_WITH_ARGUMENT) {
      n = (values[argument] as number) | 0;
      argument += 1;
    }
    switch (kind) {
      case 0 satisfies typeof OPERATION.STOP:
        commit(state, start, position, shift);
        return;
      case 1 satisfies typeof OPERATION.LITERAL:
        break;
      case 2 satisfies typeof OPERATION.MARK:
        mark = position;
        break;
      case 3 satisfies typeof OPERATION.SECTION:
        if ((operand & 0xff) >= state.sectionCount) {
          fail(state, STATUS.RANGE_SEC, operand >>> 8, operand & 0xff);
          return;
        }
        if (commit(state, start, position, shift)) changeSection(state, operand & 0xff);
        return;
      case 4 satisfies typeof OPERATION.DISP:
        if (mark < 0) mark = position;
        position += putDisplacement(code, view, position, mark, n);
        if (head >> 16 !== KEEP_MARK) mark = -1;
        break;
      case 5 satisfies typeof OPERATION.IMM_S:
        if ((n << 24) >> 24 !== n) {
          fail(state, STATUS.RANGE_I, operand, n);
          return;
        }
        code[position] = n;
        position += 1;
        break;
      case 6 satisfies typeof OPERATION.IMM_B:
        if ((n & 0xff) !== n) {
          fail(state, STATUS.RANGE_I, operand, n);
          return;
        }
        code[position] = n;
        position += 1;
        break;
      case 7 satisfies typeof OPERATION.IMM_W:
        if ((n & 0xffff) !== n) {
          fail(state, STATUS.RANGE_I, operand, n);
          return;
        }
        view.setInt16(position, n, true);
        position += 2;
        break;
      case 8 satisfies typeof OPERATION.IMM_D:
        view.setInt32(position, n, true);
        position += 4;
        break;
      case 9 satisfies typeof OPERATION.IMM_WB:
      case 10 satisfies typeof OPERATION.IMM_DB: {
        const opcode = (mark < 0 ? position : mark) - 2;
        mark = -1;
        if ((n << 24) >> 24 === n) {
          code[opcode] = (code[opcode] as number) + 2;
          code[position] = n;
          position += 1;
        } else if (kind === OPERATION.IMM_DB) {
          view.setInt32(position, n, true);
          position += 4;
        } else {
          if ((n & 0xffff) !== n) {
            fail(state, STATUS.RANGE_I, operand, n);
            return;
          }
          view.setInt16(position, n, true);
          position += 2;
        }
        break;
      }
      case 11 satisfies typeof OPERATION.VREG: {
        const group = (operand >> 3) & 3;
        const droppable = group !== 0 && (group < 2 || register1 <= 7) && (group < 3 || register2 <= 7);
        const effects = putRegister(code, operand & 0xff, n, droppable, position);
        if (effects === BAD_REGISTER) {
          fail(state, STATUS.RANGE_VREG, operand >>> 8, n);
          return;
        }
        register2 = register1;
        register1 = n;
        if ((effects & DROPPED_PREFIX) !== 0) {
          position -= 1;
          if (mark >= 0) mark -= 1;
        }
        if ((effects & ADDED_SIB) !== 0) position += 1;
        break;
      }
      case 12 satisfies typeof OPERATION.SPACE:
      case 25 satisfies typeof OPERATION.ALIGN: {
        const size = putNode(state, kind, operand, n, position + shift);
        if (size < 0) return;
        shift += size;
        break;
      }
      case 17 satisfies typeof OPERATION.LABEL_PC:
      case 24 satisfies typeof OPERATION.LABEL_LG:
        if (putLabel(state, kind, operand, n, position + shift) < 0) return;
        break;
      case 27 satisfies typeof OPERATION.SOURCE:
        state.statementMarks.push(addNode(state, NODE.LABEL, position + shift, state.section, -1), operand);
        break;
      case 13 satisfies typeof OPERATION.SETLABEL:
      case 14 satisfies typeof OPERATION.REL_A:
      case 26 satisfies typeof OPERATION.EXTERN:
        position += putNode(state, kind, operand, n, position + shift);
        break;
      default: {
        const size = putReference(state, kind, operand, n, position + shift, head >> 16);
        if (size < 0) return;
        position += size;
      }
    }
  }
}
