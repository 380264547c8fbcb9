import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { warningDescriptions } from "../../src/translator/warnings.js";
import { fixtures } from "./fixtures.js";

const sources = new URL("../../src/translator/", import.meta.url).pathname;
const sourceText = readdirSync(sources, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => readFileSync(join(sources, name), "utf8"))
  .join("\n");

/** How the sources name a code: as a property, or as the first argument of the functions that make errors and warnings. */
const codePatterns = [
  /\bcode: "([a-z0-9-]+)"/g,
  /\b(?:fatalError|statementError|OutputError)\(\s*"([a-z0-9-]+)"/g,
  /\bwarnAt\(\s*state,\s*[\w.]+,\s*"([a-z0-9-]+)"/g,
];

/** Codes that are put together at run time. */
const builtCodes: Readonly<Record<string, readonly string[]>> = {
  "`too-many-${kind}s`": ["too-many-globals", "too-many-externs"],
  "`bad-${what}-register`": ["bad-base-register", "bad-index-register"],
};

/** Only the classic format mentions these: the others show the same in notes. */
const classicOnly = new Set(["in-include-file"]);

function collectCodes(): Set<string> {
  const codes = new Set<string>(Object.keys(warningDescriptions));
  for (const pattern of codePatterns) {
    for (const [, code = ""] of sourceText.matchAll(pattern)) codes.add(code);
  }
  for (const built of Object.values(builtCodes).flat()) codes.add(built);
  return codes;
}

function shownBy(prefix: string): Set<string> {
  const shown = new Set<string>();
  for (const { file, messagesPath } of fixtures) {
    if (!file.startsWith(prefix) || !existsSync(messagesPath)) continue;
    const text = readFileSync(messagesPath, "latin1");
    for (const [, code = ""] of text.matchAll(/(?:^| )(?:error|warning|note): [^\n]* \[([a-z0-9-]+)\]$/gm))
      shown.add(code);
  }
  return shown;
}

test("codes that are put together at run time are known to this test", () => {
  const built = [...sourceText.matchAll(/(?:code: |(?:fatalError|statementError)\(\s*)(`[^`]*`)/g)];
  expect(built.map(([, text]) => text).filter((text) => text !== undefined && !(text in builtCodes))).toEqual(
    [],
  );
});

test("every code has a source that shows it", () => {
  const shown = new Set([...shownBy("bad-"), ...shownBy("warn-")]);
  const missing = [...collectCodes()].filter((code) => !shown.has(code) && !classicOnly.has(code));
  expect(missing).toEqual([]);
});

test("every shown code is in the sources", () => {
  const codes = collectCodes();
  expect([...shownBy("bad-"), ...shownBy("warn-")].filter((code) => !codes.has(code))).toEqual([]);
});

test("every warning has a name that turns it off", () => {
  const shown = [...shownBy("warn-")].filter((code) => code !== "too-many-errors");
  expect(shown.filter((code) => !(code in warningDescriptions))).toEqual([]);
});
