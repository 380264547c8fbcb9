import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Folder of the package. */
export const packageRoot = new URL("../../", import.meta.url).pathname;

/** Outside of the package, which may be read by tools that list its files. */
const lock = join(tmpdir(), `dynasm-build${packageRoot.replaceAll(/[^A-Za-z0-9]+/g, "-")}lock`);
const longestBuild = 120_000;

function newestTime(folder: string): number {
  let newest = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    newest = Math.max(newest, statSync(join(entry.parentPath, entry.name)).mtimeMs);
  }
  return newest;
}

/** Whether the built files are older than what they are built from. */
function isStale(): boolean {
  const marker = join(packageRoot, "dist/package.json");
  if (!existsSync(marker)) return true;
  const built = statSync(marker).mtimeMs;
  const sources = ["package.json", "scripts/build.mjs", "scripts/warm-code-cache.mjs"];
  return (
    newestTime(join(packageRoot, "src")) > built ||
    sources.some((name) => statSync(join(packageRoot, name)).mtimeMs > built)
  );
}

function build(): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/build.mjs"], {
    cwd: packageRoot,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the build failed:\n${stdout}${stderr}`);
}

function tryLock(): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    // A lock that outlived its build is broken.
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > longestBuild) rmdirSync(lock);
    return false;
  }
}

/** Builds `dist/` if it is missing or older than the sources; test files that run at the same time wait for one build. */
export async function ensureBuilt(): Promise<void> {
  while (isStale()) {
    if (!tryLock()) {
      await sleep(100);
      continue;
    }
    try {
      if (isStale()) build();
    } finally {
      rmdirSync(lock);
    }
  }
}
