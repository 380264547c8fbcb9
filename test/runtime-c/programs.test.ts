import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { canCompile, compile, createScratchFolder, FIXTURES, run, SANITIZERS, WARNINGS } from "./compile.js";

interface Program {
  readonly name: string;
  readonly sources: readonly string[];
  readonly defines: readonly string[];
}

const PROGRAMS: readonly Program[] = [
  { name: "calls out of order, limits, refused input", sources: ["behaviour.c"], defines: [] },
  { name: "customising macros", sources: ["hooks.c"], defines: [] },
  { name: "customising macros, no checks", sources: ["hooks.c"], defines: ["-DNO_CHECKS"] },
  { name: "engine in its own file", sources: ["two-files-engine.c", "two-files-user.c"], defines: [] },
];

const PLATFORMS: readonly { readonly name: string; readonly options: readonly string[] }[] = [
  { name: "64 bit, C99", options: ["-m64", "-std=c99"] },
  { name: "32 bit, C99", options: ["-m32", "-std=c99"] },
  // The C library's headers serve C++ as well, and need no 32 bit C++ library.
  { name: "64 bit, C++17", options: ["-m64", "-x", "c++", "-std=c++17", "-nostdinc++"] },
  { name: "32 bit, C++17", options: ["-m32", "-x", "c++", "-std=c++17", "-nostdinc++"] },
];

const { directory, remove } = createScratchFolder();
afterAll(remove);

// Not among the tools that a complete run needs. Its sanitizers find things that those of gcc do not.
const HAS_CLANG = spawnSync("clang", ["--version"], { stdio: "ignore" }).status === 0;

function sanitizesWithClang(options: readonly string[]): boolean {
  const args = [...options, ...SANITIZERS, "-x", "c", "-", "-o", join(directory, "probe")];
  const { status } = spawnSync("clang", args, { input: "int main(void) { return 0; }\n" });
  return status === 0;
}

describe.each(["-m64", "-m32"])("%s, sanitizers of clang", (bits) => {
  describe.skipIf(!sanitizesWithClang([bits]))("programs", () => {
    test.each(PROGRAMS)("$name", ({ sources, defines }) => {
      const [first = "", ...others] = sources.map((source) => join(FIXTURES, source));
      const program = join(directory, "program");
      const options = [bits, "-std=c99", ...SANITIZERS, "-g", ...WARNINGS, ...defines, ...others];
      compile(first, program, options, "clang");
      const { status, stdout, stderr } = run(program, []);
      expect(stdout + stderr).toBe("");
      expect(status).toBe(0);
    });
  });
});

describe.each(PLATFORMS)("$name, sanitizers", ({ options }) => {
  const platform = [...options, ...SANITIZERS];
  describe.skipIf(!canCompile(platform))("programs", () => {
    test.each(PROGRAMS)("$name", ({ sources, defines }) => {
      const [first = "", ...others] = sources.map((source) => join(FIXTURES, source));
      const program = join(directory, "program");
      compile(first, program, [...platform, "-g", ...WARNINGS, ...defines, ...others]);
      const { status, stdout, stderr } = run(program, []);
      expect(stdout + stderr).toBe("");
      expect(status).toBe(0);
    });
  });
});

describe("headers alone", () => {
  const source = join(FIXTURES, "two-files-engine.c");
  const variants = ["-O0", "-O2", "-O3", "-DDASM_FDEF=static", "-DDASM_ALIGNED_WRITES", "-DDASM_COMPAT_1_4"];

  test.skipIf(!canCompile(["-m64"]))("compile without warnings", () => {
    for (const variant of variants) {
      compile(source, join(directory, "engine.o"), ["-c", "-m64", "-std=c99", ...WARNINGS, variant]);
    }
  });

  test.skipIf(!HAS_CLANG)("compile without warnings of clang", () => {
    const languages = [["-std=c99"], ["-x", "c++", "-std=c++17", "-nostdinc++"]];
    for (const language of languages) {
      for (const variant of [...variants, "-DDASM_CHECKS"]) {
        compile(source, join(directory, "engine.o"), ["-c", ...language, ...WARNINGS, variant], "clang");
      }
    }
  });
});
