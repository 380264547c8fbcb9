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

/** The rows of a mnemonic of whatever group, in the order in which they are tried. */
export function rowsOf(mnemonic: string): readonly string[] {
  let rows: readonly string[] = [];
  for (const group of formGroups) {
    if (!group.has(mnemonic)) continue;
    const own = group.rows(mnemonic);
    const more = group.extension ? own.map((row) => `${row} [ext]`) : own;
    rows = rows.length === 0 ? more : [...rows, ...more];
  }
  return rows;
}
