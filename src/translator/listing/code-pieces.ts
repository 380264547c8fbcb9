import { ACTION } from "../../x86/actions.js";

/** Names behind the numbers in an action list, and the widths that depend on the encoder. */
export interface CodeNames {
  readonly globals: readonly string[];
  readonly externs: readonly string[];
  readonly sections: readonly string[];
  /** Bytes of a label address in the code. */
  readonly addressSize: 4 | 8;
  /** Whether VREG has the operand byte of DynASM 1.4 and later. */
  readonly hasPrefixRegisters: boolean;
}

/** What action bytes become: code bytes and holes in braces, and the bounds of the size in bytes. */
export interface CodeDescription {
  readonly pieces: readonly string[];
  readonly minimum: number;
  /** Infinity if an argument decides. */
  readonly maximum: number;
}

/** Everything that changes while action bytes are read. */
interface Reader {
  readonly code: string;
  readonly args: readonly string[];
  readonly names: CodeNames;
  at: number;
  argument: number;
  readonly pieces: string[];
  minimum: number;
  maximum: number;
  /** Index of the piece behind the ModRM byte, -1 if it is the last one. */
  mark: number;
  /** Field of the variable register that is the base, if there is one. */
  variableBase: "base" | "rm" | undefined;
}

const firstGlobal = 10;
const lastGlobal = 246;

/** Operand kinds of VREG from bit 5 on. */
const registerFields = ["base", "rm", "index", "?", "reg", "vvvv", "imm-reg"];

function nextByte(reader: Reader): number {
  const code = reader.code.charCodeAt(reader.at++);
  // U+0100 is a zero that the action list shows as -0.
  return code & 0xff;
}

function nextArgument(reader: Reader): string {
  return reader.args[reader.argument++] ?? "";
}

function add(reader: Reader, piece: string, minimum: number, maximum = minimum): void {
  reader.pieces.push(piece);
  reader.minimum += minimum;
  reader.maximum += maximum;
}

function addArgument(reader: Reader, piece: string, minimum: number, maximum = minimum): void {
  nextArgument(reader);
  add(reader, `{${piece}}`, minimum, maximum);
}

function byteAt(reader: Reader, index: number): number {
  const piece = reader.pieces[index] ?? "";
  return /^[0-9a-f]{2}\??$/.test(piece) ? Number.parseInt(piece, 16) : -1;
}

/** Whether the base register is ebp, rbp or r13, which cannot do without a displacement. */
function needsDisplacement(reader: Reader): boolean {
  if (reader.variableBase !== undefined) return false;
  const { mark } = reader;
  const behind = mark < 0 ? reader.pieces.length : mark;
  const modrm = byteAt(reader, behind - 1);
  if (modrm < 0) return false;
  const base = (modrm & 7) === 4 ? byteAt(reader, behind) : modrm;
  return base >= 0 && (base & 7) === 5;
}

/** A variable base has a displacement also where the source says none, for the one register that needs it. */
function largestDisplacement(reader: Reader, argument: string): number {
  if (argument !== "0") return 4;
  // The byte for another register that needs a SIB byte is counted already.
  return reader.variableBase === "base" ? 0 : 1;
}

function addDisplacement(reader: Reader): void {
  const minimum = needsDisplacement(reader) ? 1 : 0;
  add(reader, "{disp}", minimum, largestDisplacement(reader, nextArgument(reader)));
  reader.mark = -1;
  reader.variableBase = undefined;
}

/** Marks the prefix as one that low registers make superfluous. */
function markPrefix(reader: Reader, distance: number): void {
  let bytes = 0;
  for (let index = reader.pieces.length - 1; index >= 0; index--) {
    if (byteAt(reader, index) < 0) continue;
    bytes++;
    if (bytes !== distance) continue;
    reader.pieces[index] += "?";
    return;
  }
}

function addRegister(reader: Reader): void {
  const operand = nextByte(reader);
  if (!reader.names.hasPrefixRegisters) {
    addArgument(reader, "register", 0);
    return;
  }
  const field = registerFields[operand >> 5] ?? "?";
  const mayDrop = (operand & 0x18) !== 0;
  if (mayDrop) markPrefix(reader, operand & 7);
  if (field === "base" || field === "rm") reader.variableBase = field;
  addArgument(reader, field, mayDrop ? -1 : 0, field === "base" ? 1 : 0);
}

function addSpace(reader: Reader): void {
  const fill = nextByte(reader).toString(16).padStart(2, "0");
  const argument = nextArgument(reader);
  const count = /^(0x[0-9a-f]+|[0-9]+)$/i.test(argument) ? Number(argument) : undefined;
  add(reader, `{${fill} * ${argument}}`, count ?? 0, count ?? Number.POSITIVE_INFINITY);
}

/** A label as users write it where it is referred to. */
function labelReference(reader: Reader): string {
  const label = nextByte(reader);
  if (label < firstGlobal) return `<${label}`;
  if (label > lastGlobal) return `>${label - lastGlobal}`;
  return `->${reader.names.globals[label - firstGlobal] ?? label}`;
}

function labelDefinition(reader: Reader): string {
  const label = nextByte(reader);
  return label < firstGlobal ? `${label}:` : `->${reader.names.globals[label - firstGlobal] ?? label}:`;
}

/** Bytes that a jump saves when its target is near; 0 for other references. */
function shrinkOf(reader: Reader): number {
  const last = byteAt(reader, reader.pieces.length - 1);
  if (last === 0xe9) return 3;
  return last >= 0x80 && last <= 0x8f && byteAt(reader, reader.pieces.length - 2) === 0x0f ? 4 : 0;
}

function addRelative(reader: Reader, target: string): void {
  const shrink = shrinkOf(reader);
  add(reader, shrink === 0 ? `{rel32 ${target}}` : `{rel8/32 ${target}}`, 4 - shrink, 4);
}

function addAddress(reader: Reader, target: string): void {
  const { addressSize } = reader.names;
  add(reader, `{addr${8 * addressSize} ${target}}`, addressSize);
}

function addExtern(reader: Reader): void {
  const type = nextByte(reader);
  const index = nextByte(reader);
  const name = reader.names.externs[index] ?? String(index);
  add(reader, `{${type === 0 ? "addr32" : "rel32"} extern ${name}}`, 4);
}

function addSection(reader: Reader): void {
  const section = nextByte(reader);
  add(reader, `{section .${reader.names.sections[section] ?? section}}`, 0);
}

function addLabelAction(reader: Reader, action: number): void {
  switch (action) {
    case ACTION.REL_LG:
      addRelative(reader, labelReference(reader));
      return;
    case ACTION.REL_PC:
      addRelative(reader, `=>${nextArgument(reader)}`);
      return;
    case ACTION.IMM_LG:
      addAddress(reader, labelReference(reader));
      return;
    case ACTION.IMM_PC:
      addAddress(reader, `=>${nextArgument(reader)}`);
      return;
    case ACTION.LABEL_LG:
      add(reader, labelDefinition(reader), 0);
      return;
    case ACTION.LABEL_PC:
      add(reader, `=>${nextArgument(reader)}:`, 0);
      return;
    case ACTION.ALIGN: {
      const mask = nextByte(reader);
      add(reader, `{align ${mask + 1}}`, 0, mask);
      return;
    }
    case ACTION.EXTERN:
      addExtern(reader);
      return;
    case ACTION.ESC:
      add(reader, nextByte(reader).toString(16), 1);
      return;
    case ACTION.MARK:
      reader.mark = reader.pieces.length;
      return;
    case ACTION.SECTION:
      addSection(reader);
      return;
    default:
      return;
  }
}

function addAction(reader: Reader, action: number): void {
  switch (action) {
    case ACTION.DISP:
      addDisplacement(reader);
      return;
    case ACTION.IMM_S:
      addArgument(reader, "simm8", 1);
      return;
    case ACTION.IMM_B:
      addArgument(reader, "imm8", 1);
      return;
    case ACTION.IMM_W:
      addArgument(reader, "imm16", 2);
      return;
    case ACTION.IMM_D:
      addArgument(reader, "imm32", 4);
      return;
    case ACTION.IMM_WB:
      addArgument(reader, "imm8/16", 1, 2);
      return;
    case ACTION.IMM_DB:
      addArgument(reader, "imm8/32", 1, 4);
      return;
    case ACTION.VREG:
      addRegister(reader);
      return;
    case ACTION.SPACE:
      addSpace(reader);
      return;
    case ACTION.SETLABEL:
      add(reader, `{= ${nextArgument(reader)}}`, 0);
      return;
    case ACTION.REL_A:
      add(reader, `{rel32 &${nextArgument(reader)}}`, 4);
      return;
    default:
      addLabelAction(reader, action);
  }
}

/**
 * Describes the action bytes of a statement.
 *
 * @param code one character per byte
 * @param args the arguments that the actions consume
 */
export function describeCode(code: string, args: readonly string[], names: CodeNames): CodeDescription {
  const reader: Reader = {
    code,
    args,
    names,
    at: 0,
    argument: 0,
    pieces: [],
    minimum: 0,
    maximum: 0,
    mark: -1,
    variableBase: undefined,
  };
  while (reader.at < code.length) {
    const byte = nextByte(reader);
    if (byte < ACTION.DISP) add(reader, byte.toString(16).padStart(2, "0"), 1);
    else addAction(reader, byte);
  }
  const { pieces, minimum, maximum } = reader;
  return { pieces, minimum, maximum };
}
