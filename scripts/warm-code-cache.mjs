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

const runs = {
  dynasm: [
    ["-D", "X64", "-o", join(scratch, "a.c"), demo("interpreter.dasc")],
    ["translate", "-o", join(scratch, "b.c"), demo("interpreter.dasc")],
    ["translate", "-o", join(scratch, "b.c"), demo("interpreter.dasc")],
    ["translate", "-o", join(scratch, "c.lua"), demo("multiply.dasl")],
  ],
  luabyteasm: [
    ["assemble", demo("hello.lasm"), "-o", join(scratch, "hello.luac")],
    ["disassemble", join(scratch, "hello.luac"), "-o", join(scratch, "hello.lasm")],
    ["check", join(scratch, "hello.luac")],
  ],
};

for (const [command, commandRuns] of Object.entries(runs)) {
  tuneEngine(command);
  const bundle = join(root, "dist/cli", `${command}.cjs`);
  const { exports, script } = loadBundle(bundle, undefined);
  for (const argv of commandRuns) {
    if (argv.some((argument) => existsSync(argument))) await exports.main(argv);
  }
  writeFileSync(cachePath(bundle), script.createCachedData());
}
rmSync(scratch, { recursive: true, force: true });
