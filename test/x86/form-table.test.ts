import { expect, test } from "vitest";
import { compileRow, operandCount } from "../../src/x86/compile-form.js";
import { formGroups, rowsOf } from "../../src/x86/form-table.js";
import type { CheckRow } from "../../src/x86/notation.js";

const mnemonics = [...new Set(formGroups.flatMap((group) => group.mnemonics()))];

test("every row compiles in both modes and names an encoding for each operand", () => {
  const problems: string[] = [];
  for (const mnemonic of mnemonics) {
    for (const row of rowsOf(mnemonic)) {
      for (const mode of ["x86", "x64"] as const) {
        for (const form of compileRow(row, mode)) {
          const complete =
            form.opcode.length > 0 &&
            form.opcode.every((byte) => byte >= 0 && byte <= 255) &&
            form.kinds.length === operandCount(row) &&
            form.kinds.every((kind) => kind !== 0) &&
            form.immediates.every((field) => field.operand >= 0);
          if (!complete) problems.push(`${mnemonic}: ${row}`);
        }
      }
    }
  }
  expect(problems).toEqual([]);
  expect(mnemonics.length).toBeGreaterThan(890);
});

test("every register and memory operand of a form has a place in the encoding", () => {
  const problems: string[] = [];
  for (const mnemonic of mnemonics) {
    for (const row of rowsOf(mnemonic)) {
      for (const form of compileRow(row, "x64")) {
        const placed = new Set([
          form.rm,
          form.reg,
          form.vvvv,
          form.opcodeRegister,
          ...form.immediates.map((field) => field.operand),
        ]);
        form.operands.forEach((operand, index) => {
          const implicit = /^(?:a.|al|ax|eax|rax|cl|dx|ecx|rcx|xmm0|st0|1)$/.test(operand);
          if (!implicit && !placed.has(index)) problems.push(`${mnemonic} ${operand}: ${row}`);
        });
      }
    }
  }
  expect(problems).toEqual([]);
});

test("names of object members are no mnemonics", () => {
  for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty", "j", "set", "cmov", ""]) {
    expect(rowsOf(name), name).toEqual([]);
  }
});

test("a row with a typing error has the error as its type", () => {
  const operand: CheckRow<"rm*, rr : 01 /r"> = "unknown operand 'rr'";
  const encoding: CheckRow<"rm*, r*   : 01 /x"> = "unknown encoding '/x'";
  const shape: CheckRow<"rm*, r* 01 /r"> = "a row is 'operands : encoding'";
  const good: CheckRow<"rm*, r* : VEX.66.0F38.W1 B8 /r  [ext]"> = "rm*, r* : VEX.66.0F38.W1 B8 /r  [ext]";
  expect([operand, encoding, shape, good]).toHaveLength(4); // the compiler checks the rest
});

test("a row with an unknown operand cannot be compiled", () => {
  expect(() => compileRow("foo : 90", "x64")).toThrow("unknown operand");
});
