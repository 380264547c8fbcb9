import { expect, test } from "vitest";
import { listForms } from "../../src/x86/list-forms.js";
import { createHarness, type Harness, type Outcome, readRows } from "./harness.js";

const ARCHITECTURES = ["x64", "x86"] as const;

const TYPES = {
  x64: [
    { name: "FOO", ctype: "struct foo" },
    { name: "BAR", ctype: "struct bar *", register: "rbx" },
    { name: "QUX", ctype: "qux_t", register: "r12" },
  ],
  x86: [
    { name: "FOO", ctype: "struct foo" },
    { name: "BAR", ctype: "struct bar *", register: "ebx" },
    { name: "QUX", ctype: "qux_t", register: "esp" },
  ],
} as const;

/** Whether the reference lacks forms of the statement's mnemonic that are accepted here. */
function isExtended(statement: string): boolean {
  const mnemonic = statement.trim().split(/[\s,]/)[0] ?? "";
  return listForms(mnemonic).some((form) => form.extension);
}

/** The reference fails in an assertion there, without a regular message. */
function isInternalFailure(message: string): boolean {
  return message.startsWith("internal: ");
}

/** The rows record values: the sign that the original prints in front of some zeros is not in them. */
function withoutSigns(bytes: string): string {
  return bytes.replaceAll("-0", "0");
}

function agrees(row: readonly string[], outcome: Outcome): boolean {
  const [statement = "", verdict, result = "", args] = row;
  if (verdict === "ok")
    return outcome.error === undefined && withoutSigns(outcome.bytes) === result && outcome.args === args;
  if (statement.startsWith(".type")) return true; // belongs to the core
  if (outcome.error === result) return true;
  return isExtended(statement) || (outcome.error !== undefined && isInternalFailure(result));
}

function mismatches(rows: readonly string[][], harness: Harness): string[] {
  const found: string[] = [];
  for (const row of rows) {
    const outcome = harness.run(row[0] ?? "");
    if (!agrees(row, outcome))
      found.push(`${row.join("\t")}  =>  ${outcome.error ?? `${outcome.bytes}\t${outcome.args}`}`);
  }
  return found;
}

for (const name of ARCHITECTURES) {
  test(`${name}: recorded statements give the same bytes, arguments and messages`, () => {
    const rows = readRows(`instr-${name}.tsv.gz`);
    const found = mismatches(rows, createHarness(name));
    expect(found.slice(0, 10)).toEqual([]);
    expect(rows.length).toBeGreaterThan(100_000);
  });

  test(`${name}: recorded statements with declared types`, () => {
    const rows = readRows(`typed-${name}.tsv.gz`);
    expect(mismatches(rows, createHarness(name, { types: TYPES[name] })).slice(0, 10)).toEqual([]);
    expect(rows.length).toBeGreaterThan(500);
  });

  test(`${name}: recorded warnings`, () => {
    const harness = createHarness(name);
    const found: string[] = [];
    for (const [statement = "", , warnings] of readRows(`warnings-${name}.tsv.gz`)) {
      const outcome = harness.run(statement);
      const classic = outcome.warnings.flatMap((warning) => warning.classic ?? []).join(" / ");
      if (classic !== warnings) found.push(`${statement}: ${warnings} => ${classic}`);
    }
    expect(found.slice(0, 10)).toEqual([]);
  });
}
