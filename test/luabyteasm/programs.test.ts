import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assemble } from "../../src/luabyteasm/assemble.js";
import { disassemble } from "../../src/luabyteasm/disassemble.js";
import { verify } from "../../src/luabyteasm/verify.js";
import { hasNative } from "../support/native.js";
import { fromHex, type RoundTripVector, readVectors, toHex } from "./chunk-vectors.js";
import type { AssembleVector } from "./vectors.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lasm-programs-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a chunk with stock Lua. */
function runChunk(bytes: Uint8Array): { stdout: string; stderr: string } {
  const path = join(folder, "chunk.luac");
  writeFileSync(path, bytes);
  const { stdout, stderr } = spawnSync("lua5.2", [path], { encoding: "latin1", timeout: 10_000 });
  return { stdout, stderr };
}

function assembleBytes(text: string | Uint8Array): Uint8Array {
  const result = assemble(text);
  if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join("\n"));
  return result.bytes;
}

const programs = readdirSync("fixtures/lasm").filter((name) => name.endsWith(".lasm"));

test.each(programs)("%s assembles without a word and passes the verifier", (name) => {
  const result = assemble(readFileSync(join("fixtures/lasm", name)));
  expect(result.diagnostics).toEqual([]);
  if (!result.ok) throw new Error("not assembled");
  expect(verify(result.chunk).filter(({ severity }) => severity === "error")).toEqual([]);
});

describe.skipIf(!hasNative("lua5.2", ["-v"]))("under stock Lua 5.2", () => {
  test.each(programs)("%s prints what it should", (name) => {
    const expected = readFileSync(join("fixtures/lasm", name.replace(".lasm", ".out")), "latin1");
    const bytes = assembleBytes(readFileSync(join("fixtures/lasm", name)));
    expect(runChunk(bytes)).toEqual({ stdout: expected, stderr: "" });
  });

  test("programs of the vectors print what they should, also after the way there and back", () => {
    const faults: string[] = [];
    let count = 0;
    for (const { id, text, expect: wanted } of readVectors<AssembleVector>("asm.jsonl")) {
      if (wanted.stdout === undefined && wanted.stderr_contains === undefined) continue;
      const result = runChunk(assembleBytes(text));
      count++;
      if (wanted.stdout !== undefined && result.stdout !== wanted.stdout)
        faults.push(`${id}: ${result.stdout}`);
      if (!result.stderr.includes(wanted.stderr_contains ?? "")) faults.push(`${id}: ${result.stderr}`);
    }
    expect(count).toBeGreaterThan(50);
    expect(faults.slice(0, 10)).toEqual([]);
  });
});

describe.skipIf(!hasNative("luac5.2", ["-v"]))("against luac 5.2", () => {
  test("what luac writes comes back byte for byte and without a word", () => {
    const faults: string[] = [];
    for (const { id, kind, source } of readVectors<RoundTripVector & { source?: string }>(
      "roundtrip.jsonl.gz",
    )) {
      if (kind !== "luac" || source === undefined) continue;
      const path = join(folder, "source.lua");
      writeFileSync(path, source);
      for (const strip of [[], ["-s"]]) {
        spawnSync("luac5.2", [...strip, "-o", join(folder, "source.luac"), path]);
        const bytes = new Uint8Array(readFileSync(join(folder, "source.luac")));
        const text = disassemble(bytes);
        const again = assemble(text.ok ? text.text : "");
        if (!again.ok || toHex(again.bytes) !== toHex(bytes) || again.diagnostics.length > 0) faults.push(id);
      }
    }
    expect(faults).toEqual([]);
  });

  test("luac reads what the assembler writes as the same program", () => {
    const bytes = assembleBytes(readFileSync("fixtures/lasm/closures.lasm"));
    const path = join(folder, "closures.luac");
    writeFileSync(path, bytes);
    const copied = spawnSync("luac5.2", ["-o", join(folder, "copy.luac"), path], { encoding: "utf8" });
    expect(copied.stderr).toBe("");
    expect(toHex(new Uint8Array(readFileSync(join(folder, "copy.luac"))))).toBe(toHex(bytes));
  });
});

test("a chunk of the vectors is the one its text describes", () => {
  const [vector] = readVectors<AssembleVector>("asm.jsonl");
  const text = disassemble(fromHex(vector?.expect.hex ?? ""));
  expect(text.ok && text.text).toContain('K1 = "Hello, World!"');
});
