import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { StatementError } from "../../src/translator/statement-error.js";
import { checkByteRegisters } from "../../src/translator/x86/byte-registers.js";
import { encode } from "../../src/translator/x86/encode.js";
import { createInstructionTable } from "../../src/translator/x86/instruction-table.js";
import type { Operand } from "../../src/translator/x86/operand.js";
import { parseOperand } from "../../src/translator/x86/parse-operand.js";
import { selectForm } from "../../src/translator/x86/select-form.js";
import { createStatementContext } from "../../src/translator/x86/statement-context.js";
import { createEnvironment, readRows } from "./harness.js";

/** Tuples that the reference rejects and that are accepted here on purpose. */
const EXTENSIONS = /^(?:v?movd|vaes(?:enc|dec)(?:last)?|vpclmulqdq)$/;

const SELECTION_LETTERS = { mode: "m", "mixed-size": "x", size: "s", "no-size": "z" } as const;

function letterOfError(error: StatementError): string {
  const { classic } = error.problem;
  if (classic === "bad operand size") return "p";
  if (classic === "bad operand size for label") return "l";
  if (classic.startsWith("bad mix")) return "b";
  if (classic.endsWith("out of range")) return "r";
  return classic.startsWith("NYI") ? "n" : classic;
}

function sampleTexts(arch: string, count: number): string[] {
  const rows = readFileSync("fixtures/vectors/x86/kinds.tsv", "latin1").split("\n").slice(1);
  const samples: string[] = [];
  for (const row of rows) {
    const [rowArch, counts = "", , , sample = ""] = row.split("\t");
    if (rowArch === arch && counts.split(",").includes(String(count))) samples.push(sample);
  }
  return samples;
}

function createChecker(mode: "x86" | "x64") {
  const context = createStatementContext(mode, createEnvironment());
  const table = createInstructionTable(mode, "1.5");
  const parse = (text: string): Operand =>
    parseOperand(
      text.replace(/\w+/g, (word) => context.registers.tokenOf.get(word) ?? word),
      context,
    );
  const samples = [1, 2, 3, 4].map((count) => sampleTexts(mode, count).map(parse));

  function letter(mnemonic: string, operands: readonly Operand[]): string {
    const forms = table.forms(mnemonic, operands.length);
    if (forms === undefined) throw new Error(`${mnemonic} does not exist`);
    context.needsRex = operands.some((o) => o.kind === "register" && o.use.register.needsRex);
    try {
      checkByteRegisters(operands);
      const selection = selectForm(forms, operands);
      if (selection.failure !== undefined) return SELECTION_LETTERS[selection.failure];
      encode(selection.form, selection.size, operands, context);
      return "A";
    } catch (error) {
      if (error instanceof StatementError) return letterOfError(error);
      throw error;
    }
  }

  function mismatches(mnemonic: string, count: number, letters: string): string[] {
    const kinds = samples[count - 1] ?? [];
    const found: string[] = [];
    for (let position = 0; position < letters.length; position++) {
      const operands: Operand[] = [];
      let rest = position;
      for (let i = 0; i < count; i++) {
        const operand = kinds[rest % kinds.length];
        if (operand !== undefined) operands.unshift(operand);
        rest = Math.floor(rest / kinds.length);
      }
      const expected = letters.charAt(position);
      const actual = letter(mnemonic, operands);
      if (actual === expected || (actual === "A" && EXTENSIONS.test(mnemonic))) continue;
      found.push(`${mnemonic}/${count} at ${position}: ${expected} => ${actual}`);
    }
    return found;
  }
  return mismatches;
}

function isMov64(mnemonic: string): boolean {
  return mnemonic === "mov64"; // its source is not parsed, so there is nothing to select
}

for (const mode of ["x64", "x86"] as const) {
  test(`${mode}: every combination of operand kinds is accepted or rejected as recorded`, () => {
    const mismatches = createChecker(mode);
    const found: string[] = [];
    for (const [mnemonic = "", count, , letters = ""] of readRows(`matrix-${mode}.tsv.gz`)) {
      if (count === "0" || isMov64(mnemonic)) continue;
      found.push(...mismatches(mnemonic, Number(count), letters));
    }
    expect(found.length === 0 ? [] : found.slice(0, 10)).toEqual([]);
  });
}
