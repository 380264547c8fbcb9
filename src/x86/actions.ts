/**
 * Codes of the action list, the byte string that joins the translator with the run-time encoder.
 * Bytes below `DISP` are literal machine code. The operand bytes that follow a code are described
 * in docs/dasm.md.
 */
export const ACTION = {
  /** ModRM displacement: width chosen from the argument. */
  DISP: 233,
  /** Signed byte immediate. */
  IMM_S: 234,
  /** Unsigned byte immediate. */
  IMM_B: 235,
  /** Unsigned word immediate. */
  IMM_W: 236,
  /** Doubleword immediate. */
  IMM_D: 237,
  /** Word immediate that becomes a signed byte if it fits. */
  IMM_WB: 238,
  /** Doubleword immediate that becomes a signed byte if it fits. */
  IMM_DB: 239,
  /** Variable register; one operand byte says which field. */
  VREG: 240,
  /** Fill bytes; operand byte: the fill byte. */
  SPACE: 241,
  /** Gives the label defined just before it an absolute address. */
  SETLABEL: 242,
  /** Relative reference to an absolute address. */
  REL_A: 243,
  /** Relative reference to a local or global label; operand byte: the label. */
  REL_LG: 244,
  /** Relative reference to a pc label. */
  REL_PC: 245,
  /** Address of a local or global label; operand byte: the label. */
  IMM_LG: 246,
  /** Address of a pc label. */
  IMM_PC: 247,
  /** Definition of a local or global label; operand byte: the label. */
  LABEL_LG: 248,
  /** Definition of a pc label. */
  LABEL_PC: 249,
  /** Alignment; operand byte: alignment - 1. */
  ALIGN: 250,
  /** Extern symbol; operand bytes: 0 absolute or 1 relative, index of the symbol. */
  EXTERN: 251,
  /** Escape: the operand byte is a literal byte of 233 or more. */
  ESC: 252,
  /** Marks the place right behind a ModRM byte. */
  MARK: 253,
  /** Ends the chunk and changes the section; operand byte: the section. */
  SECTION: 254,
  /** Ends the chunk. */
  STOP: 255,
} as const;

export type ActionName = keyof typeof ACTION;
