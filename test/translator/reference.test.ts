import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runOurs } from "./reference/compare.js";
import { type Comparison, findDifferences } from "./reference/find-differences.js";
import { excerpt, mutate } from "./reference/mutations.js";
import { createProgram, type Program } from "./reference/programs.js";
import { createRandom } from "./reference/random.js";

/**
 * Comparison with the original translators. They are not part of this package: DYNASM_REFERENCE names a LuaJIT
 * source tree (for C), DYNASM_REFERENCE_LUA a folder with the `dynasm.lua` of the Lua-mode fork. Without them
 * nothing here runs. DYNASM_FUZZ_RUNS is the number of random programs (default 500), DYNASM_FUZZ_SEED another
 * start of the random numbers.
 */
const { DYNASM_REFERENCE = "", DYNASM_REFERENCE_LUA = "", DYNASM_FUZZ_RUNS, DYNASM_FUZZ_SEED } = process.env;
const runs = Number(DYNASM_FUZZ_RUNS ?? 500);
const seed = Number(DYNASM_FUZZ_SEED ?? 1);

const references = {
  c: join(DYNASM_REFERENCE, "dynasm/dynasm.lua"),
  lua: join(DYNASM_REFERENCE_LUA, "dynasm.lua"),
} as const;

function lacks(kind: keyof typeof references): boolean {
  const folder = kind === "c" ? DYNASM_REFERENCE : DYNASM_REFERENCE_LUA;
  return folder === "" || !existsSync(references[kind]);
}

function expectNone({ differences }: Comparison): void {
  const texts = differences.map(({ what, program: { files, options } }) => {
    const sources = Object.entries(files).map(([name, text]) => `--- ${name}\n${text}`);
    return [what, `options: ${options.join(" ")}`, ...sources].join("\n");
  });
  expect(texts).toEqual([]);
}

function randomPrograms(isLua: boolean): Program[] {
  return Array.from({ length: runs }, (_, index) =>
    createProgram(createRandom(seed * 1_000_003 + index), isLua),
  );
}

function mutants(
  text: string,
  main: string,
  head: string,
  options: readonly string[],
  count: number,
): Program[] {
  return Array.from({ length: count }, (_, index) => {
    const r = createRandom(seed * 7919 + index);
    const source = r.chance(0.7) ? excerpt(r, text, head) : text;
    return {
      files: { [main]: mutate(r, source) },
      options: [...options, r.of(["-L", "-M", "-N", "-F"])],
      main,
    };
  });
}

/** What the Makefile of LuaJIT defines for a build on Linux. */
const makefileFlags = "ENDIAN_LE P64 JIT FFI FPU HFABI VER=".split(" ").flatMap((name) => ["-D", name]);

const definesOf: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "vm_x64.dasc": [makefileFlags, [], ["-D", "WIN", "-D", "JIT", "-D", "FFI"], ["-D", "NO_UNWIND"]],
  "vm_x86.dasc": [
    makefileFlags,
    [],
    ["-D", "X64WIN", "-D", "X64"],
    ["-D", "DUALNUM", "-D", "JIT"],
    ["-D", "WIN"],
  ],
};

const wholeFileOptions = ["", "-L", "-N", "-c", "-C", "-M", "-F", "-LN", "-MNF", "-cMF", "-P", "-PP"];

describe.skipIf(lacks("c"))("like the original", () => {
  describe.each(["vm_x64.dasc", "vm_x86.dasc"])("%s", (main) => {
    const source = (): string => readFileSync(join(DYNASM_REFERENCE, "src", main), "latin1");

    test("with the flags of its Makefile and others", async () => {
      const files = { [main]: source() };
      const programs = (definesOf[main] ?? []).flatMap((defines) =>
        wholeFileOptions.map((option) => ({
          files,
          main,
          options: [...(option === "" ? [] : [option]), ...defines],
        })),
      );
      expectNone(await findDifferences(references.c, programs));
    });

    test("without a warning of our own", async () => {
      for (const options of definesOf[main] ?? []) {
        const ours = await runOurs({ files: { [main]: source() }, options, main }, [
          "--diagnostics-format",
          "gnu",
        ]);
        // Some other flags are an error for the original, too.
        if (ours.exitCode === 0 || options === makefileFlags) expect(ours.stderr).toBe("");
      }
    });

    test("when changed at random", { timeout: 1_200_000 }, async () => {
      const head = `|.arch ${main.slice(3, 6)}\n|.section code_op, code_sub\n|.actionlist A\n|.globals G\n`;
      expectNone(await findDifferences(references.c, mutants(source(), main, head, makefileFlags, runs)));
    });
  });

  test("random programs", { timeout: 1_200_000 }, async () => {
    const comparison = await findDifferences(references.c, randomPrograms(false));
    expect(comparison.accepted).toBeGreaterThan(runs / 3);
    expectNone(comparison);
  });
});

describe.skipIf(lacks("lua"))("like the Lua-mode fork", () => {
  const sources = (): string[] => readdirSync(DYNASM_REFERENCE_LUA).filter((name) => name.endsWith(".dasl"));

  test("its own sources, whole and changed at random", { timeout: 1_200_000 }, async () => {
    for (const main of sources()) {
      const text = readFileSync(join(DYNASM_REFERENCE_LUA, main), "latin1");
      const whole = wholeFileOptions.map((option) => ({
        files: { [main]: text },
        main,
        options: option === "" ? [] : [option],
      }));
      const head = "|.arch x86\n|.actionlist A\n|.globals G\n";
      expectNone(await findDifferences(references.lua, [...whole, ...mutants(text, main, head, [], runs)]));
    }
  });

  test("random programs", { timeout: 1_200_000 }, async () => {
    const comparison = await findDifferences(references.lua, randomPrograms(true));
    expect(comparison.accepted).toBeGreaterThan(runs / 3);
    expectNone(comparison);
  });
});
