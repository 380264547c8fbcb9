import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { encode, init, link, put, setup, setupGlobal } from "../../src/dasm/engine.js";
import { type TranslateOptions, translate } from "../../src/translator/index.js";
import { describeCode } from "../../src/translator/listing/code-pieces.js";
import { createListingRecorder } from "../../src/translator/listing/listing-recorder.js";
import { renderListing } from "../../src/translator/listing/render-listing.js";
import { expectGoldens } from "../support/golden.js";

const folder = "fixtures/listing";

function list(source: string, options: TranslateOptions = {}) {
  const recorder = createListingRecorder();
  const result = translate(source, { recorder, ...options });
  if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join("\n"));
  return { text: renderListing(recorder, result), recorder, result };
}

function listFile(name: string, options: TranslateOptions = {}): string {
  const source = readFileSync(join(folder, name), "latin1");
  const readInclude = (path: string): string => readFileSync(join(folder, path), "latin1");
  return list(source, { fileName: name, readInclude, ...options }).text;
}

test("listings of whole files", () => {
  expectGoldens([
    { path: join(folder, "tour.lst"), text: listFile("tour.dasc") },
    { path: join(folder, "old-1.4.lst"), text: listFile("old.dasc", { dasmVersion: "1.4" }) },
    { path: join(folder, "old-1.3.lst"), text: listFile("old.dasc", { dasmVersion: "1.3" }) },
    { path: join(folder, "lua-x64.lst"), text: listFile("lua.dasl", { language: "lua" }) },
    {
      path: join(folder, "lua-x86.lst"),
      text: listFile("lua.dasl", { language: "lua", target: { os: "Windows", arch: "x86" } }),
    },
  ]);
});

test("the recorder does not change what is translated", () => {
  const source = readFileSync(join(folder, "tour.dasc"), "latin1");
  const plain = translate(source);
  expect(plain.ok && plain.output).toBe(list(source).result.output);
});

test("the code of all rows is the action list", () => {
  const source = readFileSync(join(folder, "tour.dasc"), "latin1");
  const { recorder, result } = list(source);
  let covered = 0;
  for (const row of recorder.rows) {
    const at = (recorder.puts[row.put]?.offset ?? 0) + row.start;
    const bytes = Buffer.from(result.actions.subarray(at, at + row.code.length)).toString("latin1");
    expect(bytes).toBe(row.code.replaceAll("\u0100", "\u0000"));
    covered += row.code.length;
  }
  const stops = recorder.puts.length - recorder.rows.filter(({ code }) => /\xfe.$/s.test(code)).length;
  expect(covered + stops).toBe(result.actions.length);
});

const values = [0, 1, 4, 5, 12, 13, 127, 200, 40_000, 1_000_000, -1];

/** Sizes that the encoder makes of a chunk with all combinations of a few values as arguments. */
function observeSizes(actions: Uint8Array, texts: readonly string[]): readonly number[] {
  const state = init(1);
  const sizes: number[] = [];
  const combinations = values.length ** texts.filter((text) => Number.isNaN(Number(text))).length;
  for (let combination = 0; combination < combinations; combination++) {
    let rest = combination;
    const args = texts.map((text) => {
      if (!Number.isNaN(Number(text))) return Number(text);
      const value = values[rest % values.length] ?? 0;
      rest = Math.floor(rest / values.length);
      return value;
    });
    setupGlobal(state, new BigUint64Array(1), 1);
    setup(state, actions);
    put(state, 0, ...args);
    const { status, size } = link(state);
    if (status !== 0) continue;
    expect(encode(state, new Uint8Array(size))).toBe(0);
    sizes.push(size);
  }
  return sizes;
}

describe("the bounds of sizes are those of the encoder", () => {
  test.each([
    "ret",
    "mov eax, [rbx+n]",
    "mov eax, [rbp+n]",
    "mov eax, [r13+n]",
    "mov eax, [rsp+n]",
    "mov eax, [rbp+rcx*2+n]",
    "mov eax, [rcx*2+n]",
    "mov eax, [Rq(n)]",
    "mov Rd(n), [Rq(n)+n]",
    "mov eax, [Rq(n)+rcx]",
    "mov eax, [rbp+Rq(n)*2+n]",
    "mov rax, Rq(n)",
    "mov Rd(n), Rd(n)",
    "inc Rb(n)",
    "push Rq(n)",
    "add rax, n",
    "add dword [rbp+n], n",
    "add word [Rq(n)+n], n",
    "mov al, n",
    "ret n",
    "vaddsd xmm(n), xmm(n), xmm1",
    "vaddsd xmm1, xmm2, xmm(n)",
    "vblendvpd xmm1, xmm2, xmm3, xmm(n)",
    ".align 8",
    ".byte n",
    ".qword ->g",
    "1:; jmp <1",
    "jmp ->g",
    ".space 7",
  ])("%s", (statements) => {
    const { recorder, result } = list(`|.arch x64\n|${statements}\n`);
    const { globals, externs, sections } = result;
    const names = { globals, externs, sections, addressSize: 8, hasPrefixRegisters: true } as const;
    let minimum = 0;
    let maximum = 0;
    const args: string[] = [];
    for (const row of recorder.rows) {
      const described = describeCode(row.code, row.args, names);
      minimum += described.minimum;
      maximum += described.maximum;
      args.push(...row.args);
    }
    const sizes = observeSizes(result.actions, args);
    expect(sizes.length).toBeGreaterThan(0);
    // From one place in the code an alignment and a jump have only one of their sizes.
    if (statements === ".align 8") {
      expect([minimum, maximum]).toEqual([0, 7]);
    } else if (statements.includes("jmp")) {
      for (const size of sizes) expect([2, 5]).toContain(size);
      expect([minimum, maximum]).toEqual([2, 5]);
    } else {
      expect([minimum, maximum]).toEqual([Math.min(...sizes), Math.max(...sizes)]);
    }
  });
});

test("long code is wrapped, and a statement that belongs to several put calls has a row for each", () => {
  const items = Array.from({ length: 9 }, () => "n").join(", ");
  const { text } = list(`|.arch x64\n|.qword ${items}\n|.qword ${items}\n`);
  const rows = text.split("\n").slice(4);
  expect(rows.filter((row) => row.startsWith("   put")).length).toBe(2);
  expect(rows.filter((row) => row.trimEnd().endsWith(" ...")).length).toBe(1);
  expect(text.match(/\{imm32\}/g)?.length).toBe(36);
});
