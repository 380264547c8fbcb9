import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { fromByteText, toByteText } from "../../src/cli/byte-text.js";
import type { CliIo } from "../../src/cli/io.js";
import { createIncludeReader, languageOfFile, translateFile } from "../../src/cli/node-api.js";
import { targetOs } from "../../src/cli/option-values.js";
import { parseTranslateArguments } from "../../src/cli/read-arguments.js";
import { runTranslate } from "../../src/cli/translate-command.js";
import { translateOptions } from "../../src/cli/translate-options.js";
import { UsageError } from "../../src/cli/usage-error.js";
import { readVectorText } from "../support/vectors.js";

describe("arguments of translate", () => {
  test("set what their rows say", () => {
    const request = parseTranslateArguments(
      "-LNMFPP -o out -I a -I b -l lua -DD A B=c --if-changed --watch --keep-lines in --map m --depfile d".split(
        " ",
      ),
    );
    expect(request).toMatchObject({
      files: ["in"],
      output: "out",
      includeDirectories: ["b", "a", ""],
      language: "lua",
      comments: "none",
      macroComments: true,
      lineDirectives: false,
      flushLines: true,
      keepLines: true,
      ifChanged: true,
      watch: true,
      dumpDefinitions: 2,
      map: "m",
      depfile: "d",
    });
    expect([...request.defines]).toEqual([
      ["A", "1"],
      ["B", "c"],
    ]);
  });

  test.each([
    [["-Wno-all"], "all off", ""],
    [["-Wno-all", "-Wundefined-global-label"], "all but one off", ""],
    [["-Werror"], "", "all"],
    [["-Werror=undefined-global-label"], "", "one"],
    [["-Werror", "-Wno-error"], "", ""],
  ])("%j", (args, off, errors) => {
    const { disabledWarnings, warningsAsErrors } = parseTranslateArguments(args);
    const name = "undefined-global-label";
    expect(disabledWarnings.size > 1).toBe(off !== "");
    expect(disabledWarnings.has(name)).toBe(off === "all off");
    expect(warningsAsErrors.has(name)).toBe(errors !== "");
    expect(warningsAsErrors.size > 1).toBe(errors === "all");
  });

  test("end at a request for information", () => {
    expect(parseTranslateArguments(["-h", "--nonsense"]).action).toEqual({ kind: "help" });
    expect(parseTranslateArguments(["-V", "x", "y"]).action).toEqual({ kind: "version" });
    expect(parseTranslateArguments(["-A", "x64", "-o"]).action).toEqual({
      kind: "describe",
      architecture: "x64",
    });
  });

  test("fail as usage errors, whatever they are", () => {
    const names = translateOptions.flatMap(({ long, short }) => [
      ...(long === undefined ? [] : [`--${long}`]),
      ...(short === undefined ? [] : [`-${short}`]),
    ]);
    for (const name of names) {
      for (const value of ["", "x", "1", "-", "--", "\u{1f600}"]) {
        for (const args of [[name], [name, value], [`${name}=${value}`], [name, value, value]]) {
          try {
            parseTranslateArguments(args);
          } catch (error) {
            expect(error, args.join(" ")).toBeInstanceOf(UsageError);
          }
        }
      }
    }
  });

  test("have no option twice", () => {
    const names = translateOptions.flatMap(({ long, short }) =>
      [long, short].filter((name) => name !== undefined),
    );
    expect(new Set(names).size).toBe(names.length);
  });
});

test.each([
  ["linux", "Linux"],
  ["win32", "Windows"],
  ["darwin", "OSX"],
  ["freebsd", "BSD"],
  ["sunos", "POSIX"],
  ["toString", undefined],
])("the operating system %s is %s", (name, expected) => expect(targetOs(name)).toBe(expected));

test("byte texts are the bytes of UTF-8, and back", () => {
  for (const text of ["plain", "größe", "日本", "\u{1f600}"]) {
    expect(toByteText(text)).toBe(Buffer.from(text).toString("latin1"));
    expect(fromByteText(toByteText(text))).toBe(text);
  }
});

interface Printed {
  exitCode: number;
  stdout: string;
  stderr: string;
}

async function run(...args: readonly string[]): Promise<Printed> {
  const printed = { exitCode: -1, stdout: "", stderr: "" };
  const io: CliIo = {
    readInput: () => "|.arch x64\n|.if x == =\n|.endif\n",
    readInclude: () => undefined,
    writeFile: (_, content) => {
      printed.stdout += String(content);
    },
    stdout: (content) => {
      printed.stdout += String(content);
    },
    stderr: (content) => {
      printed.stderr += String(content);
    },
    target: { os: "Linux", arch: "x64" },
  };
  printed.exitCode = await runTranslate(args, io);
  return printed;
}

test("targets are read in either case", () => {
  expect(parseTranslateArguments(["--target", "Linux-X64"]).target).toEqual({ os: "Linux", arch: "x64" });
  expect(parseTranslateArguments(["--target", "WIN32-x86"]).target).toEqual({ os: "Windows", arch: "x86" });
});

describe("information", () => {
  test("help lists every option and warning", async () => {
    const { exitCode, stdout } = await run("--help");
    expect(exitCode).toBe(0);
    for (const { long } of translateOptions) if (long !== undefined) expect(stdout).toContain(`--${long}`);
  });

  test.each(["x86", "x64"])("the description of %s is complete", async (name) => {
    const { exitCode, stdout } = await run("-A", name);
    expect(exitCode).toBe(0);
    expect(stdout.split("\n")[0]).toMatch(/^DynASM version 1\.5\.0, released /);
    expect(stdout).toContain("\nPseudo-Opcodes:\n  .actionlist  cvar\n");
    expect(stdout).toMatch(/\n {2}imul {9}/);
    expect(stdout.endsWith("\n\n")).toBe(true);
    expect(stdout.includes("\n  rax   qword    0\n")).toBe(name === "x64");
  });

  test("the description names the version of the language", async () => {
    const lua = await run("-l", "Lua", "-A", "x64");
    expect(lua.stdout.split("\n").slice(0, 3)).toEqual([
      "DynASM version 1.4.0_luamode, released 2015-10-18, http://luajit.org/dynasm.html",
      "DynASM x64 version 1.4.0_luamode, released 2015-10-18",
      "",
    ]);
    expect((await run("--dasm-version", "1.3", "-A", "x86")).stdout).toMatch(/^DynASM version 1\.3\.0,/);
  });

  test.each(["x86", "x64"])("the opcodes of %s are those of the original, line for line", async (name) => {
    const { stdout } = await run("-A", name);
    const lines = stdout.split("\n");
    const opcodes = lines.slice(lines.indexOf("Opcodes:") + 1, -2);
    const column = name === "x86" ? 3 : 4;
    const expected = readVectorText("x86/mnemonics.tsv")
      .split("\n")
      .slice(1)
      .map((row) => row.split("\t"))
      // The original lists these two in 64-bit mode as well.
      .map((row) => (/^(push|pop)fd$/.test(row[0] ?? "") ? [row[0], "0", "both", "(none)", "(none)"] : row))
      .filter((row) => row.length > column && row[column] !== "-")
      .flatMap((row) =>
        (row[column] ?? "").split(" | ").map((operands) => {
          return `  ${row[0]?.padEnd(12)} ${operands === "(none)" ? "" : operands}`;
        }),
      );
    const key = (line: string): string => {
      const [, mnemonic = "", operands = ""] = /^ {2}(\S+) *(.*)$/.exec(line) ?? [];
      return `${mnemonic}_${operands === "" ? 0 : operands.split(",").length}`;
    };
    const known = new Set(expected.map(key));
    expect(opcodes.filter((line) => known.has(key(line)))).toEqual(
      expected.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0)),
    );
    const keys = opcodes.map(key);
    expect(keys).toEqual(keys.toSorted());
    expect(keys).toContain("cmpxchg_2");
  });

  test("a bad architecture is wrong usage", async () => {
    expect((await run("-A", "a b", "--diagnostics-format=classic")).exitCode).toBe(2);
    expect(await run("--diagnostics-format", "classic", "-A", "a b")).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: "dynasm.lua: ERROR: bad arch name\n",
    });
  });

  test("the parser of conditions is loaded when a condition needs it", async () => {
    const { exitCode, stderr } = await run("in.dasc");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("[bad-condition]");
  });
});

describe("files from a program", () => {
  const folder = mkdtempSync(join(tmpdir(), "dynasm-api-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string): string => join(folder, name);

  test("translateFile reads includes and writes only good output", () => {
    writeFileSync(path("in.dasl"), `|.arch x64\n|.include ${path("part")}\n`);
    writeFileSync(path("part"), "local x\n");
    const result = translateFile(path("in.dasl"), path("out.lua"));
    expect(result.ok && result.includedFiles).toEqual([path("part")]);
    expect(readFileSync(path("out.lua"), "latin1")).toContain("local x\n");
    writeFileSync(path("in.dasl"), "|.arch x64\n|.include .\n");
    expect(translateFile(path("in.dasl"), path("out.lua")).ok).toBe(false);
    expect(readFileSync(path("out.lua"), "latin1")).toContain("local x\n");
    expect(() => translateFile(path("missing.dasc"))).toThrow("no such file or directory");
  });

  test("the language follows from the extension", () => {
    expect([languageOfFile("a.dasl"), languageOfFile("a.dasc"), languageOfFile("dasl")]).toEqual([
      "lua",
      "c",
      "c",
    ]);
  });

  test("an include is read once, and a missing one is none", () => {
    const read = createIncludeReader();
    writeFileSync(path("once"), "first");
    expect(read(path("once"))).toBe("first");
    writeFileSync(path("once"), "second");
    expect(read(path("once"))).toBe("first");
    expect(read(path("none"))).toBeUndefined();
    expect(read(path("once/none"))).toBeUndefined();
    expect(read(folder)).toEqual({ problem: "is a directory" });
  });
});
