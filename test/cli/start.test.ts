import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import * as nodeModule from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ALIASES } from "../../src/cli/luabyteasm/aliases.js";
import { COMMANDS } from "../../src/cli/luabyteasm-commands.js";
import { cachePath, engineOptions } from "../../src/cli/start.js";
import { ensureBuilt } from "../support/built-command.js";

const ROOT = resolve(import.meta.dirname, "../..");

test("the running engine knows every option that is set on it", () => {
  const known = execFileSync(process.execPath, ["--v8-options"], { encoding: "utf8" });
  for (const option of engineOptions(process.versions.v8)) {
    expect(known).toContain(`${option.replace(/=.*/, "")} (`);
  }
});

test("the option is set on the engine of Node 20 only: that of Node 22 has dropped it", () => {
  expect(engineOptions("11.3.244.8-node.38")).toEqual(["--interrupt-budget=1000000"]);
  expect(engineOptions("12.4.254.21-node.57")).toEqual([]);
  expect(engineOptions("13.6.233.17-node.53")).toEqual([]);
});

describe("the built bundles", () => {
  const folder = join(ROOT, "dist/cli");
  beforeAll(ensureBuilt);

  test("each command of luabyteasm has its own, under its short name as well", () => {
    for (const { name, aliases = [] } of COMMANDS) {
      expect(existsSync(join(folder, `luabyteasm-${name}.cjs`)), name).toBe(true);
      for (const alias of aliases) expect(ALIASES[alias]).toBe(name);
    }
    const aliases = COMMANDS.flatMap((command) => command.aliases ?? []);
    expect(aliases.toSorted()).toEqual(Object.keys(ALIASES).toSorted());
  });

  test("the engine accepts their code caches, which a run under other options would have spoiled", () => {
    const bundles = readdirSync(folder).filter((name) => existsSync(cachePath(join(folder, name))));
    expect(bundles.length).toBeGreaterThan(5);
    const script = `
      const { loadBundle, cachePath, tuneEngine } = require("./start.cjs");
      const { readFileSync } = require("node:fs");
      for (const bundle of process.argv.slice(1)) {
        if (bundle === "dynasm.cjs") tuneEngine();
        const path = require("node:path").resolve(bundle);
        console.log(bundle, loadBundle(path, readFileSync(cachePath(path))).script.cachedDataRejected);
      }`;
    for (const bundle of bundles) {
      const output = execFileSync(process.execPath, ["-e", script, bundle], {
        cwd: folder,
        encoding: "utf8",
      });
      expect(output).toBe(`${bundle} false\n`);
    }
  });
});

describe("without a code cache made by this Node", () => {
  const folder = mkdtempSync(join(tmpdir(), "dynasm-start-"));
  const copy = join(folder, "package");
  const cacheOfNode = join(folder, "cache of node");
  const source = join(folder, "a.dasc");
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function run(): string {
    return execFileSync(process.execPath, [join(copy, "bin/dynasm.js"), source], {
      encoding: "utf8",
      env: { ...process.env, NODE_COMPILE_CACHE: "", TMPDIR: cacheOfNode },
    });
  }

  beforeAll(async () => {
    await ensureBuilt();
    for (const part of ["bin", "dist"]) cpSync(join(ROOT, part), join(copy, part), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
    mkdirSync(cacheOfNode);
    writeFileSync(source, "|.arch x64\n|.actionlist actions\n| ret\n");
  });

  test("commands run all the same", () => {
    const expected = run();
    expect(expected).toContain("195,255");
    for (const name of readdirSync(join(copy, "dist/cli"))) {
      if (name.endsWith(".cache")) rmSync(join(copy, "dist/cli", name));
    }
    expect(run()).toBe(expected);
    expect(run()).toBe(expected);
    const keepsCache = "enableCompileCache" in nodeModule;
    expect(readdirSync(cacheOfNode).length).toBe(keepsCache ? 1 : 0);
  });

  test("a damaged one costs nothing but time", () => {
    const expected = run();
    const bundle = join(copy, "dist/cli/dynasm.cjs");
    for (const damage of ["", "no cache", readFileSync(bundle)]) {
      writeFileSync(cachePath(bundle), damage);
      expect(run()).toBe(expected);
    }
  });
});
