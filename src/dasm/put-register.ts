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
export const REGISTER_EFFECT = { DROPPED_PREFIX: 1, ADDED_SIB: 2, BAD_REGISTER: 4 } as const;

/**
 * Merges a variable register into the instruction written so far.
 * @param type operand byte of the action
 * @param droppable whether the registers before this one that share its prefix do not need it
 * @param position end of the instruction's bytes
 * @param badBits bits that a register number must not have
 */
export function putRegister(
  code: Uint8Array,
  type: number,
  register: number,
  droppable: boolean,
  position: number,
  badBits: number,
): number {
  const kind = type & 0xe0;
  if ((register & badBits) !== 0 || (register === 4 && kind === 0x40)) return REGISTER_EFFECT.BAD_REGISTER;
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
    effects = REGISTER_EFFECT.DROPPED_PREFIX;
  }
  const shift = kind < 0x40 ? 0 : kind === 0xc0 ? 4 : 3;
  code[last] = (code[last] as number) ^ (field << shift);
  if (kind !== 0 || field !== 4) return effects;
  code[last + 1] = 0x24;
  return effects | REGISTER_EFFECT.ADDED_SIB;
}
