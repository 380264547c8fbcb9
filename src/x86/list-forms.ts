import { compileRow, encodingOfRow, rowApplies } from "./compile-form.js";
import { formGroups, rowsOf } from "./form-table.js";
import type { Mode } from "./registers.js";

/** A form of an instruction, for people to read. */
export interface ListedForm {
  readonly mnemonic: string;
  /** Operands in the manuals' notation, for example `xmm, xmm/m64`; empty if there are none. */
  readonly operands: string;
  /** Encoding as in the manuals' opcode column, for example `F2 0F 58 /r`. */
  readonly encoding: string;
  readonly modes: readonly Mode[];
  /** DynASM itself does not have this form. */
  readonly extension: boolean;
  /** Heading under which the reference manual lists it. */
  readonly group: string;
}

const MODES: readonly Mode[] = ["x86", "x64"];

const MARKS = new Set([
  "i64",
  "o64",
  "d64",
  "size1",
  "size2",
  "late64",
  "exact",
  "anysize",
  "unsized",
  "since1.5",
  "until1.4",
  "[ext]",
]);

/** The instruction that no row can describe: its operands are not parsed. */
const MOV64: readonly ListedForm[] = [
  ["r64, imm64", "REX.W B8+r io"],
  ["a*, moffs64", "A1 ao"],
  ["moffs64, a*", "A3 ao"],
].map(([operands = "", encoding = ""]) => ({
  mnemonic: "mov64",
  operands,
  encoding,
  modes: ["x64"],
  extension: false,
  group: "Moves",
}));

function listRow(mnemonic: string, row: string, group: string): ListedForm | undefined {
  const modes = MODES.filter((mode) => rowApplies(row, mode, "1.5"));
  if (modes.length === 0) return undefined;
  const words = encodingOfRow(row).split(" ");
  return {
    mnemonic,
    operands: row.slice(0, row.indexOf(":")).trim().replace(/ +/g, " "),
    encoding: words.filter((word) => !MARKS.has(word)).join(" "),
    modes,
    extension: compileRow(row, modes[0] ?? "x64").every((form) => form.extension),
    group,
  };
}

/** Mnemonics in the order of the table, each once. */
export function listMnemonics(): readonly string[] {
  return [...new Set([...formGroups.flatMap((group) => group.mnemonics()), "mov64"])];
}

/**
 * Lists the forms of a mnemonic, or of all, in the order in which they are tried. An unknown name
 * gives an empty list.
 */
export function listForms(mnemonic?: string): readonly ListedForm[] {
  const names = mnemonic === undefined ? listMnemonics() : [mnemonic];
  return names.flatMap((name) => {
    if (name === "mov64") return MOV64;
    const group = formGroups.find((candidate) => candidate.has(name))?.title ?? "";
    return rowsOf(name).flatMap((row) => listRow(name, row, group) ?? []);
  });
}
