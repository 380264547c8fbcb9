import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, describe, expect, test } from "vitest";
import { translate } from "../../src/translator/index.js";
import { packageRoot } from "../support/built-command.js";
import { hasNative } from "../support/native.js";
import { fixtureRoot, fixtures } from "./fixtures.js";

const folder = mkdtempSync(join(tmpdir(), "dynasm-native-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const strict = ["-fsyntax-only", "-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/** What the compiler says about a translated file; empty if it is content. */
async function compile(source: string, args: readonly string[]): Promise<string> {
  const path = join(folder, "generated.c");
  writeFileSync(path, source, "latin1");
  const { all } = await execa("gcc", [...strict, ...args, path], { reject: false, all: true });
  return all;
}

async function load(source: string): Promise<string> {
  const path = join(folder, "generated.lua");
  writeFileSync(path, source, "latin1");
  const { all } = await execa("luajit", ["-e", `assert(loadfile(${JSON.stringify(path)}))`], {
    reject: false,
    all: true,
  });
  return all;
}

function program(name: string): string {
  return readFileSync(join(fixtureRoot, "programs", name), "latin1");
}

describe.skipIf(!hasNative("gcc"))("translated C", () => {
  const minimal = ["-I", fixtureRoot];

  test("compiles without a warning against a minimal header", async () => {
    const { outputPath } =
      fixtures.find(({ name, file }) => name === "programs/features" && file.endsWith("c")) ?? {};
    const output = readFileSync(outputPath ?? "", "latin1");
    expect(await compile(output, minimal)).toBe("");
  });

  test.each([
    { comments: "c" },
    { comments: "none" },
    { macroComments: true, comments: "c" },
    { lineDirectives: false },
    { flushLines: true },
  ] as const)("compiles with %j", async (options) => {
    const result = translate(program("features.dasc"), { fileName: "features.dasc", ...options });
    if (!result.ok) throw new Error(result.diagnostics[0]?.message);
    expect(await compile(result.output, minimal)).toBe("");
  });

  test.each(["1.3", "1.4"] as const)("for version %s compiles with its header only", async (dasmVersion) => {
    const source = program("features.dasc").replace(/.*(?:vaddps|\.qword).*\n/g, "");
    const result = translate(source, { dasmVersion });
    if (!result.ok) throw new Error(result.diagnostics[0]?.message);
    const number = { "1.3": 10300, "1.4": 10400 }[dasmVersion];
    expect(await compile(result.output, [...minimal, `-DDASM_VERSION=${number}`])).toBe("");
    expect(await compile(result.output, minimal)).toContain("Version mismatch");
  });

  test("names the line of the source in the compiler's messages", async () => {
    const source = `${program("features.dasc")}\nint broken = undeclared;\n`;
    const line = source.split("\n").findIndex((text) => text.startsWith("int broken")) + 1;
    const result = translate(source, { fileName: "features.dasc" });
    if (!result.ok) throw new Error(result.diagnostics[0]?.message);
    expect(await compile(result.output, minimal)).toContain(`features.dasc:${line}:`);
  });

  test("of the demo compiles with the headers of this package", async () => {
    const source = readFileSync(join(packageRoot, "fixtures/demo/multiply.dasc"), "latin1");
    const result = translate(source, { fileName: "multiply.dasc" });
    if (!result.ok) throw new Error(result.diagnostics[0]?.message);
    const messages = await compile(result.output, ["-include", join(packageRoot, "runtime/c/dasm_proto.h")]);
    expect(messages).toBe("");
  });
});

describe.skipIf(!hasNative("luajit", ["-v"]))("translated Lua", () => {
  const accepted = fixtures.filter(
    ({ file, rejected, args }) => file.endsWith(".dasl") && !rejected && !args.includes("C"),
  );

  test.each(accepted)("$name loads", async ({ outputPath }) => {
    expect(await load(readFileSync(outputPath, "latin1"))).toBe("");
  });

  test("of the demo loads with every option", async () => {
    const source = readFileSync(join(packageRoot, "fixtures/demo/multiply.dasl"), "latin1");
    for (const options of [{}, { comments: "none" }, { macroComments: true }, { keepLines: true }] as const) {
      const result = translate(source, { language: "lua", ...options });
      expect(result.ok && (await load(result.output))).toBe("");
    }
  });
});
