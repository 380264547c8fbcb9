import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { createNodeIo } from "../../../src/cli/io.js";
import { runTranslate } from "../../../src/cli/translate-command.js";
import type { Program } from "./programs.js";

/** What a translator did with a program. All texts have one character per byte. */
export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const driver = new URL("driver.lua", import.meta.url).pathname;

function readOutcomes(bytes: Buffer): Outcome[] {
  const outcomes: Outcome[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(10, at);
    const [exitCode = 0, out = 0, err = 0] = bytes.toString("latin1", at, end).split(" ").map(Number);
    const stdout = bytes.toString("latin1", end + 1, end + 1 + out);
    const stderr = bytes.toString("latin1", end + 1 + out, end + 1 + out + err);
    outcomes.push({ exitCode, stdout, stderr });
    at = end + 1 + out + err;
  }
  return outcomes;
}

function writeProgram(folder: string, program: Program): void {
  for (const [name, text] of Object.entries(program.files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text, "latin1");
  }
}

/** Runs the original on all programs, in one process of LuaJIT. */
export async function runOriginal(
  script: string,
  folder: string,
  programs: readonly Program[],
): Promise<Outcome[]> {
  const jobs = programs.map((program, index) => {
    const place = join(folder, String(index));
    writeProgram(place, program);
    return [place, ...program.options, program.main].join("\t");
  });
  writeFileSync(join(folder, "jobs"), jobs.map((job) => `${job}\n`).join(""), "latin1");
  const results = join(folder, "results");
  await execa("luajit", [driver, script, join(folder, "jobs"), results]);
  return readOutcomes(readFileSync(results));
}

/** Runs our translator in this process. */
export async function runOurs(program: Program, extra: readonly string[] = []): Promise<Outcome> {
  let stdout = "";
  let stderr = "";
  const text = (content: Uint8Array | string): string =>
    typeof content === "string" ? content : Buffer.from(content).toString("latin1");
  const args = ["--diagnostics-format", "classic", ...extra, ...program.options, program.main];
  const exitCode = await runTranslate(args, {
    ...createNodeIo(),
    readInput: (path) => program.files[path] ?? "",
    readInclude: (path) => program.files[path],
    writeFile: (_path, content) => {
      stdout += text(content);
    },
    stdout: (content) => {
      stdout += text(content);
    },
    stderr: (content) => {
      stderr += text(content);
    },
  });
  return { exitCode, stdout, stderr };
}

/** Makes texts that depend on the host of the translator, or have no order, comparable. */
function comparable(text: string): string {
  return (
    text
      .replaceAll(/(bad condition: expr:1:|cannot load module:) [^\n]*/g, "$1")
      // Where the host has looked for an architecture.
      .replaceAll(/^\tno (?:field|file) [^\n]*\n/gm, "")
      .replaceAll(
        /^[^\n]*: byte out of range\n|^[^\n]*error: bad (?:label definition:\n(?=[^\n]*extern)|filler:\n)[^\n]*\n/gm,
        "internal\n",
      )
      .replaceAll(/\nCaptures:\n.*/gs, "")
      .replaceAll(/mixed operand size in `v?movd (?:ro,xq|xq,ro)'|bad operand size(?=:)/g, "size")
      .replaceAll(/[^\n]*missing \.dumpcapture [^\n]*/g, "missing .dumpcapture")
  );
}

/** Whether the original fails inside, or rejects what is accepted here on purpose (see docs/compatibility.md). */
export function isDeliberate({ stderr }: Outcome): boolean {
  return (
    /CRASH|^too (?:slow|much output)$|`v?mov[dq] r[oq],r[oq]'|`v?movd (?:ro,x[q?]|x[q?],ro)'/m.test(stderr) ||
    /(?:unknown statement|wrong number of parameters for) `(?:endbr..|vsqrts[sd])'/.test(stderr)
  );
}

function firstDifference(what: string, theirs: string, ours: string): string {
  const expected = theirs.split("\n");
  const actual = ours.split("\n");
  const line = expected.findIndex((text, index) => text !== actual[index]);
  const at = line < 0 ? expected.length - 1 : line;
  return `${what}, line ${at + 1}: expected ${JSON.stringify(expected[at])}, got ${JSON.stringify(actual[at])}`;
}

/** Describes the first difference of two outcomes; empty if there is none. */
export function describeDifference(theirs: Outcome, ours: Outcome): string {
  const [expected, actual] = [comparable(theirs.stderr), comparable(ours.stderr)];
  if (expected !== actual) return firstDifference("messages", expected, actual);
  if (theirs.exitCode !== ours.exitCode) return `exit code ${ours.exitCode} instead of ${theirs.exitCode}`;
  return theirs.stdout === ours.stdout ? "" : firstDifference("output", theirs.stdout, ours.stdout);
}

/** Removes the lines that the messages of the original name; undefined if that changes nothing. */
export function withoutErrors(program: Program, { stderr }: Outcome): Program | undefined {
  const bad = new Map<string, Set<number>>();
  for (const [, file = "", line] of stderr.matchAll(/^([^\s:]+):(\d+): error: /gm)) {
    const lines = bad.get(file) ?? new Set();
    bad.set(file, lines.add(Number(line)));
  }
  const files = Object.entries(program.files).map(([name, text]) => {
    const lines = bad.get(name);
    if (lines === undefined) return [name, text] as const;
    return [
      name,
      text
        .split("\n")
        .filter((_, index) => !lines.has(index + 1))
        .join("\n"),
    ] as const;
  });
  const changed = { ...program, files: Object.fromEntries(files) };
  return JSON.stringify(changed.files) === JSON.stringify(program.files) ? undefined : changed;
}
