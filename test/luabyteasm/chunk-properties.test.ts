import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diffChunks, renderDiff } from "../../src/luabyteasm/diff.js";
import { graphPrototype } from "../../src/luabyteasm/graph.js";
import { renderDot } from "../../src/luabyteasm/graph-dot.js";
import { describeHeader, renderHeaderInfo } from "../../src/luabyteasm/header-info.js";
import { listChunk } from "../../src/luabyteasm/list.js";
import { readChunk } from "../../src/luabyteasm/read-chunk.js";
import { scanChunk } from "../../src/luabyteasm/scan-chunk.js";
import { verify } from "../../src/luabyteasm/verify.js";
import { writeChunk } from "../../src/luabyteasm/write-chunk.js";
import { chunk } from "./chunk-arbitrary.js";
import { roundTripChunks, toHex } from "./chunk-vectors.js";

/** Changes to a file: bytes set, a piece removed, a piece doubled. */
const mutations = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("set" as const), at: fc.nat(), value: fc.nat(255) }),
    fc.record({
      kind: fc.constant("set" as const),
      at: fc.nat(),
      value: fc.constantFrom(0, 1, 0x7f, 0x80, 0xff),
    }),
    fc.record({ kind: fc.constant("cut" as const), at: fc.nat(), value: fc.nat(12) }),
    fc.record({ kind: fc.constant("double" as const), at: fc.nat(), value: fc.nat(12) }),
  ),
  { minLength: 1, maxLength: 4 },
);

type Mutation = typeof mutations extends fc.Arbitrary<infer T> ? T : never;

function mutate(bytes: Uint8Array, changes: Mutation): Uint8Array {
  let result = bytes;
  for (const { kind, at, value } of changes) {
    const place = at % result.length;
    if (kind === "set") result = result.with(place, value);
    else if (kind === "cut")
      result = Uint8Array.from([...result.slice(0, place), ...result.slice(place + value)]);
    else result = Uint8Array.from([...result.slice(0, place + value), ...result.slice(place)]);
    if (result.length === 0) return result;
  }
  return result;
}

const SAMPLES = roundTripChunks()
  .map(({ bytes }) => bytes)
  .filter(({ length }) => length < 2000);

const mutated = fc
  .record({ sample: fc.constantFrom(...SAMPLES), changes: mutations })
  .map(({ sample, changes }) => mutate(sample, changes));

describe("properties", () => {
  test("read(write(chunk)) = chunk for any chunk of any layout", () => {
    fc.assert(
      fc.property(chunk, (original) => {
        const written = writeChunk(original);
        if (!written.ok) throw new Error(written.diagnostics[0]?.message);
        const read = readChunk(written.bytes);
        if (!read.ok) throw new Error(read.diagnostics[0]?.message);
        expect(read.chunk).toEqual(original);
      }),
      { numRuns: 400 },
    );
  });

  test("damaged bytes are refused at an offset within them, or come back when written", () => {
    fc.assert(
      fc.property(mutated, (bytes) => {
        const read = readChunk(bytes);
        if (!read.ok) {
          const { offset = -1, message } = read.diagnostics[0] ?? {};
          expect(offset).toBeGreaterThanOrEqual(0);
          expect(offset).toBeLessThanOrEqual(bytes.length);
          expect(message).toContain(`(byte offset ${offset})`);
          return;
        }
        const written = writeChunk(read.chunk);
        const scan = scanChunk(bytes);
        if (!written.ok || !scan.ok) throw new Error("accepted, but not written");
        expect(toHex(written.bytes)).toBe(toHex(bytes.subarray(0, scan.end)));
      }),
      { numRuns: 1500 },
    );
  });

  test("no tool throws on damaged chunks that can still be read", () => {
    fc.assert(
      fc.property(mutated, (bytes) => {
        expect(renderHeaderInfo(describeHeader(bytes)).endsWith("\n")).toBe(true);
        const read = readChunk(bytes);
        if (!read.ok) return;
        verify(read.chunk);
        expect(listChunk(read.chunk)).toContain("instruction");
        const graph = graphPrototype(read.chunk, "main");
        expect(graph.ok && renderDot(graph.graph).startsWith("digraph")).toBe(true);
      }),
      { numRuns: 800 },
    );
  });

  test("tools take any chunk", () => {
    fc.assert(
      fc.property(chunk, (any) => {
        verify(any);
        listChunk(any);
        const graph = graphPrototype(any, "main");
        if (graph.ok) renderDot(graph.graph);
      }),
      { numRuns: 300 },
    );
  });

  test("diff finds no difference exactly when the bytes are equal", () => {
    const bytesOf = (any: Parameters<typeof writeChunk>[0]) => {
      const written = writeChunk(any);
      return written.ok ? toHex(written.bytes) : "";
    };
    fc.assert(
      fc.property(chunk, fc.nat(), fc.nat(255), (one, at, value) => {
        expect(diffChunks(one, one).same).toBe(true);
        const written = writeChunk(one);
        if (!written.ok) return;
        const changed = readChunk(written.bytes.with(at % written.bytes.length, value));
        if (!changed.ok) return;
        const result = diffChunks(one, changed.chunk);
        expect(result.same).toBe(bytesOf(one) === bytesOf(changed.chunk));
        expect(renderDiff(result) === "").toBe(result.same);
      }),
      { numRuns: 800 },
    );
  });
});
