import { compileRow, operandCount, rowApplies } from "../../x86/compile-form.js";
import type { Form } from "../../x86/form.js";
import { formGroups, indexForms, rowsIn } from "../../x86/form-table.js";
import type { Mode } from "../../x86/registers.js";
import type { EngineVersion } from "../architecture.js";

/** Most operands that an instruction of the table has. */
export const MOST_OPERANDS = 4;

/** The forms of a mnemonic with one operand count, in the order in which they are tried. */
export interface FormSequence {
  /** Number of rows; a row with alternatives gives several forms. */
  readonly length: number;
  /** Forms of a row; it is compiled when it is first asked for. */
  at(row: number): readonly Form[];
}

/** The forms of one mode and version, compiled when they are first tried. */
export interface InstructionTable {
  /** Forms of a mnemonic with this number of operands; undefined if there are none. */
  forms(mnemonic: string, count: number): FormSequence | undefined;
  /** Whether the mnemonic exists with whatever number of operands. */
  has(mnemonic: string): boolean;
  mnemonics(): Iterable<string>;
}

function createSequence(rows: readonly string[], mode: Mode): FormSequence {
  const compiled: (readonly Form[] | undefined)[] = [];
  return {
    length: rows.length,
    at(row) {
      let forms = compiled[row];
      if (forms === undefined) {
        forms = compileRow(rows[row] ?? "", mode);
        compiled[row] = forms;
      }
      return forms;
    },
  };
}

/** All forms of a sequence. */
export function allForms(sequence: FormSequence | undefined): readonly Form[] {
  if (sequence === undefined) return [];
  return Array.from({ length: sequence.length }, (_, row) => sequence.at(row)).flat();
}

type Entry = readonly (FormSequence | undefined)[];

export function createInstructionTable(mode: Mode, engine: EngineVersion): InstructionTable {
  const entries = new Map<string, Entry>();
  const index = indexForms();

  function createEntry(mnemonic: string): Entry {
    const byCount: string[][] = [];
    for (const row of rowsIn(index.get(mnemonic) ?? [], mnemonic)) {
      if (!rowApplies(row, mode, engine)) continue;
      const count = operandCount(row);
      const rows = byCount[count];
      if (rows === undefined) byCount[count] = [row];
      else rows.push(row);
    }
    return byCount.map((rows) => createSequence(rows, mode));
  }

  function entryOf(mnemonic: string): Entry {
    let entry = entries.get(mnemonic);
    if (entry === undefined) {
      entry = createEntry(mnemonic);
      entries.set(mnemonic, entry);
    }
    return entry;
  }

  return {
    forms: (mnemonic, count) => entryOf(mnemonic)[count],
    has: (mnemonic) => entryOf(mnemonic).length > 0,
    *mnemonics() {
      const seen = new Set<string>();
      for (const group of formGroups) {
        for (const mnemonic of group.mnemonics()) {
          if (seen.has(mnemonic) || entryOf(mnemonic).length === 0) continue;
          seen.add(mnemonic);
          yield mnemonic;
        }
      }
    },
  };
}
