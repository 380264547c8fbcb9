/**
 * The 40 opcodes of Lua 5.2. The index of a row is the opcode. Its operand words say, in the order they are
 * written in text, what an operand means and which field holds it:
 *
 *     R register      RK register or constant   K constant      U upvalue    P nested function
 *     count number    flag 0 or 1               close first register to close + 1, 0 for none
 *     jump offset     extra operand of the instruction before        - unused
 *
 * A trailing `?` marks an operand that may be left out (0). The format (ABC, ABx, AsBx, Ax) follows from the
 * fields; fields of the format that no word names are unused.
 */
// biome-ignore format: one opcode per line
export const OPCODES = [
  ["MOVE",     "R(A) R(B)",                "R(A) := R(B)"],
  ["LOADK",    "R(A) K(Bx)",               "R(A) := K(Bx)"],
  ["LOADKX",   "R(A) -(Bx)",               "R(A) := K(Ax of the next word, EXTRAARG)"],
  ["LOADBOOL", "R(A) flag(B) flag(C)?",    "R(A) := boolean B; if C, skip the next instruction"],
  ["LOADNIL",  "R(A) count(B)",            "R(A), R(A+1), ..., R(A+B) := nil"],
  ["GETUPVAL", "R(A) U(B)",                "R(A) := U(B)"],
  ["GETTABUP", "R(A) U(B) RK(C)",          "R(A) := U(B)[RK(C)]"],
  ["GETTABLE", "R(A) R(B) RK(C)",          "R(A) := R(B)[RK(C)]"],
  ["SETTABUP", "U(A) RK(B) RK(C)",         "U(A)[RK(B)] := RK(C)"],
  ["SETUPVAL", "R(A) U(B)",                "U(B) := R(A)"],
  ["SETTABLE", "R(A) RK(B) RK(C)",         "R(A)[RK(B)] := RK(C)"],
  ["NEWTABLE", "R(A) count(B)? count(C)?", "R(A) := {} with array size fb(B) and hash size fb(C)"],
  ["SELF",     "R(A) R(B) RK(C)",          "R(A+1) := R(B); R(A) := R(B)[RK(C)]"],
  ["ADD",      "R(A) RK(B) RK(C)",         "R(A) := RK(B) + RK(C)"],
  ["SUB",      "R(A) RK(B) RK(C)",         "R(A) := RK(B) - RK(C)"],
  ["MUL",      "R(A) RK(B) RK(C)",         "R(A) := RK(B) * RK(C)"],
  ["DIV",      "R(A) RK(B) RK(C)",         "R(A) := RK(B) / RK(C)"],
  ["MOD",      "R(A) RK(B) RK(C)",         "R(A) := RK(B) % RK(C)"],
  ["POW",      "R(A) RK(B) RK(C)",         "R(A) := RK(B) ^ RK(C)"],
  ["UNM",      "R(A) R(B)",                "R(A) := -R(B)"],
  ["NOT",      "R(A) R(B)",                "R(A) := not R(B)"],
  ["LEN",      "R(A) R(B)",                "R(A) := #R(B)"],
  ["CONCAT",   "R(A) R(B) R(C)",           "R(A) := R(B) .. ... .. R(C)"],
  ["JMP",      "close(A) jump(sBx)",       "pc += sBx; if A, close upvalues at or above R(A-1)"],
  ["EQ",       "flag(A) RK(B) RK(C)",      "if (RK(B) == RK(C)) is not A, skip the next word, else jump by it"],
  ["LT",       "flag(A) RK(B) RK(C)",      "if (RK(B) < RK(C)) is not A, skip the next word, else jump by it"],
  ["LE",       "flag(A) RK(B) RK(C)",      "if (RK(B) <= RK(C)) is not A, skip the next word, else jump by it"],
  ["TEST",     "R(A) -(B) flag(C)",        "if truth of R(A) is not C, skip the next word, else jump by it"],
  ["TESTSET",  "R(A) R(B) flag(C)",        "if truth of R(B) is not C, skip the next word, else R(A) := R(B) and jump by it"],
  ["CALL",     "R(A) count(B) count(C)",   "R(A), ..., R(A+C-2) := R(A)(R(A+1), ..., R(A+B-1))"],
  ["TAILCALL", "R(A) count(B) count(C)?",  "return R(A)(R(A+1), ..., R(A+B-1))"],
  ["RETURN",   "R(A) count(B)",            "return R(A), ..., R(A+B-2)"],
  ["FORLOOP",  "R(A) jump(sBx)",           "R(A) += R(A+2); if R(A) is within R(A+1), R(A+3) := R(A) and pc += sBx"],
  ["FORPREP",  "R(A) jump(sBx)",           "R(A) -= R(A+2); pc += sBx"],
  ["TFORCALL", "R(A) -(B) count(C)",       "R(A+3), ..., R(A+2+C) := R(A)(R(A+1), R(A+2))"],
  ["TFORLOOP", "R(A) jump(sBx)",           "if R(A+1) is not nil, R(A) := R(A+1) and pc += sBx"],
  ["SETLIST",  "R(A) count(B) count(C)",   "R(A)[(C-1)*50+i] := R(A+i), 1 <= i <= B; if C is 0, C is Ax of the next word"],
  ["CLOSURE",  "R(A) P(Bx)",               "R(A) := closure of P(Bx)"],
  ["VARARG",   "R(A) count(B)",            "R(A), ..., R(A+B-2) := extra arguments"],
  ["EXTRAARG", "extra(Ax)",                "operand word of LOADKX or SETLIST"],
] as const satisfies readonly (readonly [name: string, operands: OperandWords, meaning: string])[];

/** Mnemonic of one of the 40 opcodes. */
export type OpcodeName = (typeof OPCODES)[number][0];

export type OperandKind = "R" | "RK" | "K" | "U" | "P" | "count" | "flag" | "close" | "jump" | "extra" | "-";

export type Field = "A" | "B" | "C" | "Bx" | "sBx" | "Ax";

export type InstructionFormat = "ABC" | "ABx" | "AsBx" | "Ax";

type OperandWord = `${OperandKind}(${Field})${"" | "?"}`;
type OperandWords = OperandWord | `${OperandWord} ${string}`;

/** One operand of an opcode: what it means and where it is stored. */
export interface OperandSlot {
  readonly kind: OperandKind;
  readonly field: Field;
  /** True when text may leave it out, which means 0. */
  readonly optional: boolean;
  /** The field within a word: its lowest bit, its bits once moved down, and what is taken off their value. */
  readonly shift: number;
  readonly mask: number;
  readonly bias: number;
}

/** A row of the table in the form programs use. */
export interface Operation {
  readonly name: OpcodeName;
  readonly opcode: number;
  readonly format: InstructionFormat;
  /** Operands in text order; never of kind `-`. */
  readonly operands: readonly OperandSlot[];
  /** Fields that must be 0 in canonical code. */
  readonly unused: readonly Field[];
  /** Their bits within a word. */
  readonly unusedBits: number;
  readonly meaning: string;
}

const FIELDS_OF_FORMAT = {
  ABC: ["A", "B", "C"],
  ABx: ["A", "Bx"],
  AsBx: ["A", "sBx"],
  Ax: ["Ax"],
} as const satisfies Record<InstructionFormat, readonly Field[]>;

/** Where each field stands in a word. */
const FIELD_LAYOUT: Readonly<Record<Field, Pick<OperandSlot, "shift" | "mask" | "bias">>> = {
  A: { shift: 6, mask: 0xff, bias: 0 },
  B: { shift: 23, mask: 0x1ff, bias: 0 },
  C: { shift: 14, mask: 0x1ff, bias: 0 },
  Bx: { shift: 14, mask: 0x3ffff, bias: 0 },
  sBx: { shift: 14, mask: 0x3ffff, bias: 131071 },
  Ax: { shift: 6, mask: 0x3ffffff, bias: 0 },
};

/** The bits of a field within a word. */
function fieldBits(field: Field): number {
  const { shift, mask } = FIELD_LAYOUT[field];
  return mask << shift;
}

function parseSlot(word: string): OperandSlot {
  const open = word.indexOf("(");
  const close = word.indexOf(")");
  const field = word.slice(open + 1, close) as Field;
  return {
    kind: word.slice(0, open) as OperandKind,
    field,
    optional: word.endsWith("?"),
    ...FIELD_LAYOUT[field],
  };
}

/** The value of an operand in a word. */
export function operandValue({ shift, mask, bias }: OperandSlot, word: number): number {
  return ((word >>> shift) & mask) - bias;
}

function formatOf(slots: readonly OperandSlot[]): InstructionFormat {
  for (const { field } of slots) {
    if (field === "Ax") return "Ax";
    if (field === "Bx") return "ABx";
    if (field === "sBx") return "AsBx";
  }
  return "ABC";
}

function compileRow(row: (typeof OPCODES)[number], opcode: number): Operation {
  const [name, words, meaning] = row;
  const slots = words.split(" ").map(parseSlot);
  const format = formatOf(slots);
  const operands = slots.filter((slot) => slot.kind !== "-");
  const unused = FIELDS_OF_FORMAT[format].filter((field) => !operands.some((slot) => slot.field === field));
  const unusedBits = unused.reduce((bits, field) => bits | fieldBits(field), 0);
  return { name, opcode, format, operands, unused, unusedBits, meaning };
}

/** The table, indexed by opcode. */
export const OPERATIONS: readonly Operation[] = OPCODES.map(compileRow);

/** Number of defined opcodes; 40..63 are undefined. */
export const OPCODE_COUNT = OPCODES.length;

/** Opcode numbers by name, for code that treats single opcodes: `OP.JMP`. */
export const OP = Object.fromEntries(OPCODES.map(([name], opcode) => [name, opcode])) as Readonly<
  Record<OpcodeName, number>
>;

const OPERATION_BY_NAME: ReadonlyMap<string, Operation> = new Map(
  OPERATIONS.map((operation) => [operation.name, operation]),
);

/** The operation with this mnemonic (upper case), or undefined. */
export function findOperation(name: string): Operation | undefined {
  return OPERATION_BY_NAME.get(name);
}
