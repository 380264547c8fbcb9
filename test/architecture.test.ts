import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";

const root = new URL("../", import.meta.url).pathname;

interface Import {
  readonly from: string;
  /** A path below `src/` with its `.ts`, or the name of a package or Node module. */
  readonly to: string;
  readonly typeOnly: boolean;
  /** Whether it is an `import()` expression, which loads on use. */
  readonly lazy: boolean;
}

const sourceFiles = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => join("src", name))
  .sort();

function textOf(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

const importPattern =
  /^(?:import|export)\s+(?:(?<clause>[\w\s*{},$]*?)\s*from\s*)?"(?<name>[^"]+)";|\bimport\(\s*"(?<lazyName>[^"]+)"\s*\)/gm;

function target(from: string, name: string): string {
  if (!name.startsWith(".")) return name;
  return normalize(join(dirname(from), name)).replace(/\.js$/, ".ts");
}

function importsOf(from: string): readonly Import[] {
  return [...textOf(from).matchAll(importPattern)].map(({ groups }) => {
    const { clause = "", name, lazyName } = groups ?? {};
    return {
      from,
      to: target(from, name ?? lazyName ?? ""),
      typeOnly: /^type\b/.test(clause),
      lazy: lazyName !== undefined,
    };
  });
}

/** Folder below src, or `.` for a file in src itself. */
function areaOf(file: string): string {
  const parts = file.split("/");
  return parts.length > 2 ? (parts[1] ?? ".") : ".";
}

interface Rule {
  /** Areas or single files below src that may be imported, besides the own area. */
  readonly areas: readonly string[];
  /** Packages, with the one file that may load each. */
  readonly packages?: Readonly<Record<string, string>>;
  /** Whether the area may use Node modules. */
  readonly node?: boolean;
  /** The one file that may look at Node's `process`, without importing it. */
  readonly processFile?: string;
}

const rules: Readonly<Record<string, Rule>> = {
  bytes: { areas: [] },
  diagnostics: { areas: [] },
  x86: { areas: [] },
  dasm: {
    areas: ["bytes", "diagnostics", "src/x86/actions.ts"],
    // koffi and iced-x86 are optional and looked for through Node at run time, in this file alone.
    processFile: "src/dasm/optional-package.ts",
  },
  translator: {
    areas: ["bytes", "diagnostics", "x86"],
    packages: { luaparse: "src/translator/index.ts" },
  },
  luabyteasm: { areas: ["bytes", "diagnostics"] },
  cli: {
    areas: ["bytes", "diagnostics", "x86", "dasm", "translator", "luabyteasm"],
    packages: { commander: "", chalk: "src/cli/terminal.ts" },
    node: true,
  },
  // The public API only hands on what the parts export.
  ".": { areas: ["bytes", "diagnostics", "x86", "dasm", "translator", "luabyteasm"] },
};

function isNodeModule(name: string): boolean {
  return name.startsWith("node:");
}

function problemOf(edge: Import): string | undefined {
  const area = areaOf(edge.from);
  const rule = rules[area];
  if (rule === undefined) return `${edge.from}: no rule for the folder src/${area}`;
  if (edge.to.startsWith("src/")) {
    const targetArea = areaOf(edge.to);
    const allowed = targetArea === area || rule.areas.includes(targetArea) || rule.areas.includes(edge.to);
    return allowed ? undefined : `${edge.from} must not import ${edge.to}`;
  }
  if (isNodeModule(edge.to)) {
    return rule.node ? undefined : `${edge.from} must not use ${edge.to}`;
  }
  const owner = rule.packages?.[edge.to];
  if (owner === undefined) return `${edge.from} must not use the package ${edge.to}`;
  if (edge.typeOnly || owner === "" || owner === edge.from) return undefined;
  return `${edge.from} must not load ${edge.to}: only ${owner} does`;
}

const edges = sourceFiles.flatMap(importsOf);

describe("imports", () => {
  test("are found at all", () => {
    expect(edges.length).toBeGreaterThan(sourceFiles.length);
    expect(edges.some(({ lazy }) => lazy)).toBe(true);
  });

  test("go only where the architecture allows", () => {
    expect(edges.map(problemOf).filter((problem) => problem !== undefined)).toEqual([]);
  });

  test("name existing files", () => {
    const missing = edges.filter(({ to }) => to.startsWith("src/") && !sourceFiles.includes(to));
    expect(missing).toEqual([]);
  });

  test("of optional packages are lazy", () => {
    const eager = edges.filter(
      ({ to, typeOnly, lazy }) =>
        !typeOnly && !lazy && (to === "koffi" || to === "iced-x86" || to === "chalk"),
    );
    expect(eager).toEqual([]);
  });

  test("have no cycle through the translator and the encoder", () => {
    const between = edges.filter(
      ({ from, to }) => ["dasm", "translator"].includes(areaOf(from)) && /^src\/(dasm|translator)\//.test(to),
    );
    expect(between.filter(({ from, to }) => areaOf(from) !== areaOf(to))).toEqual([]);
  });
});

describe("source text", () => {
  test("of the core has no module-level variables and no Node globals", () => {
    const problems: string[] = [];
    for (const file of sourceFiles) {
      if (areaOf(file) === "cli") continue;
      textOf(file)
        .split("\n")
        .forEach((line, index) => {
          if (/^(?:export )?(?:let|var)\b/.test(line)) problems.push(`${file}:${index + 1}: ${line}`);
        });
    }
    expect(problems).toEqual([]);
  });

  test("of the core names no process, buffer, clock or random source", () => {
    const problems: string[] = [];
    for (const file of sourceFiles) {
      const rule = rules[areaOf(file)];
      if (rule?.node || rule?.processFile === file) continue;
      const code = textOf(file).replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "");
      const found = /\b(?:process\.|Buffer\b|Date\.|new Date\b|performance\.|Math\.random)/.exec(code);
      if (found !== null) problems.push(`${file}: ${found[0]}`);
    }
    expect(problems).toEqual([]);
  });

  test("escapes no type or lint check", () => {
    const escapes = /@ts-(?:ignore|expect-error|nocheck)|biome-ignore (?!format)/;
    expect(sourceFiles.filter((file) => escapes.test(textOf(file)))).toEqual([]);
  });
});
