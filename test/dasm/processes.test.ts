// What only shows in a process of its own: the collector, and packages that are not installed.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureBuilt, packageRoot } from "../support/built-command.js";

const canRun = process.arch === "x64" && process.platform === "linux";
let folder = "";

beforeAll(async () => {
  await ensureBuilt();
  folder = mkdtempSync(join(tmpdir(), "dynasm-processes-"));
  for (const name of ["package.json", "dist", "bin"]) {
    cpSync(join(packageRoot, name), join(folder, name), { recursive: true });
  }
  for (const name of ["commander", "chalk"]) {
    cpSync(join(packageRoot, "node_modules", name), join(folder, "node_modules", name), { recursive: true });
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs Node and returns what it prints. */
function run(
  args: readonly string[],
  cwd: string,
): { readonly text: string; readonly status: number | null } {
  const result = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
  return { text: result.stdout + result.stderr, status: result.status };
}

const script = (text: string): readonly string[] => ["--input-type=module", "-e", text];
const permissions = `
const permissionsAt = (address) => {
  for (const line of readFileSync("/proc/self/maps", "latin1").split("\\n")) {
    const [, start, end, permissions] = /^([0-9a-f]+)-([0-9a-f]+) (\\S+)/.exec(line) ?? [];
    if (start && BigInt("0x" + start) <= address && address < BigInt("0x" + end)) return permissions;
  }
};
const collect = async (isDone) => {
  for (let round = 0; round < 50 && !isDone(); round += 1) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
`;

describe.runIf(canRun)("the collector", () => {
  test("frees code that neither an object nor a function refers to", () => {
    const { text } = run(
      [
        "--expose-gc",
        ...script(`
import { readFileSync } from "node:fs";
import * as dasm from "dynasm/dasm";
${permissions}
const build = () => {
  const assembler = dasm.new(Uint8Array.of(0xb8, 9, 0, 0, 0, 0xc3, 255));
  assembler.put(0);
  return assembler.build();
};
let code = build();
let nine = code.fn("int ()");
const { address } = code;
code = undefined;
await collect(() => false);
console.log(nine(), permissionsAt(address));
nine = undefined;
await collect(() => permissionsAt(address) !== "r-xp");
console.log(permissionsAt(address) !== "r-xp");
`),
      ],
      packageRoot,
    );
    expect(text).toBe("9 r-xp\ntrue\n");
  });

  test("keeps code that other code jumps to through a global label", () => {
    const { text } = run(
      [
        "--expose-gc",
        ...script(`
import { readFileSync } from "node:fs";
import * as dasm from "dynasm/dasm";
${permissions}
const two = () => {
  // ->one: mov eax, 1; ret   and   call ->one; ret
  const actions = Uint8Array.of(248, 10, 0xb8, 1, 0, 0, 0, 0xc3, 255, 232, 244, 10, 0xc3, 255);
  const assembler = dasm.new(actions, { globals: ["one"] });
  assembler.put(0);
  const first = assembler.build().address;
  assembler.setup();
  assembler.put(9);
  const second = assembler.build();
  assembler.free();
  return { first, call: second.fn("int ()") };
};
let { first, call } = two();
await collect(() => false);
console.log(call(), permissionsAt(first));
call = undefined;
await collect(() => permissionsAt(first) !== "r-xp");
console.log(permissionsAt(first) !== "r-xp");
`),
      ],
      packageRoot,
    );
    expect(text).toBe("1 r-xp\ntrue\n");
  });
});

describe("without optional packages", () => {
  const program = `
import * as dasm from "dynasm/dasm";
const assembler = dasm.new(Uint8Array.of(0xb8, 9, 0, 0, 0, 0xc3, 255));
assembler.put(0);
for (const call of [
  () => assembler.build(),
  () => dasm.createCallback("void ()", () => undefined),
  () => dasm.processSymbols(),
  () => dasm.librarySymbols("libm.so.6"),
]) {
  try {
    call();
  } catch (error) {
    console.log(error.name, error.kind, error.message);
  }
}
process.stdout.write(assembler.dump());
`;

  test.runIf(canRun)("running code says what to install, and a dump is hexadecimal", () => {
    const { text } = run(script(program), folder);
    const message = "DasmError memory executable memory needs the package koffi: npm install koffi\n";
    expect(text).toBe(`${message.repeat(4)}  00000000 0000  b8 09 00 00 00 c3\n`);
  });

  test("the command lists in hexadecimal", () => {
    writeFileSync(join(folder, "code.bin"), Uint8Array.of(0xb8, 9, 0, 0, 0, 0xc3));
    const { text, status } = run(["bin/dynasm.js", "dump", "code.bin", "--base", "0x1000"], folder);
    expect([text, status]).toEqual(["  00001000 0000  b8 09 00 00 00 c3\n", 0]);
  });

  test("the packages are found beside the program that uses them", () => {
    const project = join(folder, "project");
    const packages = join(project, "node_modules");
    cpSync(join(packageRoot, "node_modules/iced-x86"), join(packages, "iced-x86"), { recursive: true });
    symlinkSync(folder, join(packages, "dynasm"));
    const { text } = run(
      script('import { dump } from "dynasm/dasm"; process.stdout.write(dump(Uint8Array.of(0xc3)));'),
      project,
    );
    expect(text).toBe("  00000000 0000  c3                        ret\n");
  });
});

test("the encoder works where there is no Node, made for browsers by a bundler", async () => {
  const { outputFiles, errors } = await build({
    stdin: { contents: `export * from "./src/dasm/index.ts"`, resolveDir: packageRoot },
    bundle: true,
    platform: "browser",
    format: "iife",
    globalName: "dasm",
    write: false,
    logLevel: "silent",
  });
  expect(errors).toEqual([]);
  const program = `
    const assembler = dasm.new(Uint8Array.of(0xb8, 237, 0xc3, 255));
    assembler.put(0, 5);
    assembler.link();
    let problem = "";
    try { assembler.build(); } catch (error) { problem = error.message; }
    [[...assembler.encode()].join(" "), assembler.dump(), problem].join("\\n");
  `;
  expect(runInNewContext(`${outputFiles[0]?.text}\n${program}`)).toBe(
    "184 5 0 0 0 195\n  00000000 0000  b8 05 00 00 00 c3\n\nthe code is for x64, this process runs on unknown: encode works, running does not",
  );
});
