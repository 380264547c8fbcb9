import { expect, test } from "vitest";
import { findSource, parseActionSourceMap } from "../../src/diagnostics/action-source-map.js";
import { translate } from "../../src/translator/index.js";

const source = `|.arch x64
|.actionlist actions
|->entry:
  | mov eax, 1; ret
x();
  | mov eax, 1
  | call extern puts
y();
  | mov eax, 1; ret
`;

const result = translate(source, { fileName: "in.dasc" });
if (!result.ok) throw new Error("the source has errors");
const map = result.sourceMap();

test("an offset leads to its lines, also those of equal code that shares the bytes", () => {
  expect(findSource(map, 0)).toEqual([{ file: "in.dasc", line: 3 }]);
  const shared = map.entries.filter(([, , , line]) => line === 9).map(([start]) => start);
  for (const start of shared) {
    const lines = findSource(map, start).map(({ line }) => line);
    expect(lines).toContain(9);
  }
  expect(findSource(map, 100_000)).toEqual([]);
  expect(map.globals).toEqual(["entry"]);
  expect(map.externs).toEqual(["puts"]);
});

test("a map survives being written as JSON", () => {
  expect(parseActionSourceMap(JSON.stringify(map))).toEqual(map);
});

test.each([
  "",
  "null",
  "[]",
  "{}",
  JSON.stringify({ ...map, version: 2 }),
  JSON.stringify({ ...map, files: [1] }),
  JSON.stringify({ ...map, globals: "x" }),
  JSON.stringify({ ...map, externs: undefined }),
  JSON.stringify({ ...map, entries: {} }),
  JSON.stringify({ ...map, entries: [[0, 1, 0]] }),
  JSON.stringify({ ...map, entries: [[0, 1, 7, 1]] }),
  JSON.stringify({ ...map, entries: [[0, 1.5, 0, 1]] }),
  JSON.stringify({ ...map, entries: [[0, -1, 0, 1]] }),
])("%.60s is no map", (text) => expect(parseActionSourceMap(text)).toBeUndefined());
