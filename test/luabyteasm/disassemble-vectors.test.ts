import { expect, test } from "vitest";
import { assemble } from "../../src/luabyteasm/assemble.js";
import { disassemble } from "../../src/luabyteasm/disassemble.js";
import { fromHex, type MalformedVector, type RoundTripVector, readVectors, toHex } from "./chunk-vectors.js";

/** What is wrong with the way there and back, as lines for people. */
function checkRoundTrip(id: string, hex: string, quiet: boolean): string[] {
  const read = disassemble(fromHex(hex));
  if (!read.ok) return [`${id}: not read: ${read.diagnostics[0]?.message}`];
  const faults: string[] = [];
  for (const comments of [true, false]) {
    const printed = disassemble(fromHex(hex), { comments });
    if (!printed.ok) return [`${id}: not read`];
    const written = assemble(printed.text);
    if (!written.ok) return [`${id}: not assembled: ${JSON.stringify(written.diagnostics[0])}`];
    if (toHex(written.bytes) !== hex) faults.push(`${id}: other bytes`);
    if (quiet && written.diagnostics.length > 0) faults.push(`${id}: ${written.diagnostics[0]?.message}`);
    const again = disassemble(written.bytes, { comments });
    if (!again.ok || again.text !== printed.text) faults.push(`${id}: other text the second time`);
  }
  return faults;
}

test("every chunk of the vectors comes back byte for byte", () => {
  const vectors = readVectors<RoundTripVector>("roundtrip.jsonl.gz");
  const faults = vectors.flatMap(({ id, kind, hex, hex_stripped: stripped }) => [
    ...checkRoundTrip(id, hex, kind === "luac"),
    ...(stripped === undefined ? [] : checkRoundTrip(`${id} stripped`, stripped, true)),
  ]);
  expect(vectors.length).toBeGreaterThan(90);
  expect(faults.slice(0, 10)).toEqual([]);
});

test("damaged chunks are refused with a diagnostic, sound ones come back", () => {
  const faults: string[] = [];
  for (const { id, hex, expect: wanted, round_trip: sound } of readVectors<MalformedVector>(
    "malformed.jsonl.gz",
  )) {
    const result = disassemble(fromHex(hex));
    if (wanted === "reject" && result.ok) faults.push(`${id}: accepted`);
    if (!result.ok && result.diagnostics.length === 0) faults.push(`${id}: no diagnostic`);
    if (sound === true) faults.push(...checkRoundTrip(id, hex, false));
    else if (result.ok) assemble(result.text);
  }
  expect(faults.slice(0, 10)).toEqual([]);
});
