import { avxGroups } from "./forms/avx.js";
import { bmiGroups } from "./forms/bmi.js";
import { generalGroups } from "./forms/general.js";
import { sseGroups } from "./forms/sse.js";
import { systemGroups } from "./forms/system.js";
import { vectorExtensionGroups } from "./forms/vector-extensions.js";
import { x87Groups } from "./forms/x87.js";
import type { FormGroup } from "./notation.js";

/** All rows, for both modes. */
export const formGroups: readonly FormGroup[] = [
  ...generalGroups,
  ...x87Groups,
  ...sseGroups,
  ...avxGroups,
  ...bmiGroups,
  ...systemGroups,
  ...vectorExtensionGroups,
];

/** The groups that have a mnemonic, by mnemonic. */
export type FormIndex = ReadonlyMap<string, readonly FormGroup[]>;

/** Makes the index of all mnemonics; who looks up more than a few needs it. */
export function indexForms(): FormIndex {
  const index = new Map<string, FormGroup[]>();
  for (const group of formGroups) {
    for (const mnemonic of group.mnemonics()) {
      const groups = index.get(mnemonic);
      if (groups === undefined) index.set(mnemonic, [group]);
      else groups.push(group);
    }
  }
  return index;
}

/** The rows of a mnemonic of some groups, in the order in which they are tried. */
export function rowsIn(groups: readonly FormGroup[], mnemonic: string): readonly string[] {
  let rows: readonly string[] = [];
  for (const group of groups) {
    const own = group.rows(mnemonic);
    const more = group.extension ? own.map((row) => `${row} [ext]`) : own;
    rows = rows.length === 0 ? more : [...rows, ...more];
  }
  return rows;
}

/** The rows of a mnemonic of whatever group, in the order in which they are tried. */
export function rowsOf(mnemonic: string): readonly string[] {
  return rowsIn(formGroups, mnemonic);
}
