import { describe, expect, test } from "vitest";
import { FileError } from "../../src/cli/file-error.js";
import type { CliIo } from "../../src/cli/io.js";
import { runTranslate } from "../../src/cli/translate-command.js";
import { readVectorLines, summarize } from "../support/vectors.js";

interface WholeFileVector {
  readonly id: string;
  readonly mode: "c" | "lua";
  readonly topic: string;
  readonly args: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly main: string | null;
  readonly stdin?: string;
  readonly expect: {
    readonly exit: number;
    readonly stdout: string | null;
    readonly stderr: string | null;
    readonly outfile?: string;
  };
  readonly notes?: readonly string[];
}

interface Outcome {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly files: ReadonlyMap<string, string>;
}

function text(content: Uint8Array | string): string {
  return typeof content === "string" ? content : Buffer.from(content).toString("latin1");
}

function normalize(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}

async function replay(vector: WholeFileVector): Promise<Outcome> {
  const files = new Map(Object.entries(vector.files).map(([name, content]) => [normalize(name), content]));
  let stdout = "";
  let stderr = "";
  const io: CliIo = {
    readInput: (path) => {
      const content = path === "-" ? (vector.stdin ?? "") : files.get(normalize(path));
      if (content === undefined) throw new FileError(`cannot read ${path}: no such file or directory`);
      return content;
    },
    readInclude: (path) => files.get(normalize(path)),
    writeFile: (path, content) => {
      if (path === "-") stdout += text(content);
      else files.set(normalize(path), text(content));
    },
    stdout: (content) => {
      stdout += text(content);
    },
    stderr: (content) => {
      stderr += text(content);
    },
    target: { os: "Linux", arch: "x64" },
  };
  const argv = ["--diagnostics-format", "classic", ...vector.args];
  const exit = await runTranslate(vector.main === null ? argv : [...argv, vector.main], io);
  return { exit, stdout, stderr, files };
}

/** Where the text of a condition's error begins that depends on the reference's host. */
const hostWording = /bad condition: [^\n]*/g;

function comparable(vector: WholeFileVector, stderr: string): string {
  return vector.notes?.includes("host-wording") ? stderr.replace(hostWording, "bad condition: ") : stderr;
}

/** Arguments that the reference answers with its help and exit code 0, or with 1; wrong usage is 2 here. */
function expectedExit(vector: WholeFileVector): number {
  const { exit, stderr, stdout } = vector.expect;
  if (stderr?.startsWith("dynasm.lua: ERROR:")) return 2;
  const asksHelp = vector.args.some((argument) => /^-(-help|-version|[h?V])/.test(argument));
  const answersHelp = exit === 0 && stdout === null && vector.expect.outfile === undefined;
  return answersHelp && !asksHelp && vector.topic === "cli" ? 2 : exit;
}

function outputName(vector: WholeFileVector): string | undefined {
  let name: string | undefined;
  let parameters = 0;
  vector.args.forEach((argument, index) => {
    if (parameters > 0) {
      parameters--;
      return;
    }
    if (argument === "--outfile" || argument === "--o") name = vector.args[index + 1];
    if (!/^-[^-]/.test(argument)) return;
    let next = index + 1;
    for (const letter of argument.slice(1)) {
      if (letter === "o") name = vector.args[next];
      if ("oIlDUA".includes(letter)) {
        next++;
        parameters++;
      }
    }
  });
  return name;
}

function compare(vector: WholeFileVector, outcome: Outcome): string | undefined {
  const { expect: expected } = vector;
  const exit = expectedExit(vector);
  if (outcome.exit !== exit)
    return `exit ${outcome.exit}, expected ${exit}; stderr: ${outcome.stderr.slice(0, 300)}`;
  const isUsage = exit === 2;
  if (expected.stdout !== null && outcome.stdout !== expected.stdout) {
    return difference("stdout", outcome.stdout, expected.stdout);
  }
  const stderr = comparable(vector, outcome.stderr);
  if (expected.stderr !== null && !isUsage && stderr !== comparable(vector, expected.stderr)) {
    return difference("stderr", stderr, comparable(vector, expected.stderr));
  }
  if (expected.outfile === undefined) return undefined;
  const written = outcome.files.get(normalize(outputName(vector) ?? "")) ?? "(missing)";
  return written === expected.outfile ? undefined : difference("outfile", written, expected.outfile);
}

function difference(what: string, actual: string, expected: string): string {
  const a = actual.split("\n");
  const b = expected.split("\n");
  const at = a.findIndex((line, index) => line !== b[index]);
  const line = at < 0 ? a.length : at;
  return `${what} line ${line + 1}: ${JSON.stringify(a[line])}, expected ${JSON.stringify(b[line])}`;
}

describe.each(["c", "lua"] as const)("recorded runs, %s mode", (mode) => {
  const vectors = readVectorLines<WholeFileVector>(`translate/translate-${mode}.jsonl.gz`);
  const topics = [...new Set(vectors.map(({ topic }) => topic))];
  test.each(topics)("%s", async (topic) => {
    const mismatches: string[] = [];
    for (const vector of vectors.filter((candidate) => candidate.topic === topic)) {
      const problem = compare(vector, await replay(vector));
      if (problem !== undefined) mismatches.push(`${vector.id} ${vector.args.join(" ")}: ${problem}`);
    }
    expect(summarize(mismatches)).toBe("");
  });
});
