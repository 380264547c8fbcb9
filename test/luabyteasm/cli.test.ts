import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { main } from "../../src/cli/luabyteasm.js";
import { hasNative } from "../support/native.js";

const written = vi.hoisted(() => ({ stdout: [] as Buffer[], stderr: [] as Buffer[] }));

vi.mock("../../src/cli/terminal.js", async (original) => ({
  ...(await original<typeof import("../../src/cli/terminal.js")>()),
  writeStandardOutput: (content: Uint8Array | string) => {
    written.stdout.push(typeof content === "string" ? Buffer.from(content, "latin1") : Buffer.from(content));
  },
  writeStandardError: (content: Uint8Array | string) => {
    written.stderr.push(typeof content === "string" ? Buffer.from(content, "latin1") : Buffer.from(content));
  },
}));

const hello = resolve("fixtures/lasm/hello.lasm");
const broken = ".fn\n.instruction\n\tMOVE R256 K0\nRETURN R0 1\n.endfn\n";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lasm-cli-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly bytes: Buffer;
}

async function run(...argv: string[]): Promise<RunResult> {
  written.stdout.length = 0;
  written.stderr.length = 0;
  const code = await main(argv);
  const bytes = Buffer.concat(written.stdout);
  return {
    code,
    stdout: bytes.toString("latin1"),
    stderr: Buffer.concat(written.stderr).toString("utf8"),
    bytes,
  };
}

/** A file of the test's folder. */
function at(name: string, content?: string | Uint8Array): string {
  const path = join(folder, name);
  if (content !== undefined) writeFileSync(path, content);
  return path;
}

async function assembleHello(name = "hello.luac", ...options: string[]): Promise<string> {
  const path = at(name);
  expect(await run("assemble", hello, "-o", path, ...options)).toMatchObject({ code: 0, stderr: "" });
  return path;
}

describe("--output-dir", () => {
  test("creates the folder, with those around it", async () => {
    const chunk = await assembleHello();
    const deep = join(folder, "new", "deep");
    expect(await run("assemble", hello, "-d", deep)).toMatchObject({ code: 0, stderr: "" });
    expect(await run("disassemble", chunk, "-d", join(deep, "text"))).toMatchObject({ code: 0, stderr: "" });
    expect(await run("convert", chunk, "-d", join(deep, "other"))).toMatchObject({ code: 0, stderr: "" });
    expect(readdirSync(deep).toSorted()).toEqual(["hello.luac", "other", "text"]);
    expect(readdirSync(join(deep, "text"))).toEqual(["hello.lasm"]);
    expect(readFileSync(join(deep, "other/hello.luac"))).toEqual(readFileSync(chunk));
  });

  test("is not created for a run that fails, and not in the place of a file", async () => {
    const bad = at("bad.lasm", broken);
    expect((await run("assemble", bad, "-d", at("new"))).code).toBe(1);
    expect((await run("disassemble", bad, "-d", at("new"))).code).toBe(1);
    expect((await run("convert", bad, "-d", at("new"))).code).toBe(1);
    expect(existsSync(at("new"))).toBe(false);
    const { code, stderr } = await run("assemble", hello, "-d", bad);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^luabyteasm: error: cannot create .*bad.lasm: there is something of that name already/,
    );
    expect(readFileSync(bad, "utf8")).toBe(broken);
  });
});

describe("assemble", () => {
  test("writes the chunk where it is told, silently", async () => {
    const path = await assembleHello();
    expect(readFileSync(path).subarray(0, 5).toString("latin1")).toBe("\x1bLuaR");
    expect(readdirSync(folder)).toEqual(["hello.luac"]);
  });

  test("by itself writes beside the input, and to a folder when told", async () => {
    const one = at("one.lasm", readFileSync(hello));
    const two = at("two.lasm", readFileSync(hello));
    expect((await run("assemble", one, two)).code).toBe(0);
    expect(existsSync(at("one.luac")) && existsSync(at("two.luac"))).toBe(true);
    rmSync(at("one.luac"));
    expect((await run("asm", one, "-d", tmpdir(), "--strict")).code).toBe(0);
    rmSync(join(tmpdir(), "one.luac"));
    expect(existsSync(at("one.luac"))).toBe(false);
  });

  test("reports errors with place, caret and hint, writes nothing and leaves an old file alone", async () => {
    const source = at("bad.lasm", broken);
    const output = at("out.luac", "old");
    const { code, stderr } = await run("assemble", source, "-o", output);
    expect(code).toBe(1);
    expect(stderr).toContain(`${source}:3:7: error: `);
    expect(stderr).toContain("[operand-range]\n        MOVE R256 K0\n             ^~~~\n");
    expect(stderr).toContain(`${source}:3:12: error: `);
    expect(readFileSync(output, "utf8")).toBe("old");
    expect(readdirSync(folder).sort()).toEqual(["bad.lasm", "out.luac"]);
  });

  test("reports as JSON lines", async () => {
    const { code, stderr } = await run("assemble", at("bad.lasm", broken), "--diagnostics-format", "json");
    expect(code).toBe(1);
    const lines = stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ line, column, code: name }) => [line, column, name])).toEqual([
      [3, 7, "operand-range"],
      [3, 12, "bad-operand"],
    ]);
  });

  test("colours messages only when told", async () => {
    const source = at("bad.lasm", broken);
    expect((await run("assemble", source, "--color=always")).stderr).toContain("\x1b[");
    expect((await run("assemble", source, "--color=never")).stderr).not.toContain("\x1b[");
  });

  test("one bad file does not keep the others from being written", async () => {
    const bad = at("bad.lasm", broken);
    const good = at("good.lasm", readFileSync(hello));
    const { code } = await run("assemble", bad, at("missing.lasm"), good);
    expect(code).toBe(1);
    expect(existsSync(at("good.luac"))).toBe(true);
    expect(existsSync(at("bad.luac"))).toBe(false);
  });

  test("--check refuses what the verifier refuses", async () => {
    const source = at("wild.lasm", ".fn\n.instruction\nMOVE R0 R1\nRETURN R0 1\n.endfn\n");
    const output = at("wild.luac");
    const { code, stderr } = await run("assemble", source, "-o", output, "--check");
    expect(code).toBe(1);
    expect(stderr).toContain(`${source}: error: main pc 0: `);
    expect(stderr).toContain("[uninitialised]");
    expect(existsSync(output)).toBe(false);
    expect((await run("assemble", source, "-o", output)).code).toBe(0);
    expect((await run("assemble", hello, "-o", output, "--check")).code).toBe(0);
  });

  test("--strict makes warnings errors", async () => {
    const source = at("warn.lasm", ".fn\n.instruction\nLOADNIL R0 R0\nRETURN R0 1\n.endfn\n");
    expect((await run("assemble", source)).code).toBe(0);
    expect((await run("assemble", source, "--strict")).code).toBe(1);
  });

  test("--debug lists every byte once, in order", async () => {
    const path = at("debug.luac");
    const { stderr } = await run("assemble", hello, "-o", path, "--debug");
    const bytes = readFileSync(path);
    let offset = 0;
    for (const line of stderr.trimEnd().split("\n")) {
      const [, place = "", hex = ""] = /^([0-9a-f]{8}) {2}((?:[0-9a-f]{2} ?){1,8})/.exec(line) ?? [];
      expect(Number.parseInt(place, 16)).toBe(offset);
      const part = Buffer.from(hex.replaceAll(" ", ""), "hex");
      expect(part.equals(bytes.subarray(offset, offset + part.length))).toBe(true);
      offset += part.length;
    }
    expect(offset).toBe(bytes.length);
    expect(stderr).toContain('signature ESC "Lua"');
  });

  test("--depfile names what the output depends on", async () => {
    await assembleHello("out.luac", "--depfile", at("out.d"));
    expect(readFileSync(at("out.d"), "utf8")).toBe(`${at("out.luac")}: ${hello}\n`);
  });

  test("wrong use exits with 2", async () => {
    for (const argv of [
      ["assemble"],
      ["assemble", hello, hello, "-o", at("x")],
      ["assemble", hello, "-o", at("x"), "-d", folder],
      ["assemble", at("a.lasm"), at("a.asm")],
      ["assemble", hello, "-o", hello],
      ["assemble", hello, "--diagnostics-format", "xml"],
      ["assemble", hello, "--nonsense"],
      ["nonsense"],
      [],
    ]) {
      const { code, stderr } = await run(...argv);
      expect([argv, code]).toEqual([argv, 2]);
      expect(stderr).not.toBe("");
    }
  });

  test("a missing file is one clear line", async () => {
    const { code, stderr } = await run("assemble", at("missing.lasm"), "-o", at("x"));
    expect(code).toBe(1);
    expect(stderr).toBe(
      `luabyteasm: error: cannot read ${at("missing.lasm")}: no such file or directory [file]\n`,
    );
    expect((await run("assemble", hello, "-o", at("no/x"))).stderr).toMatch(
      /^luabyteasm: error: cannot write .*\n$/,
    );
  });

  test("text beyond ASCII keeps its columns and its bytes", async () => {
    const source = at("accents.lasm", '.fn\n.const\n  K0 = "\u00e9" ; \u00e9\n  \u00e9\u00e9 = 1\n.endfn\n');
    const { stderr } = await run("assemble", source);
    expect(stderr).toContain(":4:3: error:");
    expect(stderr).toContain("\n  \u00e9\u00e9 = 1\n  ^~\n");
  });
});

describe("disassemble", () => {
  test("gives text that assembles to the same bytes", async () => {
    const chunk = await assembleHello();
    const text = at("back.lasm");
    expect((await run("disassemble", chunk, "-o", text)).code).toBe(0);
    expect((await run("assemble", text, "-o", at("again.luac"))).stderr).toBe("");
    expect(readFileSync(at("again.luac")).equals(readFileSync(chunk))).toBe(true);
    expect((await run("dis", chunk)).stdout).toBe(readFileSync(text, "latin1"));
  });

  test("takes several files into a folder, and leaves comments out when told", async () => {
    const one = await assembleHello("one.luac");
    const two = await assembleHello("two.luac");
    expect((await run("disassemble", one, two)).code).toBe(2);
    const depfile = at("deps");
    expect(
      (await run("disassemble", one, two, "-d", folder, "--no-comments", "--depfile", depfile)).code,
    ).toBe(0);
    expect(readFileSync(at("one.lasm"), "utf8")).not.toContain(";");
    expect(readFileSync(depfile, "utf8").split("\n")).toHaveLength(3);
    // The complete parser, which -d before the files needs as little as the quick one, agrees.
    expect((await run("disassemble", "--no-comments", one, "--color", "never")).stdout).not.toContain(";");
  });

  test("a damaged chunk is an error with its byte offset", async () => {
    const chunk = await assembleHello();
    const cut = at("cut.luac", readFileSync(chunk).subarray(0, 40));
    const { code, stderr, stdout } = await run("disassemble", cut);
    expect(code).toBe(1);
    expect(stderr).toMatch(/cut\.luac: error: .*offset.*\[(?:truncated|count)\]\n/);
    expect(stdout).toBe("");
    const json = await run("disassemble", cut, "--diagnostics-format=json");
    expect(JSON.parse(json.stderr)).toMatchObject({ file: cut, severity: "error" });
  });

  test("bytes behind the chunk are dropped with a warning, or refused", async () => {
    const chunk = await assembleHello();
    const longer = at("longer.luac", Buffer.concat([readFileSync(chunk), Buffer.from("xx")]));
    const lenient = await run("disassemble", longer);
    expect([lenient.code, lenient.stderr.includes("[trailing]")]).toEqual([0, true]);
    expect((await run("disassemble", longer, "--strict")).code).toBe(1);
  });
});

describe("check", () => {
  test("says nothing about sound chunks and texts", async () => {
    expect(await run("check", await assembleHello(), hello)).toMatchObject({
      code: 0,
      stdout: "",
      stderr: "",
    });
  });

  test("names rule, path and pc", async () => {
    const source = at("wild.lasm", ".fn\n.instruction\nMOVE R0 R1\nRETURN R0 1\n.endfn\n");
    const { code, stderr } = await run("verify", source, "--diagnostics-format", "json");
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({ file: source, path: "main", pc: 0, code: "uninitialised" });
    expect((await run("check", at("broken.lasm", broken))).code).toBe(1);
    expect((await run("check", resolve("package.json"))).code).toBe(1);
  });

  test("--strict minds warnings", async () => {
    const source = at("bool.lasm", ".fn\n.instruction\nRETURN R0 1\n.const\nK0 = bool:2\n.endfn\n");
    expect((await run("check", source)).code).toBe(0);
    expect((await run("check", source, "--strict")).code).toBe(1);
  });
});

describe("list, info, convert, diff, graph", () => {
  test("list shows instructions and tables", async () => {
    const listing = await run("list", hello);
    expect(listing.stdout).toContain("GETTABUP");
    expect(listing.stdout).toContain("constants (2)");
    expect((await run("list", hello, "--code-only")).stdout).not.toContain("constants (2) for");
    expect((await run("list", hello, hello)).stdout.startsWith(`${hello}:\n`)).toBe(true);
    expect((await run("list", at("bad.lasm", broken))).code).toBe(1);
  });

  test("info describes chunks and other files", async () => {
    const chunk = await assembleHello();
    expect((await run("info", chunk)).stdout).toContain("Lua 5.2 chunk");
    for (const [bytes, shown] of [
      ["caf\xc3\xa9", "caf\u00e9"],
      ["caf\xe9", "caf\xe9"],
    ] as const) {
      const named = at(
        "named.lasm",
        Buffer.from(`.fn "@${bytes}"\n.instruction\nRETURN R0 1\n.endfn\n`, "latin1"),
      );
      const path = at("named.luac");
      expect((await run("assemble", named, "-o", path)).code).toBe(0);
      const output = (await run("info", "--json", path)).bytes.toString("utf8");
      expect(JSON.parse(output)).toMatchObject({ summary: { source: `@${shown}` } });
    }
    const json: unknown = JSON.parse((await run("info", "--json", chunk)).stdout);
    expect(json).toMatchObject({ file: chunk, readable: true });
    expect((await run("info", hello, chunk)).stdout.startsWith(`${hello}: `)).toBe(true);
    const cut = at("cut.luac", readFileSync(chunk).subarray(0, 40));
    expect((await run("info", cut)).code).toBe(1);
  });

  test("names outside ASCII come out as UTF-8", async () => {
    const source = at("né→.lasm", ".fn @né→.lua\n.instruction\nRETURN R0 1\n.endfn\n");
    const utf8 = async (...argv: string[]) => (await run(...argv)).bytes.toString("utf8");
    expect(await utf8("list", source, hello)).toContain("né→.lasm:\n\nmain <né→.lua:0,0>");
    const chunk = at("né→.luac");
    await run("assemble", source, "-o", chunk);
    expect(await utf8("info", chunk)).toContain("source: né→.lua");
    expect(JSON.parse(await utf8("info", chunk, "--json"))).toMatchObject({ file: chunk });
  });

  test("convert changes the layout there and back", async () => {
    const chunk = await assembleHello();
    const foreign = at("foreign.luac");
    const options = ["--endian", "big", "--int", "2", "--size-t", "2", "--instruction", "8", "--format", "7"];
    expect((await run("convert", chunk, "-o", foreign, ...options)).code).toBe(0);
    expect(readFileSync(foreign).subarray(4, 12).toString("hex")).toBe("5207000202080800");
    expect((await run("convert", foreign, "--stock")).bytes.equals(readFileSync(chunk))).toBe(true);
    expect((await run("convert", chunk, "--integral", "1", "--number=4")).bytes[11]).toBe(1);
    expect((await run("convert", chunk, "--strip")).bytes.length).toBeLessThan(statSync(chunk).size);
    expect((await run("convert", chunk, foreign, "--stock")).code).toBe(2);
    expect((await run("convert", chunk, "--format", "300")).code).toBe(2);
  });

  test("convert names the constant that does not fit", async () => {
    const source = at("half.lasm", ".fn\n.instruction\nRETURN R0 1\n.const\nK0 = 0.1\n.endfn\n");
    const { code, stderr, stdout } = await run("convert", source, "--number", "4");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("K0");
    expect((await run("convert", at("bad.lasm", broken), "-o", at("x"))).code).toBe(1);
  });

  test("diff exits with 0, 1 or 2", async () => {
    const chunk = await assembleHello();
    const other = at("other.lasm", readFileSync(hello, "utf8").replace("Hello", "Hallo"));
    expect(await run("diff", chunk, hello)).toMatchObject({ code: 0, stdout: "", stderr: "" });
    const different = await run("diff", chunk, other);
    expect([different.code, different.stdout.includes("Hallo")]).toEqual([1, true]);
    expect(await run("diff", "-q", chunk, other)).toMatchObject({ code: 1, stdout: "" });
    expect(JSON.parse((await run("diff", "--json", chunk, other)).stdout)).toMatchObject({ same: false });
    expect((await run("diff", chunk, at("missing"))).code).toBe(2);
    expect((await run("diff", chunk, at("bad.lasm", broken))).code).toBe(2);
    expect((await run("diff", chunk)).code).toBe(2);
    expect(await run("diff", "-", "-")).toMatchObject({ code: 2, stdout: "" });
  });

  test("graph writes DOT or a picture", async () => {
    const loops = resolve("fixtures/lasm/loops.lasm");
    expect((await run("graph", loops, "--format", "dot")).stdout).toContain("digraph");
    expect((await run("graph", loops, "-o", at("g.dot"))).code).toBe(0);
    expect(readFileSync(at("g.dot"), "utf8")).toContain("->");
    expect((await run("graph", loops, "--function", "main/7")).code).toBe(1);
    expect((await run("graph", at("bad.lasm", broken))).code).toBe(1);
    const picture = await run("graph", loops);
    expect(picture).toMatchObject({ code: 0, stderr: "" });
    expect(picture.stdout).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    const chain = at("chain.lasm", `.fn\n.instruction\n${"JMP 0\n".repeat(1000)}RETURN R0 1\n.endfn\n`);
    const tooLarge = await run("graph", chain, "-o", at("large.svg"));
    expect(tooLarge).toMatchObject({ code: 1, stdout: "" });
    expect(tooLarge.stderr).toContain("[graph-size]");
    expect(existsSync(at("large.svg"))).toBe(false);
  });
});

describe("run", () => {
  test("an interpreter that is not there is one clear line", async () => {
    const { code, stderr } = await run("run", "--lua", at("no-lua"), hello);
    expect(code).toBe(1);
    expect(stderr).toContain("is not installed");
  });

  test("texts with errors and chunks that the verifier refuses are not run", async () => {
    expect((await run("run", at("bad.lasm", broken))).code).toBe(1);
    const wild = at("wild.lasm", ".fn\n.instruction\nMOVE R0 R1\nRETURN R0 1\n.endfn\n");
    expect((await run("run", "--check", wild)).code).toBe(1);
  });

  test.skipIf(!hasNative("lua5.2", ["-v"]))("the exit code is that of the program", async () => {
    expect((await run("run", "--lua", "true", hello)).code).toBe(0);
    expect(await run("run", "--lua", "false", hello)).toMatchObject({ code: 1, stderr: "" });
    const foreign = at("foreign.lasm", ".chunk endian=big\n.fn\n.instruction\nRETURN R0 1\n.endfn\n");
    expect(await run("run", "--lua", "false", foreign)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("hint: luabyteasm convert --stock"),
    });
    expect(await run("run", "--lua", "true", foreign)).toMatchObject({ code: 0, stderr: "" });
    const exit = [
      '.fn\n.const\nK0 = "os"\nK1 = "exit"\nK2 = "arg"\nK3 = 1\nK4 = "tonumber"\n.upvalue\nU0 = L1 R0',
      ".instruction\nGETTABUP R0 U0 K0\nGETTABLE R0 R0 K1\nGETTABUP R1 U0 K4\nGETTABUP R2 U0 K2",
      "GETTABLE R2 R2 K3\nCALL R1 2 0\nCALL R0 0 1\nRETURN R0 1\n.endfn\n",
    ].join("\n");
    expect((await run("run", at("exit.lasm", exit), "42")).code).toBe(42);
  });
});

test("help is printed for the program and for every command", async () => {
  const { code, stdout } = await run("--help");
  expect(code).toBe(0);
  for (const name of [
    "assemble",
    "disassemble",
    "check",
    "list",
    "info",
    "convert",
    "diff",
    "graph",
    "run",
  ]) {
    expect(stdout).toContain(name);
    expect((await run(name, "--help")).stdout).toContain("--diagnostics-format");
  }
  expect((await run("--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test("unusual spellings of options mean the same", async () => {
  const path = at("attached.luac");
  expect(await run("assemble", `-o${path}`, "--", hello)).toMatchObject({ code: 0, stderr: "" });
  expect(existsSync(path)).toBe(true);
  const text = await run("disassemble", "--no-comments", `-o${at("a.lasm")}`, path);
  expect([text.code, readFileSync(at("a.lasm"), "utf8").includes(";")]).toEqual([0, false]);
  await run("disassemble", `-o${at("b.lasm")}`, path);
  expect(readFileSync(at("b.lasm"), "utf8")).toContain(";");
  expect((await run("check", "--strict", "--", path, hello)).code).toBe(0);
  expect(
    (await run("run", "--lua", at("no-lua"), "--check", "--color", "never", "--", hello, "-x")).code,
  ).toBe(1);
  expect((await run("diff", "-q", "--", path, hello)).code).toBe(0);
});

test("standard input and output", () => {
  const script = `
    const { main } = await import(${JSON.stringify(resolve("src/cli/luabyteasm.ts"))});
    process.exitCode = await main(["assemble", "-"]);
  `;
  const node = ["--import", "tsx", "--input-type=module", "-e", script];
  const good = spawnSync(process.execPath, node, { input: readFileSync(hello) });
  expect(good.stdout.subarray(0, 4).toString("latin1")).toBe("\x1bLua");
  const bad = spawnSync(process.execPath, node, { input: broken, encoding: "utf8" });
  expect([bad.status, bad.stdout]).toEqual([1, ""]);
  expect(bad.stderr).toContain("<stdin>:3:7: error:");
});
