// Writes the V8 code cache of each command bundle after a typical run, so that functions which
// that run needs are in the cache already compiled.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { loadBundle, cachePath } = createRequire(import.meta.url)(join(root, "dist/cli/start.cjs"));
const scratch = mkdtempSync(join(tmpdir(), "dynasm-warm-"));

const warmRuns = {
  dynasm: [
    ["-o", join(scratch, "demo.c"), join(root, "fixtures/demo/multiply.dasc")],
    ["translate", "-o", join(scratch, "demo.lua"), join(root, "fixtures/demo/multiply.dasl")],
  ],
  luabyteasm: [["assemble", join(root, "fixtures/demo/hello.lasm"), "-o", join(scratch, "hello.luac")]],
};

for (const [command, runs] of Object.entries(warmRuns)) {
  const bundle = join(root, "dist/cli", `${command}.cjs`);
  const { exports, script } = loadBundle(bundle, false);
  for (const argv of runs) {
    if (existsSync(argv.at(-1)) || existsSync(argv[1])) await exports.main(argv);
  }
  writeFileSync(cachePath(bundle), script.createCachedData());
}
rmSync(scratch, { recursive: true, force: true });
