import { MAX_A, MAX_AX, MAX_B, MAX_BX, MAX_C } from "../instruction.js";
import { type Field, OPERATIONS, type OperandKind } from "../opcodes.js";

/** One operand as the assembler needs it: numbers instead of words. */
export interface EncodedSlot {
  readonly kind: OperandKind;
  readonly field: Field;
  readonly optional: boolean;
  /** Bits to shift the value by. */
  readonly shift: number;
  /** Largest value of the field. */
  readonly limit: number;
}

const SHIFTS = { A: 6, B: 23, C: 14, Bx: 14, sBx: 14, Ax: 6 } as const satisfies Record<Field, number>;
const LIMITS = {
  A: MAX_A,
  B: MAX_B,
  C: MAX_C,
  Bx: MAX_BX,
  sBx: MAX_BX,
  Ax: MAX_AX,
} as const satisfies Record<Field, number>;

function encodeSlot(kind: OperandKind, field: Field, optional: boolean): EncodedSlot {
  return { kind, field, optional, shift: SHIFTS[field], limit: LIMITS[field] };
}

const FIELDS_ABC = ["A", "B", "C"] as const;

/** How the operands of one opcode are written. */
export interface OperandLayout {
  readonly name: string;
  readonly opcode: number;
  /** Operands in text order. */
  readonly slots: readonly EncodedSlot[];
  /** A, B, C with unused fields included: what three operands mean to an opcode of format ABC. */
  readonly full: readonly EncodedSlot[] | undefined;
}

/** Layouts indexed by opcode. */
export const OPERAND_LAYOUTS: readonly OperandLayout[] = OPERATIONS.map(
  ({ name, opcode, operands, format }) => {
    const slots = operands.map((slot) => encodeSlot(slot.kind, slot.field, slot.optional));
    const full = FIELDS_ABC.map(
      (field) => slots.find((slot) => slot.field === field) ?? encodeSlot("-", field, true),
    );
    return { name, opcode, slots, full: format === "ABC" ? full : undefined };
  },
);

const TABLE_SIZE = 256;

function addToHash(hash: number, code: number): number {
  return (hash * 33 + code) & 0xffff;
}

/** Opcode + 1 per hash of its mnemonic; 0 is free. Collisions take the next free place. */
const OPCODE_BY_HASH = ((): Uint8Array => {
  const table = new Uint8Array(TABLE_SIZE);
  for (const { name, opcode } of OPERATIONS) {
    let hash = 0;
    for (let index = 0; index < name.length; index++) hash = addToHash(hash, name.charCodeAt(index));
    let place = hash & (TABLE_SIZE - 1);
    while (table[place] !== 0) place = (place + 1) & (TABLE_SIZE - 1);
    table[place] = opcode + 1;
  }
  return table;
})();

function matches(text: string, start: number, name: string): boolean {
  for (let index = 0; index < name.length; index++) {
    if (text.charCodeAt(start + index) !== name.charCodeAt(index)) return false;
  }
  return true;
}

/** Layout of the mnemonic text[start..end), without making a string of it; undefined when it is none. */
export function findLayout(text: string, start: number, end: number): OperandLayout | undefined {
  if (end - start > 8) return undefined;
  let hash = 0;
  for (let at = start; at < end; at++) hash = addToHash(hash, text.charCodeAt(at));
  for (let place = hash & (TABLE_SIZE - 1); ; place = (place + 1) & (TABLE_SIZE - 1)) {
    const entry = OPCODE_BY_HASH[place];
    if (!entry) return undefined;
    const layout = OPERAND_LAYOUTS[entry - 1];
    if (layout !== undefined && layout.name.length === end - start && matches(text, start, layout.name)) {
      return layout;
    }
  }
}
