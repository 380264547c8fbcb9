import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as dasm from "../../src/dasm/index.js";
import { ACTION, type ActionName } from "../../src/x86/actions.js";
import { packageRoot } from "../support/built-command.js";
import { expectGoldens } from "../support/golden.js";

const path = join(packageRoot, "docs/dasm.md");

/** Columns of the table of action codes: operand bytes, argument, bytes of code, meaning. */
const actions: Readonly<Record<ActionName, readonly [string, string, string, string]>> = {
  DISP: ["", "displacement", "0, 1 or 4", "displacement; its width goes into the ModRM byte"],
  IMM_S: ["", "-128 to 127", "1", "signed byte"],
  IMM_B: ["", "0 to 255", "1", "byte"],
  IMM_W: ["", "0 to 65535", "2", "word"],
  IMM_D: ["", "any", "4", "doubleword"],
  IMM_WB: ["", "-128 to 65535", "1 or 2", "word, or signed byte if it fits; 2 is added to the opcode then"],
  IMM_DB: ["", "any", "1 or 4", "doubleword, or signed byte if it fits; 2 is added to the opcode then"],
  VREG: ["field", "0 to 15", "-1, 0 or 1", "variable register, see below"],
  SPACE: ["fill byte", "size from 0", "size", "that many fill bytes"],
  SETLABEL: ["", "address", "0", "the label defined just before it gets this address"],
  REL_A: ["", "address", "4", "distance to an address"],
  REL_LG: ["label", "", "1 or 4", "distance to a local or global label; jumps become short where possible"],
  REL_PC: ["", "pc label", "1 or 4", "distance to a pc label; jumps become short where possible"],
  IMM_LG: ["label", "", "8 or 4", "address of a local or global label"],
  IMM_PC: ["", "pc label", "8 or 4", "address of a pc label"],
  LABEL_LG: ["label", "", "0", "definition of a local or global label"],
  LABEL_PC: ["", "pc label", "0", "definition of a pc label"],
  ALIGN: ["alignment - 1", "", "0 to alignment - 1", "nops up to a multiple of the alignment"],
  EXTERN: ["0 or 1, index", "", "4", "extern symbol: address (0) or distance (1)"],
  ESC: ["byte", "", "1", "a literal byte of 233 or more"],
  MARK: ["", "", "0", "marks the place behind the ModRM byte for DISP, IMM_WB and IMM_DB"],
  SECTION: ["section", "", "0", "ends the chunk; what follows goes to this section"],
  STOP: ["", "", "0", "ends the chunk"],
};

function renderTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const line = (cells: readonly string[]): string =>
    `| ${cells.join(" | ")} |`.replace(/\| {2}(?=\|)/g, "| ");
  return [line(head), `|${"---|".repeat(head.length)}`, ...body.map(line)].join("\n");
}

function actionTable(): string {
  const rows = Object.entries(ACTION).map(([name, code]) => [
    String(code),
    `\`${name}\``,
    ...actions[name as ActionName],
  ]);
  return renderTable([["code", "name", "operand bytes", "argument", "bytes of code", "meaning"], ...rows]);
}

function statusTable(): string {
  const rows = Object.values(dasm.STATUS).map((code) => {
    const { status, message, advice } = dasm.explain(code);
    const payload = { none: "", offset: "action list offset", section: "section", label: "label" };
    const subject = message.replace(/\b0\b/g, "N").replace(", allowed are N to 15", "");
    return [
      dasm.formatStatus(code),
      `\`${status.name}\``,
      payload[status.payloadKind],
      subject.replaceAll("|", "\\|"),
      advice,
    ];
  });
  return renderTable([["status", "name", "payload", "meaning", "what to do"], ...rows]);
}

function replacePart(text: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const start = text.indexOf(open);
  const end = text.indexOf(close);
  expect(start >= 0 && end > start, `docs/dasm.md has a place for ${name}`).toBe(true);
  return `${text.slice(0, start)}${open}\n\n${content}\n\n${text.slice(end)}`;
}

test("the tables of docs/dasm.md follow from the code", () => {
  const text = replacePart(readFileSync(path, "utf8"), "statuses", statusTable());
  expectGoldens([{ path, text: replacePart(text, "actions", actionTable()) }]);
});

/** Names in code marks at the beginning of the rows of the tables behind a heading. */
function namesBehind(text: string, heading: string): readonly string[] {
  const [, part = ""] = text.split(`\n${heading}\n`);
  const rows = part.split(/\n#+ /)[0]?.matchAll(/^\| (.*?) \|/gm) ?? [];
  return [...rows].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`(\[Symbol\.dispose\]|\w+)/g)].map(([, name = ""]) => name),
  );
}

test("docs/dasm.md describes every member of the objects and every function", () => {
  const text = readFileSync(path, "utf8");
  const membersOf = (prototype: object): readonly string[] =>
    Reflect.ownKeys(prototype)
      .map((key) => (typeof key === "symbol" ? "[Symbol.dispose]" : key))
      .filter((key) => key !== "constructor");
  const assembler = namesBehind(text, "## The assembler");
  expect(membersOf(dasm.Assembler.prototype).filter((name) => !assembler.includes(name))).toEqual([]);
  const code = namesBehind(text, "## Calling code");
  expect(membersOf(dasm.MachineCode.prototype).filter((name) => !code.includes(name))).toEqual([]);
  const classes = ["Assembler", "MachineCode"];
  const undescribed = Object.keys(dasm).filter(
    (name) => !classes.includes(name) && !new RegExp(`\\b${name}\\b`).test(text),
  );
  expect(undescribed).toEqual([]);
});
