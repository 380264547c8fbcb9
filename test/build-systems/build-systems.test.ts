import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { ensureBuilt, packageRoot } from "../support/built-command.js";
import { hasNative } from "../support/native.js";
import { createProject, type Project } from "./project.js";

interface BuildSystem {
  readonly name: string;
  /** Folder of the example. */
  readonly example: string;
  readonly tools: readonly string[];
  /** Commands before the first build. */
  readonly configure?: readonly (readonly string[])[];
  readonly build: readonly string[];
  /** Where the results appear. */
  readonly output: string;
  /** A translation with the same result as before does not compile anything. */
  readonly restat: boolean;
}

const systems: readonly BuildSystem[] = [
  { name: "make", example: "make", tools: ["make"], build: ["make", "-j8"], output: ".", restat: false },
  { name: "ninja", example: "ninja", tools: ["ninja"], build: ["ninja", "-j8"], output: ".", restat: true },
  {
    name: "cmake with ninja",
    example: "cmake",
    tools: ["cmake", "ninja"],
    configure: [["cmake", "-G", "Ninja", "-S", ".", "-B", "out dir"]],
    build: ["cmake", "--build", "out dir", "-j8"],
    output: "out dir",
    restat: true,
  },
  {
    name: "cmake with make",
    example: "cmake",
    tools: ["cmake", "make"],
    configure: [["cmake", "-G", "Unix Makefiles", "-S", ".", "-B", "out dir"]],
    build: ["cmake", "--build", "out dir", "-j8"],
    output: "out dir",
    restat: false,
  },
  {
    name: "meson",
    example: "meson",
    tools: ["meson", "ninja"],
    configure: [["meson", "setup", "out dir"]],
    build: ["ninja", "-C", "out dir", "-j8"],
    output: "out dir",
    restat: true,
  },
];

const isX64 = process.arch === "x64" && process.platform !== "win32";

beforeAll(ensureBuilt);

let project: Project | undefined;
afterEach(() => project?.remove());

const objectsOf = (names: readonly string[]): readonly string[] =>
  names.map((name) => name.replace(/^(?:meson-generated_)?(\w+)(?:\.c)?\.o$/, "$1")).sort();

describe.each(systems)("$name", ({ example, tools, configure = [], build, output, restat }) => {
  const isReady = isX64 && ["cc", ...tools].every((tool) => hasNative(tool));

  test.skipIf(!isReady)("builds all, then exactly what a change needs", () => {
    project = createProject(example);
    const { run, takeTranslated, takeWritten, touch } = project;
    const make = (): string => run(build[0] ?? "", ...build.slice(1));
    const takeObjects = (): readonly string[] => objectsOf(takeWritten(output, ".o"));
    const calculate = (): string => run(join(output, "calc").replace(/^calc$/, "./calc"));
    for (const [command = "", ...args] of configure) run(command, ...args);

    make();
    expect(calculate()).toBe("13 -1 42\n");
    expect(takeTranslated()).toEqual(["add.dasc", "mul.dasc", "sub.dasc"]);
    expect(takeObjects()).toEqual(["add", "emit", "main", "mul", "sub"]);

    make();
    expect(takeTranslated()).toEqual([]);
    expect(takeObjects()).toEqual([]);

    // A new time of the include: its users are translated, and compiled where the time alone counts.
    touch("frame.inc");
    make();
    expect(takeTranslated()).toEqual(["add.dasc", "sub.dasc"]);
    expect(takeObjects()).toEqual(restat ? [] : ["add", "sub"]);
    make();
    expect(takeTranslated()).toEqual([]);
    expect(takeObjects()).toEqual([]);

    // A new content of the include.
    touch("frame.inc", (text) => text.replace("mov eax, FIRST\n", "lea eax, [FIRST+100]\n"));
    make();
    expect(calculate()).toBe("113 99 42\n");
    expect(takeTranslated()).toEqual(["add.dasc", "sub.dasc"]);
    expect(takeObjects()).toEqual(["add", "sub"]);

    // A source of its own.
    touch("mul.dasc", (text) => text.replace("  ret", "  neg eax\n  |  ret"));
    make();
    expect(calculate()).toBe("113 99 -42\n");
    expect(takeTranslated()).toEqual(["mul.dasc"]);
    expect(takeObjects()).toEqual(["mul"]);
    make();
    expect(takeTranslated()).toEqual([]);
    expect(takeObjects()).toEqual([]);
  });

  test.skipIf(!isReady)("stops at an error in a source and goes on when it is corrected", () => {
    project = createProject(example);
    const { run, touch } = project;
    const make = (): string => run(build[0] ?? "", ...build.slice(1));
    for (const [command = "", ...args] of configure) run(command, ...args);
    touch("sub.dasc", (text) => text.replace("ret", "rett"));
    expect(make).toThrow(/sub\.dasc:\d+:\d+: error: .*rett/);
    expect(make).toThrow(/sub\.dasc:\d+:\d+: error: .*rett/);
    touch("sub.dasc", (text) => text.replace("rett", "ret"));
    make();
    expect(run(join(output, "calc").replace(/^calc$/, "./calc"))).toBe("13 -1 42\n");
  });
});

test("processes that write the same file at once leave it whole", async () => {
  project = createProject("make");
  const { folder } = project;
  const translate = (...flags: readonly string[]): Promise<{ exitCode?: number; stderr: string }> =>
    execa(process.execPath, [join(packageRoot, "bin/dynasm.js"), ...flags, "-o", "add.c", "add.dasc"], {
      cwd: folder,
      reject: false,
    });
  await translate();
  const whole = readFileSync(join(folder, "add.c"), "latin1");
  const runs = Array.from({ length: 12 }, (_, index) =>
    translate(...(index % 2 === 0 ? ["--if-changed"] : [])),
  );
  for (const { exitCode, stderr } of await Promise.all(runs)) expect([exitCode, stderr]).toEqual([0, ""]);
  expect(readFileSync(join(folder, "add.c"), "latin1")).toBe(whole);
  expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("docs/build-systems.md shows the files that are tested here", () => {
  const text = readFileSync(join(packageRoot, "docs/build-systems.md"), "utf8");
  for (const name of ["make/Makefile", "ninja/build.ninja", "cmake/CMakeLists.txt", "meson/meson.build"]) {
    expect(text).toContain(readFileSync(join(packageRoot, "fixtures/build-systems", name), "utf8"));
  }
});
