// `npm run bench [-- NAME]`: runs the benchmarks under bench/, one process each.
// DYNASM_REFERENCE=DIR names a LuaJIT source tree to compare with, where a benchmark can.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const loader = createRequire(import.meta.url).resolve("tsx");
const wanted = process.argv[2] ?? "";

// Reading additional certificates costs Node 50 ms at every start.
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
const names = readdirSync(join(root, "bench")).filter(
  (name) => name.endsWith(".bench.ts") && name.includes(wanted),
);
for (const name of names) {
  console.log(`\n## ${name}`);
  const { status } = spawnSync(
    process.execPath,
    ["--import", `file://${loader}`, join(root, "bench", name)],
    {
      cwd: root,
      env,
      stdio: "inherit",
    },
  );
  if (status !== 0) process.exitCode = 1;
}
