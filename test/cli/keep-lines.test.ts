import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { hasNative } from "../support/native.js";
import { useScratchFolder } from "./run-dynasm.js";

const hasLuajit = hasNative("luajit", ["-v"]);
const place = useScratchFolder();

/** Stands for the encoder: the tests are about line numbers only. */
const preamble =
  "local dasm = { _VERSION = 10400, put = function() end }; local ffi = require'ffi'; local Dst";

const head = `${preamble}
|.arch x64
|.actionlist actions
`;

/** Replaces \`error()\` by one that tells its own line. */
function numbered(source: string): string {
  return source
    .split("\n")
    .map((line, index) => line.replace("ERROR()", `error("line ${index + 1} ")`))
    .join("\n");
}

interface Failure {
  readonly reported: number;
  readonly expected: number;
}

/** Translates, runs with LuaJIT and gives the line that the error names and the one where it stands. */
async function lineOfError(source: string, options: readonly string[] = []): Promise<Failure> {
  place.write("in.dasl", numbered(source));
  const { exitCode, stderr } = await place.run(["--keep-lines", ...options, "-o", "out.lua", "in.dasl"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const run = await execa("luajit", ["out.lua"], { cwd: place.folder, reject: false });
  const match = /out\.lua:(\d+): line (\d+) /.exec(run.stderr);
  expect(match, `${run.stderr}\n${place.read("out.lua")}`).not.toBeNull();
  return { reported: Number(match?.[1]), expected: Number(match?.[2]) };
}

const cases: Readonly<Record<string, string>> = {
  "after every directive that writes lines": `${head}|.globals GLOB_
|.globalnames globalnames
|.externnames externnames
|.section code, data
|.type STATE, int, rbx
|->entry:
| call extern puts
ERROR()
`,
  "between put calls": `${head}local a
| mov eax, 1
local b
  | mov eax, 2
  ERROR()
| ret
`,
  "after a macro with host lines": `${head}local count = 0
|.macro load, reg, value
  | mov reg, value
  || count = count + 1
  || if count > 3 then
  || count = 0 end
|.endmacro
  | load eax, 1
  | load ecx, count
ERROR()
`,
  "inside a macro's host line": `${head}
|.macro fail
  || fail()
|.endmacro
local function fail() error("line 11 ", 2) end

|  nop
  | fail
`,
  "after comments of all kinds": `${head}
-- a comment
  | mov eax, 1 -- a comment of the statement
  --[[ a long
  comment ]]
  | mov eax, 2
  --[==[ another ]]
  ]==]
  || local x = 1 -- a comment behind a host statement
  | mov eax, x
  if x > 0 then -- and one here
  | ret
  end
ERROR()
`,
  "after long strings": `${head}local text = [[
first
second]]
| mov eax, 1
local other = [==[
|| not code ]]
]==]
ERROR()
`,
  "after long strings in a host line of a macro": `${head}
|.macro text
|| local text, other = [[one]], "two -- no comment"
|.endmacro
| text
ERROR()
`,
  "after an include": `${head}local before
|.include part.dasi
ERROR()
`,
  "after a capture that is dumped before": `${head}|.dumpcapture later
local a
|.capture later
local captured = 1
| mov eax, 1
local also = captured
|.endcapture
ERROR()
`,
  "after a capture that is dumped behind": `${head}|.capture earlier
local captured = 1

| mov eax, 1
|.endcapture
local a
|.dumpcapture earlier
ERROR()
`,
  "after skipped branches": `${head}|.if 0
| mov eax, 1
|| this is not code (
|.else
| mov eax, 2
|.endif
ERROR()
`,
  "after more code than one put call takes": `${head}${"| mov eax, x; mov ecx, y; mov edx, z\n".repeat(30)}ERROR()
`,
  "in the last line without a line end": `${head}| nop\nERROR()`,
};

describe.skipIf(!hasLuajit)("--keep-lines", () => {
  test.each(Object.keys(cases))("an error %s names its line of the source", async (name) => {
    place.write("part.dasi", "local included = 1\n\n| mov eax, included\nlocal more = included\n");
    const source = cases[name] ?? "";
    for (const options of [[], ["-N"], ["-M"], ["-F"]]) {
      const { reported, expected } = await lineOfError(source, options);
      expect(reported, `${options.join(" ")}\n${place.read("out.lua")}`).toBe(expected);
    }
  });

  test("keeps carriage returns out of the way", async () => {
    const source = (cases["between put calls"] ?? "").replaceAll("\n", "\r\n");
    const { reported, expected } = await lineOfError(source);
    expect(reported).toBe(expected);
  });

  test("a line of the source is the same line of the output, unless it is an assembler line", async () => {
    const source = cases["after comments of all kinds"] ?? "";
    await lineOfError(source);
    const output = place.read("out.lua").split("\n");
    numbered(source)
      .split("\n")
      .forEach((line, index) => {
        if (!/^\s*\|/.test(line)) expect(output[index]).toBe(line);
      });
  });

  test("has no effect in C mode", async () => {
    place.write("in.dasc", "|.arch x64\nint x;\n");
    const plain = await place.run(["in.dasc"]);
    expect(await place.run(["--keep-lines", "in.dasc"])).toEqual(plain);
  });
});
