import { compileRow, operandCount, rowApplies } from "../../x86/compile-form.js";
import type { Form } from "../../x86/form.js";
import { formGroups, rowsOf } from "../../x86/form-table.js";
import type { Mode } from "../../x86/registers.js";
import type { EngineVersion } from "../architecture.js";

/** The forms of one mode and version, compiled when a mnemonic is first used. */
export interface InstructionTable {
  /** Forms of a mnemonic with this number of operands; undefined if there are none. */
  forms(mnemonic: string, count: number): readonly Form[] | undefined;
  /** Rows of a mnemonic, all operand counts. */
  rows(mnemonic: string): readonly string[];
  mnemonics(): Iterable<string>;
}

interface Entry {
  readonly rows: readonly string[];
  /** Rows or compiled forms by operand count. */
  readonly byCount: (readonly Form[] | undefined)[];
}

const NONE: Entry = { rows: [], byCount: [] };

export function createInstructionTable(mode: Mode, engine: EngineVersion): InstructionTable {
  const entries = new Map<string, Entry>();

  function entryOf(mnemonic: string): Entry {
    let entry = entries.get(mnemonic);
    if (entry === undefined) {
      const rows = rowsOf(mnemonic).filter((row) => rowApplies(row, mode, engine));
      entry = rows.length === 0 ? NONE : { rows, byCount: [] };
      entries.set(mnemonic, entry);
    }
    return entry;
  }

  function forms(mnemonic: string, count: number): readonly Form[] | undefined {
    const { rows, byCount } = entryOf(mnemonic);
    const known = byCount[count];
    if (known !== undefined || rows.length === 0) return known;
    const compiled: Form[] = [];
    for (const row of rows) {
      if (operandCount(row) === count) compiled.push(...compileRow(row, mode));
    }
    if (compiled.length === 0) return undefined;
    byCount[count] = compiled;
    return compiled;
  }

  return {
    forms,
    rows: (mnemonic) => entryOf(mnemonic).rows,
    *mnemonics() {
      const seen = new Set<string>();
      for (const group of formGroups) {
        for (const mnemonic of group.mnemonics()) {
          if (seen.has(mnemonic) || entryOf(mnemonic) === NONE) continue;
          seen.add(mnemonic);
          yield mnemonic;
        }
      }
    },
  };
}
