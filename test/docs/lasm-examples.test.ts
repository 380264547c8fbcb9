import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { messageOfFinding, renderMessages } from "../../src/cli/luabyteasm/messages.js";
import { renderGnu } from "../../src/diagnostics/render-gnu.js";
import { assemble } from "../../src/luabyteasm/assemble.js";
import { updateReference } from "../../src/luabyteasm/reference-tables.js";
import { verify } from "../../src/luabyteasm/verify.js";
import { hasNative } from "../support/native.js";

const reference = readFileSync("docs/lasm.md", "utf8");

interface Example {
  readonly kind: string;
  readonly text: string;
  readonly line: number;
  /** The block behind it, if that says what should come out. */
  readonly expected: string | undefined;
}

function readExamples(): Example[] {
  const blocks = [...reference.matchAll(/^```([a-z-]+)\n([\s\S]*?)^```$/gm)].map((match) => ({
    kind: match[1] ?? "",
    text: match[2] ?? "",
    line: reference.slice(0, match.index).split("\n").length,
  }));
  return blocks.map((block, index) => {
    const next = blocks[index + 1];
    const answers = next !== undefined && ["output", "diagnostics", "findings"].includes(next.kind);
    return { ...block, expected: answers ? next.text : undefined };
  });
}

const examples = readExamples();
const programs = examples.filter(({ kind }) => kind === "lasm");

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lasm-docs-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the tables of the reference are up to date (npx tsx scripts/generate-lasm-reference.mjs)", () => {
  expect(updateReference(reference)).toBe(reference);
});

test("there is an example with output for nearly every section", () => {
  expect(programs.length).toBeGreaterThanOrEqual(9);
  expect(programs.filter(({ expected }) => expected !== undefined).length).toBeGreaterThanOrEqual(8);
});

test.each(programs)("the program in line $line assembles and passes the verifier", ({ text }) => {
  const result = assemble(text);
  expect(result.diagnostics.filter(({ code }) => code !== "backslash-literal")).toEqual([]);
  if (!result.ok) throw new Error("not assembled");
  expect(verify(result.chunk)).toEqual([]);
});

test.skipIf(!hasNative("lua5.2", ["-v"])).each(programs.filter(({ expected }) => expected !== undefined))(
  "the program in line $line prints what the reference says",
  ({ text, expected }) => {
    const result = assemble(text);
    if (!result.ok) throw new Error("not assembled");
    const path = join(folder, "example.luac");
    writeFileSync(path, result.bytes);
    const run = spawnSync("lua5.2", [path], { encoding: "utf8" });
    expect(run.stderr + run.stdout).toBe(expected);
  },
);

test("the program in JavaScript does what the reference says", () => {
  const [example] = examples.filter(({ kind }) => kind === "js");
  const api = JSON.stringify(join(process.cwd(), "src/luabyteasm/index.ts"));
  const script = (example?.text ?? "").replace('"dynasm/luabyteasm"', api);
  const run = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
    encoding: "utf8",
  });
  expect(run.stderr + run.stdout).toBe(example?.expected);
});

test("the verifier finds in the reference what it says", () => {
  const [example] = examples.filter(({ kind }) => kind === "lasm-check");
  const result = assemble(example?.text ?? "");
  if (!result.ok) throw new Error("not assembled");
  const messages = verify(result.chunk).map((finding) => messageOfFinding("example.lasm", finding));
  expect(renderMessages(messages, "gnu")).toBe(example?.expected);
});

test("the mistakes in the reference are reported as it says", () => {
  const mistakes = examples.filter(({ kind }) => kind === "lasm-error");
  expect(mistakes.length).toBeGreaterThan(0);
  for (const { text, expected } of mistakes) {
    const result = assemble(text, { fileName: "example.lasm" });
    expect(result.diagnostics.map((diagnostic) => renderGnu(diagnostic)).join("")).toBe(expected);
  }
});
