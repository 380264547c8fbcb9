import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { instructionReference } from "../../src/x86/instruction-reference.js";
import { listForms } from "../../src/x86/list-forms.js";

test("docs/instructions.md is up to date", () => {
  // If this fails: npx tsx scripts/generate-instructions.mjs
  expect(readFileSync("docs/instructions.md", "utf8") === instructionReference()).toBe(true);
});

test("a form is listed with operands, encoding, modes and origin", () => {
  expect(listForms("addsd")).toEqual([
    {
      mnemonic: "addsd",
      operands: "xmm, xmm/m64",
      encoding: "F2 0F 58 /r",
      modes: ["x86", "x64"],
      extension: false,
      group: "SSE scalar operations",
    },
  ]);
  expect(listForms("cmpxchg").map((form) => [form.operands, form.extension])).toEqual([["rm*, r*", true]]);
  expect(listForms("pushfq").map((form) => form.modes)).toEqual([["x64"]]);
  expect(listForms("insertps").map((form) => form.encoding)).toEqual(["66 0F 3A 21 /r ib"]);
  expect(listForms("mov64")).toHaveLength(3);
});

test("an unknown name has no forms", () => {
  for (const name of ["nonsense", "constructor", "__proto__", "jx", "set"])
    expect(listForms(name)).toEqual([]);
});
