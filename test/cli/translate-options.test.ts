import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../support/built-command.js";
import { useScratchFolder } from "./run-dynasm.js";

const place = useScratchFolder();

const source = `|.arch x64
|.actionlist actions
|.macro load, value
  | mov eax, value
|.endmacro
int before;
  | load VALUE
int after;
`;

/** The output behind the header, without the lines that do not depend on options. */
function bodyOf(output: string): string {
  return output.slice(output.indexOf("*/\n\n") + 4);
}

describe("dynasm translate", () => {
  test("writes to standard output by default, and so does dynasm without a subcommand", async () => {
    place.write("in.dasc", source);
    const { exitCode, stdout, stderr } = await place.run(["translate", "-D", "VALUE=7", "in.dasc"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain('#line 8 "in.dasc"\nint after;\n');
    expect(stdout).toContain("184,7,0,0,0,255");
    expect(await place.run(["-D", "VALUE=7", "in.dasc"])).toEqual({ exitCode, stdout, stderr });
  });

  test("bundles short options; their parameters are the next arguments in order", async () => {
    place.write("in.dasc", source);
    const { stdout } = await place.run(["-LN", "-MD", "VALUE=2", "in.dasc"]);
    expect(bodyOf(stdout)).not.toContain("#line");
    expect(bodyOf(stdout)).not.toContain("//|");
    const commented = await place.run(["-LMD", "VALUE=2", "in.dasc"]);
    expect(commented.stdout).toContain("  //|{ MACRO load (1)\n  //| mov @d0, 2\n");
    const both = await place.run(["translate", "-LDo", "VALUE=3", "out.c", "in.dasc"]);
    expect(both).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect(place.read("out.c")).toContain("184,3,0,0,0,255");
  });

  test("takes a parameter from the next argument only", async () => {
    place.write("file", "|.arch x64\n");
    const { exitCode, stderr } = await place.run(["translate", "-ofile", "in.dasc"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("unrecognized option `-f'");
  });

  test("accepts options behind the input file, long names with = and single letters as long names", async () => {
    place.write("in.dasc", source);
    const { exitCode } = await place.run([
      "translate",
      "in.dasc",
      "--outfile=out.c",
      "-D",
      "VALUE=4",
      "--nolineno",
    ]);
    expect(exitCode).toBe(0);
    expect(place.read("out.c")).toContain("184,4,0,0,0,255");
    expect(place.read("out.c")).not.toContain("#line");
    await place.run(["translate", "--o", "letter.c", "--D", "VALUE=5", "in.dasc"]);
    expect(place.read("letter.c")).toContain("184,5,0,0,0,255");
  });

  test("lets the last of -c -C -N win", async () => {
    place.write("in.dasc", source);
    const { stdout } = await place.run(["-NCLcD", "VALUE=1", "in.dasc"]);
    expect(stdout).toContain("/*|.actionlist actions */");
    const cpp = await place.run(["-cCLD", "VALUE=1", "in.dasc"]);
    expect(cpp.stdout).toContain("\n//|.actionlist actions\n");
  });

  test("defines and undefines in order", async () => {
    place.write("in.dasc", source);
    const run = await place.run(["-LNDUD", "VALUE=a=b c", "VALUE", "VALUE", "in.dasc"]);
    expect(run.stdout).toContain("184,1,0,0,0,255");
    const text = await place.run(["-LND", "VALUE=a=b c", "in.dasc"]);
    expect(text.stdout).toContain("dasm_put(Dst, 0, a=b c);");
    const bad = await place.run(["-D", "1x", "in.dasc"]);
    expect(bad.exitCode).toBe(2);
    expect(bad.stderr).toContain("bad define `1x'");
  });

  test("--subst wins over the predefined names of Lua mode, -D does not", async () => {
    place.write("in.dasl", "|.arch x64\n|| print(OS, NEW)\n");
    const target = ["--target", "linux-x64", "-N"];
    const defined = await place.run([...target, "-D", "OS=mine", "-D", "NEW=2", "in.dasl"]);
    expect(defined.stdout).toContain("print(Linux, 2)");
    const run = await place.run([...target, "--subst", "OS=mine", "--subst=NEW", "in.dasl"]);
    expect(run.stdout).toContain("print(mine, 1)");
    const bad = await place.run(["translate", "--subst", "=x", "in.dasl"]);
    expect({ exitCode: bad.exitCode, stderr: bad.stderr.split("\n")[0] }).toEqual({
      exitCode: 2,
      stderr: "dynasm: error: bad define `=x': a name is needed, as in --subst NAME=VALUE",
    });
  });

  test("reads standard input for -", async () => {
    const { exitCode, stdout, stderr } = await place.run(["translate", "-", "-D", "VALUE=9"], {
      input: source,
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain('#line 1 "(stdin)"');
    const lua = await place.run(["-l", "Lua", "-N", "-"], { input: "|.arch x64\nlocal a\n" });
    expect(lua.stdout).toContain("if dasm._VERSION ~= 10400 then");
  });

  test("chooses the language by extension or -l", async () => {
    place.write("in.dasl", "|.arch x64\n|.actionlist a\n| nop\n");
    expect((await place.run(["in.dasl"])).stdout).toContain("dasm.put(Dst, 0)");
    expect((await place.run(["-l", "c", "in.dasl"])).stdout).toContain("dasm_put(Dst, 0);");
    const bad = await place.run(["-l", "perl", "in.dasl"]);
    expect(bad.exitCode).toBe(2);
    expect(bad.stderr).toContain("invalid language `perl': it is C or Lua");
  });

  test("searches include folders, the last one first, the working directory last", async () => {
    place.write("in.dasc", "|.arch x64\n|.include x.dasi\n");
    place.write("x.dasi", "from_here();\n");
    place.write("a/x.dasi", "from_a();\n");
    place.write("b/x.dasi", "from_b();\n");
    expect((await place.run(["in.dasc"])).stdout).toContain("from_here");
    expect((await place.run(["-I", "a", "-I", "b", "in.dasc"])).stdout).toContain(
      '#line 1 "b/x.dasi"\nfrom_b',
    );
    expect((await place.run(["-II", "b", "a", "in.dasc"])).stdout).toContain("from_a");
  });

  test.each([
    ["linux-x64", "x64 Linux LINUX X64"],
    ["windows-x86", "x86 Windows WINDOWS X86"],
    ["macos-x64", "x64 1 OSX X64"],
    ["freebsd-x64", "x64 1 BSD X64"],
    ["other-x86", "x86 Other OTHER X86"],
  ])("--target %s sets the predefined names", async (target, expected) => {
    const names = ["LINUX", "WINDOWS", "OSX", "BSD", "OTHER", "X64", "X86"];
    const lines = names.flatMap((name) => [`|.if ${name}`, `|| has_${name}`, "|.endif"]);
    place.write("in.dasl", ["|.arch ARCH", "|| is ARCH OS", ...lines, ""].join("\n"));
    const { stdout } = await place.run(["-N", "--target", target, "in.dasl"]);
    const shown = [...stdout.matchAll(/^ (?:is |has_)(.*)/gm)].map(([, text]) => text);
    expect(shown.join(" ")).toBe(expected);
  });

  test("--target rejects what it does not know", async () => {
    const { exitCode, stderr } = await place.run(["--target", "linux-arm", "in.dasl"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("bad target `linux-arm': write OS-ARCH, such as linux-x64");
  });

  test.each([
    ["1.3", "#if DASM_VERSION != 10300"],
    ["1.4", "#if DASM_VERSION != 10400"],
    ["1.5", "#if DASM_VERSION != 10500"],
  ])("--dasm-version %s writes its check", async (version, check) => {
    place.write("in.dasc", "|.arch x64\n");
    expect((await place.run(["--dasm-version", version, "in.dasc"])).stdout).toContain(check);
    place.write("in.dasl", "|.arch x64\n");
    const lua = await place.run(["--dasm-version", version, "in.dasl"]);
    expect(lua.stdout).toContain(check.replace("#if DASM_VERSION !=", "if dasm._VERSION ~="));
  });

  test("Lua mode checks for version 1.4 by default", async () => {
    place.write("in.dasl", "|.arch x64\n");
    expect((await place.run(["in.dasl"])).stdout).toContain("if dasm._VERSION ~= 10400 then");
  });

  test("-h, -? and --help print the help and end the run", async () => {
    const help = await place.run(["translate", "--help"]);
    expect(help.exitCode).toBe(0);
    expect(help.stdout).toContain("--keep-lines");
    expect(help.stdout).toContain("-Wno-");
    expect(await place.run(["translate", "-h", "-nonsense"])).toEqual(help);
    expect(await place.run(["translate", "-L?"])).toEqual(help);
  });

  test("-V and --version print the version", async () => {
    const { version } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as {
      version: string;
    };
    const run = await place.run(["translate", "-V"]);
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain(version);
    expect((await place.run(["--version"])).stdout).toBe(run.stdout);
  });

  test("-A describes an architecture", async () => {
    const x64 = await place.run(["-A", "x64"]);
    expect(x64.exitCode).toBe(0);
    expect(x64.stdout).toContain("Register names, sizes and internal numbers:");
    expect(x64.stdout).toContain("DynASM encoding engine action codes:");
    const { exitCode, stderr } = await place.run(["-A", "mips"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("unknown architecture `mips': it is x86 or x64");
  });

  test("-P lists definitions: on standard output if the result goes to a file, else on standard error", async () => {
    place.write("in.dasc", source);
    const toFile = await place.run(["-PD", "VALUE=1", "-o", "out.c", "in.dasc"]);
    expect(toFile.stdout).toContain("Defines:\n  VALUE                1\n");
    expect(toFile.stderr).toBe("");
    const toOutput = await place.run(["-PPD", "VALUE=1", "in.dasc"]);
    expect(toOutput.stderr).toContain("Macros:\n  load                 value\n  | mov eax, value\n");
    expect(toOutput.stdout).toContain("dasm_put(Dst, 0);");
    const alone = await place.run(["-PD", "A=b c"]);
    expect(alone.exitCode).toBe(0);
    expect(alone.stdout).toContain("Defines:\n  A                    b c\n");
  });

  test("names with characters beyond ASCII appear as they were written", async () => {
    const name = Buffer.from("größe-日本.dasc").toString("latin1");
    place.write("größe-日本.dasc", "|.arch x64\n|.include häder.dasi\n".replace("ä", "\xc3\xa4"));
    place.write("häder.dasi", "x();\n");
    const { exitCode, stdout } = await place.run(["größe-日本.dasc", "-D", "A=é"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`#line 1 "${name}"`);
    expect(stdout).toContain('#line 1 "h\xc3\xa4der.dasi"\nx();');
  });
});

describe("wrong usage", () => {
  test.each([
    [[], "no input file"],
    [["translate"], "no input file"],
    [["a.dasc", "b.dasc"], "one input file is needed, not 2"],
    [["--nonsense", "a.dasc"], "unrecognized option `--nonsense'"],
    [["-Lz", "a.dasc"], "unrecognized option `-z'"],
    [["--", "a.dasc"], "unrecognized option `--'"],
    [["a.dasc", "-o"], "missing parameter for option `-o'"],
    [["a.dasc", "--outfile"], "missing parameter for option `--outfile'"],
    [["--nolineno=1", "a.dasc"], "option `--nolineno' takes no value"],
    [["--color", "sometimes", "a.dasc"], "bad value `sometimes' for --color"],
    [["--max-errors", "many", "a.dasc"], "bad value `many' for --max-errors"],
    [["--max-errors=-1", "a.dasc"], "bad value `-1' for --max-errors"],
    [["--dasm-version", "2.0", "a.dasc"], "bad value `2.0' for --dasm-version"],
    [["--diagnostics-format", "xml", "a.dasc"], "bad value `xml' for --diagnostics-format"],
    [["-Wno-such-warning", "a.dasc"], "unknown warning `such-warning'"],
    [["-Werror=nothing", "a.dasc"], "unknown warning `nothing'"],
    [["--depfile", "x.d", "a.dasc"], "--depfile needs an output file"],
    [["--map", "x", "-o", "x", "a.dasc"], "output, --depfile and --map need a file each"],
    [["--map", "-", "a.dasc"], "output, --depfile and --map need a file each"],
    [["--depfile", "x", "--map", "x", "-o", "y", "a.dasc"], "output, --depfile and --map need a file each"],
    [["-U", "9", "a.dasc"], "bad define `9'"],
  ])("%j", async (args, message) => {
    const { exitCode, stdout, stderr } = await place.run(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(`dynasm: error: ${message}`);
    expect(stderr).toContain("--help");
  });

  test("a mistake in a long option gets a suggestion", async () => {
    const { stderr } = await place.run(["--keeplines", "a.dasl"]);
    expect(stderr).toContain("did you mean `--keep-lines'?");
  });

  test("the classic format prints the reference's words", async () => {
    const { exitCode, stderr } = await place.run(["--diagnostics-format", "classic", "-x", "a.dasc"]);
    expect(exitCode).toBe(2);
    expect(stderr).toBe("dynasm.lua: ERROR: unrecognized option `-x'. Try `--help'.\n\n");
  });
});
