// Writes the V8 code cache of each command bundle after a typical run, so that functions which
// that run needs are in the cache already compiled.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { loadBundle, cachePath, tuneEngine } = createRequire(import.meta.url)(
  join(root, "dist/cli/start.cjs"),
);
const scratch = mkdtempSync(join(tmpdir(), "dynasm-warm-"));
const demo = (name) => join(root, "fixtures/demo", name);
const chunk = join(scratch, "hello.luac");

const runs = {
  "luabyteasm-assemble": [["assemble", demo("hello.lasm"), "-o", chunk]],
  "luabyteasm-disassemble": [["disassemble", chunk, "-o", join(scratch, "hello.lasm")]],
  "luabyteasm-check": [["check", chunk]],
  "luabyteasm-list": [["list", chunk, "-o", join(scratch, "hello.txt")]],
  "luabyteasm-info": [["info", chunk, "-o", join(scratch, "hello.txt")]],
  "luabyteasm-convert": [["convert", "--endian", "big", chunk, "-o", join(scratch, "big.luac")]],
  "luabyteasm-diff": [["diff", chunk, chunk, "-o", join(scratch, "hello.diff")]],
  "luabyteasm-graph": [["graph", "--format", "dot", chunk, "-o", join(scratch, "hello.dot")]],
  // Last: a cache is valid under the engine options it was made with, and they cannot be taken back.
  dynasm: [
    ["-D", "X64", "-o", join(scratch, "a.c"), demo("interpreter.dasc")],
    ["translate", "-o", join(scratch, "b.c"), demo("interpreter.dasc")],
    ["translate", "-o", join(scratch, "b.c"), demo("interpreter.dasc")],
    ["translate", "-o", join(scratch, "c.lua"), demo("multiply.dasl")],
  ],
};

for (const [name, bundleRuns] of Object.entries(runs)) {
  if (name === "dynasm") tuneEngine();
  const bundle = join(root, "dist/cli", `${name}.cjs`);
  const { exports, script } = loadBundle(bundle, undefined);
  for (const argv of bundleRuns) {
    if (argv.some((argument) => existsSync(argument))) await exports.main(argv);
  }
  writeFileSync(cachePath(bundle), script.createCachedData());
}
rmSync(scratch, { recursive: true, force: true });
