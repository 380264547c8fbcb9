import { describe, expect, test } from "vitest";
import { readChunk } from "../../src/luabyteasm/read-chunk.js";
import { writeChunk } from "../../src/luabyteasm/write-chunk.js";
import { fromHex, type MalformedVector, readVectors, roundTripChunks, toHex } from "./chunk-vectors.js";

function rewrite(bytes: Uint8Array): string {
  const read = readChunk(bytes);
  if (!read.ok) return `refused: ${read.diagnostics[0]?.message}`;
  const written = writeChunk(read.chunk);
  return written.ok ? toHex(written.bytes) : `not written: ${written.diagnostics[0]?.message}`;
}

describe("vectors", () => {
  test("write(read(bytes)) = bytes for every round-trip vector", () => {
    const wrong = roundTripChunks().filter(({ bytes }) => rewrite(bytes) !== toHex(bytes));
    expect(wrong.slice(0, 10).map(({ name, bytes }) => [name, rewrite(bytes)])).toEqual([]);
    expect(roundTripChunks().length).toBeGreaterThan(130);
  });

  test("malformed vectors are refused with a byte offset, or come back", () => {
    const wrong: string[] = [];
    for (const { id, hex, expect: expected, round_trip, reason } of readVectors<MalformedVector>(
      "malformed.jsonl.gz",
    )) {
      const read = readChunk(fromHex(hex));
      if (expected === "reject" && read.ok) wrong.push(`${id}: accepted (${reason})`);
      if (!read.ok && read.diagnostics[0]?.offset === undefined) wrong.push(`${id}: no offset`);
      if (round_trip && rewrite(fromHex(hex)) !== hex) wrong.push(`${id}: does not come back`);
    }
    expect(wrong.slice(0, 10)).toEqual([]);
  });

  test("the fault found is the one a front-to-back reader meets", () => {
    const codes: Record<string, string> = {
      signature: "not-a-chunk",
      version: "version",
      "header sizes": "header-layout",
      tail: "header-tail",
      "too deep": "depth",
      "null string constant": "constant-null",
      "string not NUL-terminated": "string-end",
      "more upvalue names than upvalues": "upvalue-names",
    };
    const wrong: string[] = [];
    for (const { id, hex, expect: expected, reason } of readVectors<MalformedVector>("malformed.jsonl.gz")) {
      if (expected !== "reject") continue;
      const [fault] = readChunk(fromHex(hex)).diagnostics;
      const at = Number(/at (\d+)$/.exec(reason)?.[1]);
      // A count that cannot be true is refused at once, before its items are looked at.
      if (fault?.code === "count") continue;
      const code = codes[reason] ?? (reason.startsWith("constant type") ? "constant-type" : undefined);
      if (code !== undefined && fault?.code !== code) wrong.push(`${id}: ${fault?.code}, not ${code}`);
      if (reason.startsWith("negative") && fault?.code !== "negative") wrong.push(`${id}: ${fault?.code}`);
      if (reason.startsWith("truncated") && hex !== "" && fault?.offset !== at)
        wrong.push(`${id}: ${fault?.message}, expected ${reason}`);
    }
    expect(wrong).toEqual([]);
  });
});
