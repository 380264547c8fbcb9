import { expect, test } from "vitest";
import { expectGoldens } from "../support/golden.js";
import { fixtures, goldenFiles, runFixture } from "./fixtures.js";

test.each(fixtures)("$name", async (fixture) => {
  const { exitCode, stdout, stderr } = await runFixture(fixture);
  expect(exitCode, stderr).toBe(fixture.rejected ? 1 : 0);
  if (fixture.rejected) expect(stdout).toBe("");
  expectGoldens([
    { path: fixture.outputPath, text: stdout === "" ? undefined : stdout },
    { path: fixture.messagesPath, text: stderr === "" ? undefined : stderr },
  ]);
});

test("every golden file belongs to a source", () => {
  const expected = new Set(fixtures.flatMap(({ outputPath, messagesPath }) => [outputPath, messagesPath]));
  expect(goldenFiles.filter((path) => !expected.has(path))).toEqual([]);
});

test("a source is called bad- if and only if it is rejected, warn- if it is accepted with messages", () => {
  const warned = fixtures.filter(
    ({ rejected, messagesPath }) => !rejected && goldenFiles.includes(messagesPath),
  );
  const misnamed = warned.filter(({ file }) => !/^(?:warn|dump|readme)/.test(file));
  expect(misnamed.map(({ name }) => name)).toEqual([]);
});
