import { describe, expect, test } from "vitest";
import { assemble, parse } from "../../src/luabyteasm/assemble.js";
import type { Chunk, Prototype } from "../../src/luabyteasm/chunk.js";
import { convertChunk } from "../../src/luabyteasm/convert.js";
import { diffChunks } from "../../src/luabyteasm/diff.js";
import { print } from "../../src/luabyteasm/disassemble.js";
import { graphPrototype } from "../../src/luabyteasm/graph.js";
import { listChunk } from "../../src/luabyteasm/list.js";
import { readChunk } from "../../src/luabyteasm/read-chunk.js";
import { stripChunk } from "../../src/luabyteasm/strip.js";
import { verify } from "../../src/luabyteasm/verify.js";
import { writeChunk } from "../../src/luabyteasm/write-chunk.js";
import { chunkOfCode } from "./chunk-text.js";

const LEVELS = 100_000;

const leaf = chunkOfCode("RETURN R0 1");

function nest(levels: number): Chunk {
  let main: Prototype = leaf.main;
  for (let level = 1; level < levels; level++) main = { ...leaf.main, prototypes: [main] };
  return { header: leaf.header, main };
}

/** The bytes of a function with `levels` levels of functions inside. */
function bytesOf(levels: number): Uint8Array {
  const bytes = writeChunk(nest(2));
  if (!bytes.ok) throw new Error("not written");
  const single = writeChunk(leaf);
  if (!single.ok) throw new Error("not written");
  // What stands before and behind the nested function, repeated.
  const inner = single.bytes.subarray(18);
  const before = bytes.bytes.subarray(18, 18 + 27);
  const behind = bytes.bytes.subarray(18 + 27 + inner.length);
  const head = single.bytes.subarray(0, 18);
  const result = new Uint8Array(head.length + levels * (before.length + behind.length) + inner.length);
  result.set(head);
  for (let level = 0; level < levels; level++) {
    result.set(before, head.length + level * before.length);
    const end = result.length - level * behind.length;
    result.set(behind, end - behind.length);
  }
  result.set(inner, head.length + levels * before.length);
  return result;
}

function codesOf(result: { readonly ok: boolean; readonly diagnostics?: readonly { code: string }[] }) {
  return result.ok ? [] : (result.diagnostics ?? []).map(({ code }) => code);
}

describe("100,000 levels of functions", () => {
  const deep = nest(LEVELS);

  test("the bytes are read up to 200 levels and refused beyond", () => {
    expect(readChunk(bytesOf(199)).ok).toBe(true);
    expect(codesOf(readChunk(bytesOf(200)))).toEqual(["depth"]);
    expect(codesOf(readChunk(bytesOf(LEVELS)))).toEqual(["depth"]);
  });

  test("the text is refused", () => {
    const text = `${".fn\n".repeat(LEVELS)}${".endfn\n".repeat(LEVELS)}`;
    expect(codesOf(assemble(text))).toContain("depth");
    expect(codesOf(parse(".fn\n".repeat(LEVELS)))).toContain("depth");
  });

  test("writing and converting refuse the tree", () => {
    expect(codesOf(writeChunk(deep))).toEqual(["depth"]);
    expect(codesOf(convertChunk(deep, { numberSize: 4 }))).toEqual(["depth"]);
    expect(codesOf(writeChunk(stripChunk(deep)))).toEqual(["depth"]);
  });

  test("the verifier reports the first function that is too deep", () => {
    const errors = verify(deep).filter(({ severity }) => severity === "error");
    expect(errors.map(({ rule, path }) => [rule, path])).toEqual([["depth", `main${"/0".repeat(200)}`]]);
  });

  test("printing, listing and comparing end", () => {
    expect(codesOf(parse(print(deep)))).toContain("depth");
    expect(parse(print(nest(200))).ok).toBe(true);
    expect(listChunk(deep)).toContain("(functions nested more than 200 levels deep are not listed)");
    expect(diffChunks(deep, leaf).same).toBe(false);
    expect(diffChunks(deep, nest(LEVELS)).same).toBe(false);
    expect(diffChunks(nest(200), nest(200)).same).toBe(true);
    expect(graphPrototype(deep, `main${"/0".repeat(300)}`).ok).toBe(true);
  });
});
