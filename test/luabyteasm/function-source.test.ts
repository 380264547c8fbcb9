import { describe, expect, test } from "vitest";
import type { Prototype } from "../../src/luabyteasm/chunk.js";
import { type FunctionSource, forEachNested, sourceOfChunk } from "../../src/luabyteasm/function-source.js";
import { openChunk, readChunk } from "../../src/luabyteasm/read-chunk.js";
import { fromHex, type MalformedVector, readVectors, roundTripChunks } from "./chunk-vectors.js";

function treeOf(source: FunctionSource): Prototype {
  const prototypes: Prototype[] = [];
  forEachNested(source, (nested) => prototypes.push(treeOf(nested)));
  return { ...source.read(), prototypes };
}

/** As {@link treeOf}, but with the functions read from the last to the first, each after those inside it. */
function treeFromBehind(source: FunctionSource): Prototype {
  const prototypes: Prototype[] = [];
  for (let index = source.nestedCount - 1; index >= 0; index--) {
    const nested = source.nested(index);
    if (nested !== undefined) prototypes.unshift(treeFromBehind(nested));
  }
  return { ...source.read(), prototypes };
}

function expectUpvalues(source: FunctionSource): void {
  expect(source.readUpvalues()).toEqual(source.read().upvalues);
  forEachNested(source, expectUpvalues);
}

describe("functions read one at a time", () => {
  test("are those of the tree, in whatever order they are read", () => {
    let functions = 0;
    for (const { name, bytes } of roundTripChunks()) {
      const [read, opened] = [readChunk(bytes), openChunk(bytes)];
      if (!read.ok || !opened.ok) throw new Error(`${name} is not accepted`);
      const { main } = read.chunk;
      expect(opened.source.header, name).toEqual(read.chunk.header);
      expect(treeOf(opened.source.main), name).toEqual(main);
      expect(treeFromBehind(opened.source.main), name).toEqual(main);
      expect(treeOf(sourceOfChunk(read.chunk).main), name).toEqual(main);
      expectUpvalues(opened.source.main);
      functions += 1 + main.prototypes.length;
    }
    expect(functions).toBeGreaterThan(200);
  });

  test("a number that no function has gives none", () => {
    for (const { bytes } of roundTripChunks().slice(0, 20)) {
      const [read, opened] = [readChunk(bytes), openChunk(bytes)];
      if (!read.ok || !opened.ok) throw new Error("not accepted");
      for (const { main } of [opened.source, sourceOfChunk(read.chunk)]) {
        for (const index of [-1, main.nestedCount, 1e9]) expect(main.nested(index)).toBeUndefined();
      }
    }
  });

  test("damaged chunks are refused with the diagnostics of readChunk", () => {
    for (const { id, hex } of readVectors<MalformedVector>("malformed.jsonl.gz")) {
      const bytes = fromHex(hex);
      for (const refuseTrailing of [false, true]) {
        const [read, opened] = [readChunk(bytes, { refuseTrailing }), openChunk(bytes, { refuseTrailing })];
        expect(opened.ok, id).toBe(read.ok);
        expect(opened.diagnostics, id).toEqual(read.diagnostics);
      }
    }
  });
});
