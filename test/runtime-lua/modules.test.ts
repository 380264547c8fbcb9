import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import {
  COMMAND,
  createDirectory,
  FIXTURES,
  type Finished,
  HAS_LUAJIT,
  RUNTIME,
  runLuajit,
  SCRIPTS,
} from "./luajit.js";

const { directory, remove } = createDirectory();
afterAll(remove);

const LOG = join(directory, "calls");
// The command, noting every call.
const COUNTING = join(directory, "counting command.sh");
writeFileSync(COUNTING, `#!/bin/sh\necho "$*" >> '${LOG}'\nexec '${process.execPath}' '${COMMAND}' "$@"\n`);
chmodSync(COUNTING, 0o755);

let number = 0;
let cwd = "";
let cache = "";

beforeEach(() => {
  number++;
  cwd = join(directory, `case ${number}`);
  cache = join(cwd, "cache dir", "below");
  mkdirSync(cwd);
  writeFileSync(LOG, "");
});

/** Path of a program that the shell finds. */
function findProgram(name: string): string {
  return spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).stdout.trim();
}

function calls(): number {
  return readFileSync(LOG, "utf8").split("\n").length - 1;
}

function write(name: string, text: string): string {
  const file = join(cwd, name);
  writeFileSync(file, text);
  return file;
}

/** Runs Lua code behind `local dynasm = require "dynasm"`. */
function runLua(code: string, environment: Readonly<Record<string, string>> = {}): Finished {
  const script = write("script.lua", `local dynasm = require "dynasm"\n${code}\n`);
  return runLuajit([script], { cwd, environment: { DYNASM: COUNTING, DYNASM_CACHE: cache, ...environment } });
}

function printed(code: string, environment?: Readonly<Record<string, string>>): string {
  const { status, stdout, stderr } = runLua(code, environment);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return stdout;
}

/** A module that returns the bytes of `mov eax, N`. */
const moduleText = (value: string): string => `local ffi, dasm = require "ffi", require "dasm"
|.arch x64
|.actionlist actions
local Dst = dasm.new(actions)
| mov eax, ${value}
local code, size = Dst:build()
return ffi.cast("int32_t *", ffi.cast("char *", code) + 1)[0]
`;

describe.skipIf(!HAS_LUAJIT)("programs", () => {
  test("those of fixtures/runtime-lua run", () => {
    const { status, stdout, stderr } = runLuajit([join(SCRIPTS, "modules.lua")], {
      environment: { DYNASM_CACHE: cache },
    });
    expect(stdout + stderr).toBe("ok\n");
    expect(status).toBe(0);
  });
});

describe.skipIf(!HAS_LUAJIT)("fixtures/brainfuck", () => {
  test("the generator writes the program and the picture", () => {
    const generate = (...args: string[]): string =>
      runLuajit([join(FIXTURES, "../brainfuck/generate-mandelbrot.lua"), ...args]).stdout;
    const committed = (name: string): string => readFileSync(join(FIXTURES, "../brainfuck", name), "latin1");
    expect(generate()).toBe(committed("mandelbrot.bf"));
    expect(generate("expected")).toBe(committed("mandelbrot.txt"));
  });
});

describe.skipIf(!HAS_LUAJIT)("dynasm.lua: translation", () => {
  const SOURCE = "local a = 1\\n|.arch x64\\n|.actionlist list\\n| ret\\nlocal b = 2\\n";

  test("to a string, an iterator, a function, a table, a file and the standard output", () => {
    const output = printed(`
      local source, options = "${SOURCE}", { lang = "lua", comment = false }
      local function input() return dynasm.string_infile(source) end
      local text = dynasm.translate_tostring(input(), options)
      local pieces = {}
      for piece in dynasm.translate_toiter(input(), options) do
        assert(piece == "\\n" or not piece:find "\\n")
        pieces[#pieces + 1] = piece
      end
      assert(table.concat(pieces) == text)
      local called = {}
      dynasm.translate(input(), dynasm.func_outfile(function(piece) called[#called + 1] = piece end), options)
      assert(table.concat(called) == text)
      local appended = {}
      dynasm.translate(input(), dynasm.table_outfile(appended), options)
      assert(table.concat(appended) == text)
      dynasm.translate(input(), "out file.lua", options)
      assert(io.open("out file.lua"):read "*a" == text)
      dynasm.translate(input(), nil, options)
      dynasm.translate(input(), "-", options)
      assert(text:find "^local a = 1\\nif dasm._VERSION ~= 10400 then\\n")
    `);
    expect(output.match(/local list = ffi\.new\('const uint8_t\[2\]', \{/g)?.length).toBe(2);
  });

  test("of files, with options", () => {
    write("in.dasl", "|.arch x64\n|.actionlist list\n| mov eax, VALUE\n|.include inc.dasl\n");
    mkdirSync(join(cwd, "some dir"));
    write("some dir/inc.dasl", "| ret\n");
    const output = printed(`
      io.write(dynasm.translate_tostring("in.dasl", { include = { "nowhere", "some dir" }, subst = { VALUE = 7 } }))
      io.write(dynasm.translate_tostring("in.dasl", { lang = "c", comment = "/*|", cpp = false,
        include = { "some dir" }, subst = { VALUE = "a b" } }))
    `);
    expect(output).toContain("184,7,0,0,0,195,255");
    expect(output).toContain("--| mov eax, VALUE");
    expect(output).toContain("dasm_put(Dst, 0, a b);");
    expect(output).toContain("/*| mov eax, VALUE */");
    expect(output).not.toContain("#line");
  });

  test("predefined names describe the process", () => {
    const output = printed(`
      io.write(dynasm.translate_tostring(dynasm.string_infile "|.arch ARCH\\n|| print(OS, ARCH, X64)\\n",
        { lang = "lua", comment = false }))
      local ffi, jit = require "ffi", require "jit"
      io.write(("%s %s"):format(ffi.os, jit.arch))
    `);
    const [, , , line = "", host = ""] = output.split("\n");
    const [os = "", arch = ""] = host.split(" ");
    expect(line.trim()).toBe(`print(${os}, ${arch}, ${arch === "x64" ? "1" : "X64"})`);
  });

  test("subst wins over the predefined names", () => {
    const output = printed(`
      io.write(dynasm.translate_tostring(dynasm.string_infile "|.arch ARCH\\n|| print(OS, ARCH, NEW)\\n",
        { lang = "lua", comment = false, subst = { ARCH = "x86", OS = "Plan9", NEW = 1 } }))
    `);
    expect(output).toContain("print(Plan9, x86, 1)");
  });

  test("input, output and options that are none are told", () => {
    const output = printed(`
      print(dynasm.loadfile())
      print(dynasm.loadfile(42))
      print(pcall(dynasm.loadstring))
      print(pcall(dynasm.translate, {}, nil, { lang = "lua" }))
      print(pcall(dynasm.translate_tostring, dynasm.string_infile "x\\n", { lang = "lua", subst = "x" }))
      print(pcall(dynasm.translate_tostring, dynasm.string_infile "x\\n", { lang = "lua", include = "x" }))
    `);
    const input = "dynasm: the input must be a file name or an object with lines and close, got";
    expect(output).toBe(
      `nil\t${input} nil\nnil\t${input} number\nfalse\tdynasm: a string is needed, got nil\n` +
        `false\t${input} table\nfalse\tdynasm: option subst must be a table, got string\n` +
        "false\tdynasm: option include must be a table, got string\n",
    );
  });

  test("in-memory input has the name =(translate) and needs a language", () => {
    const output = printed(`
      local input = dynasm.string_infile "|.arch x64\\n"
      assert(dynasm.translate_tostring(input, { lang = "lua" }):find('file is in "=(translate)"', 1, true))
      print(pcall(dynasm.translate_tostring, dynasm.string_infile "|.arch x64\\n"))
      print(pcall(dynasm.translate_tostring, dynasm.string_infile "|.arch x64\\n| nopp\\n", { lang = "lua" }))
      print(pcall(dynasm.translate_tostring, dynasm.string_infile "|.arch x64\\n", { lang = "pascal" }))
    `);
    expect(output).toContain("invalid language `nil`.");
    expect(output).toContain("false\t=(translate):2:3: error:");
    expect(output).toContain("invalid language ``pascal`.");
  });

  test("input and output objects", () => {
    const output = printed(`
      local function lines(text)
        local result = {}
        for line in dynasm.string_infile(text):lines() do result[#result + 1] = "<" .. line .. ">" end
        return table.concat(result)
      end
      print(lines "", lines "a\\nb\\n", lines "a\\r\\n\\r\\nb\\r\\n", lines "a\\rb\\r", lines "\\n\\na")
      local closed
      local input = { lines = function() local i = 0; return function() i = i + 1; return ({ "|.arch x64", "x" })[i] end end,
        close = function() closed = true end }
      assert(dynasm.translate_tostring(input, { lang = "lua" }):find "\\nx\\n$" and closed)
      local out = dynasm.func_outfile(print)
      out:write("a", "", 12)
      print(pcall(out.write, out, true))
    `);
    expect(output).toMatch(/^\t<a><b>\t<a><><b>\t<a><b>\t<><><a>\na\n12\nfalse\t.*invalid value\n$/);
  });
});

describe.skipIf(!HAS_LUAJIT)("dynasm.lua: loading", () => {
  test("require finds .dasl files, with dots in names", () => {
    mkdirSync(join(cwd, "sub"));
    write("sub/thing.dasl", `${moduleText("5")}`);
    write("args.dasl", "local name, dasm = ..., require 'dasm'\n|.arch x64\nreturn name\n");
    expect(printed(`print(require "sub.thing", require "args")`)).toBe("5\targs\n");
  });

  test("line numbers are those of the source", () => {
    write(
      "lines.dasl",
      "local dasm = require 'dasm'\n|.arch x64\n|.macro m\n| ret\n| ret\n|.endmacro\n\nerror 'here'\n",
    );
    expect(printed(`print(pcall(require, "lines")) print(pcall(dynasm.loadfile "lines.dasl"))`)).toMatch(
      /lines\.dasl:8: here[\s\S]*lines\.dasl:8: here/,
    );
  });

  test("diagnostics become errors", () => {
    write("bad.dasl", "|.arch x64\n| mov eax, [\n| foo\n");
    write("syntax.dasl", "|.arch x64\nlocal = 5\n");
    const output = printed(`
      print(dynasm.loadfile "bad.dasl")
      print(pcall(require, "bad"))
      print(dynasm.loadfile "syntax.dasl")
      print(dynasm.loadfile "missing.dasl")
      print(dynasm.loadstring "|.arch x64\\n| foo")
      print(pcall(dynasm.translate, "missing.dasl"))
      print(pcall(require, "missing"))
    `);
    expect(output).toMatch(/^nil\tbad\.dasl:2:\d+: error: /);
    expect(output).toMatch(/^bad\.dasl:3:\d+: error: unknown statement `foo'/m);
    expect(output).toMatch(/^false\t.*bad\.dasl:2:\d+: error/m);
    expect(output).toMatch(/^nil\tsyntax\.dasl:2: /m);
    expect(output).toMatch(/^nil\tmissing\.dasl: No such file or directory$/m);
    expect(output).toMatch(/^nil\t=\(translate\):2:\d+: error: unknown statement/m);
    expect(output).toMatch(/^false\tmissing\.dasl: No such file or directory$/m);
    expect(output).toMatch(/no file '\.\/missing\.dasl'/);
  });

  test("a missing or failing command is reported", () => {
    write("m.dasl", moduleText("1"));
    const load = `print(dynasm.loadfile "m.dasl")`;
    expect(printed(load, { DYNASM: "no-such-command" })).toContain("command `no-such-command' was not found");
    expect(printed(load, { DYNASM: "exit 3;" })).toContain("ended with exit code 3");
  });

  test("the command of the package serves where none is installed", () => {
    write("m.dasl", moduleText("12"));
    const bin = join(cwd, "bin");
    mkdirSync(bin);
    symlinkSync(process.execPath, join(bin, "node"));
    for (const tool of ["mkdir", "luajit"]) symlinkSync(findProgram(tool), join(bin, tool));
    expect(printed(`print(require "m")`, { DYNASM: "", PATH: bin })).toBe("12\n");
    const copy = join(cwd, "copy");
    mkdirSync(copy);
    copyFileSync(join(RUNTIME, "dynasm.lua"), join(copy, "dynasm.lua"));
    const path = `${copy}/?.lua;${RUNTIME}/?.lua;./?.lua`;
    const script = `print(dynasm.loadfile "m.dasl")`;
    expect(printed(script, { DYNASM: "", PATH: bin, LUA_PATH: path, DYNASM_CACHE: "" })).toContain(
      "command `dynasm' was not found",
    );
  });

  test("DYNASM may be a command line", () => {
    write("m.dasl", moduleText("11"));
    expect(printed(`print(require "m")`, { DYNASM: `'${process.execPath}' '${COMMAND}'` })).toBe("11\n");
    expect(
      printed(`dynasm.command = "'${process.execPath}' '${COMMAND}'" print(require "m")`, { DYNASM: "" }),
    ).toBe("11\n");
  });

  test("names are never commands", () => {
    const names = [
      "a b'c",
      "$(touch pwned)",
      "; touch pwned;",
      "`touch pwned`",
      '"quoted"',
      "-o",
      "back\\slash",
      "%PATH%",
    ];
    for (const name of names) write(`${name}.dasl`, moduleText("21"));
    const list = names.map((name) => `[==[${name}.dasl]==]`).join(", ");
    const output = printed(`
      for _, name in ipairs { ${list} } do
        assert(assert(dynasm.loadfile(name))() == 21, name)
        assert(dynasm.translate_tostring(name, { subst = { X = "'; touch pwned; '" } }):find "actions")
      end
      print(dynasm.loadfile "a\\0b")
    `);
    expect(output).toMatch(/^nil\t/);
    expect(readdirSync(cwd)).not.toContain("pwned");
  });

  test("a .lua file beside the .dasl file wins", () => {
    write("both.lua", "return 'lua'\n");
    write("both.dasl", moduleText("1"));
    expect(printed(`print(require "both")`)).toBe("lua\n");
    expect(calls()).toBe(0);
  });

  test("unless it is older", () => {
    const lua = write("both.lua", "return 'lua'\n");
    write("both.dasl", moduleText("31"));
    utimesSync(lua, 1_600_000_000, 1_600_000_000);
    expect(printed(`print(require "both")`)).toBe("31\n");
  });
});

describe.skipIf(!HAS_LUAJIT)("dynasm.lua: cache", () => {
  const LOAD = `print(assert(dynasm.loadfile("m.dasl", options))())`;

  test("the command runs once per content", () => {
    write("m.dasl", moduleText("1"));
    expect([printed(LOAD), printed(LOAD), calls()]).toEqual(["1\n", "1\n", 1]);
    write("m.dasl", moduleText("2"));
    expect([printed(LOAD), printed(LOAD), calls()]).toEqual(["2\n", "2\n", 2]);
    write("m.dasl", moduleText("1"));
    expect([printed(LOAD), calls()]).toEqual(["1\n", 2]);
  });

  test("included files and options belong to the content", () => {
    write("m.dasl", moduleText("VALUE").replace("| mov", "|.include in c.dasl\n| mov"));
    write("in c.dasl", "|.include deep#$.dasl\n");
    write("deep#$.dasl", "|.define VALUE, 3\n");
    expect([printed(LOAD), printed(LOAD), calls()]).toEqual(["3\n", "3\n", 1]);
    write("deep#$.dasl", "|.define VALUE, 4\n");
    expect([printed(LOAD), printed(LOAD), calls()]).toEqual(["4\n", "4\n", 2]);
    const withOption = `options = { subst = { UNUSED = 1 } } ${LOAD}`;
    expect([printed(withOption), printed(withOption), calls()]).toEqual(["4\n", "4\n", 3]);
  });

  test("an include that is found earlier now counts", () => {
    write("m.dasl", moduleText("VALUE").replace("| mov", "|.include sub/in.dasl\n| mov"));
    for (const folder of ["first", "second", "sub"]) mkdirSync(join(cwd, folder));
    for (const folder of ["first/sub", "second/sub"]) mkdirSync(join(cwd, folder));
    const load = `options = { include = { "first", "second/" } } ${LOAD}`;
    write("sub/in.dasl", "|.define VALUE, 1\n");
    expect([printed(load), printed(load), calls()]).toEqual(["1\n", "1\n", 1]);
    write("second/sub/in.dasl", "|.define VALUE, 2\n");
    expect([printed(load), printed(load), calls()]).toEqual(["2\n", "2\n", 2]);
    write("first/sub/in.dasl", "|.define VALUE, 3\n");
    expect([printed(load), printed(load), calls()]).toEqual(["3\n", "3\n", 3]);
    rmSync(join(cwd, "first/sub/in.dasl"));
    expect([printed(load), printed(load), calls()]).toEqual(["2\n", "2\n", 4]);
    write("in.dasl", "|.define VALUE, 9\n");
    expect([printed(load), calls()]).toEqual(["2\n", 4]);
  });

  test("strings are cached too", () => {
    const load = `print(dynasm.loadstring(${JSON.stringify(moduleText("6")).replace(/\\"/g, '\\"')})())`;
    expect([printed(load), printed(load), calls()]).toEqual(["6\n", "6\n", 1]);
  });

  test("it can be switched off, be unwritable and be damaged", () => {
    write("m.dasl", moduleText("1"));
    for (const environment of [{ DYNASM_CACHE: "" }, { DYNASM_CACHE: "/dev/null/x" }]) {
      expect([printed(LOAD, environment), printed(LOAD, environment)]).toEqual(["1\n", "1\n"]);
    }
    expect(printed(`dynasm.cache = false ${LOAD}`)).toBe("1\n");
    expect(calls()).toBe(5);
    expect([printed(LOAD), calls()]).toEqual(["1\n", 6]);
    const [entry = ""] = readdirSync(cache);
    for (const damage of ["", "dynasm cache 1\n", "dynasm cache 1\n0123 m.dasl\n\nreturn 5\n"]) {
      writeFileSync(join(cache, entry), damage);
      expect(printed(LOAD)).toBe("1\n");
    }
    expect(calls()).toBe(9);
    expect(readdirSync(cache)).toEqual([entry]);
  });

  test("warnings are shown every time", () => {
    write("w.dasl", "|.arch x64\n|.actionlist a\n| jmp ->nowhere\nreturn 1\n");
    const { stderr: first } = runLua(`assert(dynasm.loadfile "w.dasl")`);
    const { stderr: second } = runLua(`assert(dynasm.loadfile "w.dasl")`);
    expect(first).toMatch(/w\.dasl:3:.*warning/);
    expect(second).toBe(first);
  });
});
