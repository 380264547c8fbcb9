import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureBuilt, packageRoot } from "../support/built-command.js";

const folder = mkdtempSync(join(tmpdir(), "dynasm-consumer-"));
const require = createRequire(import.meta.url);
const compiler = join(dirname(require.resolve("typescript/package.json")), "bin/tsc");

/** A project that has this package installed and nothing that its declarations could borrow. */
beforeAll(async () => {
  await ensureBuilt();
  const installed = join(folder, "node_modules/dynasm");
  cpSync(join(packageRoot, "dist/types"), join(installed, "dist/types"), { recursive: true });
  cpSync(join(packageRoot, "dist/api"), join(installed, "dist/api"), { recursive: true });
  cpSync(join(packageRoot, "package.json"), join(installed, "package.json"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(
    join(folder, "consumer.ts"),
    `import { type Diagnostic, renderGnu, type TranslateOptions, translate, TranslationError } from "dynasm";
import * as dasm from "dynasm/dasm";
import * as luabyteasm from "dynasm/luabyteasm";
import { translateFile, translateStream } from "dynasm/node";
import { translateTo, translateToIterator } from "dynasm/translator";

const options: TranslateOptions = { fileName: "a.dasc", readInclude: () => undefined };
const result = translate(["|.arch x64\\n"], options);
const diagnostics: readonly Diagnostic[] = result.diagnostics;
if (result.ok) {
  const output: string = result.output;
  translateTo(output, (piece) => piece.length);
  for (const piece of translateToIterator(output)) piece.length;
}
export { dasm, diagnostics, luabyteasm, renderGnu, translateFile, translateStream, TranslationError };
`,
  );
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("a project that uses the package", () => {
  test.each([
    ["node16", "node16"],
    ["esnext", "bundler"],
  ])("type-checks with module %s, resolution %s", async (module, moduleResolution) => {
    const types = ["--types", "node", "--typeRoots", join(packageRoot, "node_modules/@types")];
    const { exitCode, stdout } = await execa(
      process.execPath,
      [
        compiler,
        ...["--noEmit", "--strict", "--target", "es2022", "--module", module],
        ...["--moduleResolution", moduleResolution, ...types, "consumer.ts"],
      ],
      { cwd: folder, reject: false },
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
  });
});
