import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { createNodeIo } from "../../src/cli/io.js";
import { runTranslate } from "../../src/cli/translate-command.js";

/**
 * Comparison with the original translator. It is not part of this package: the environment variable
 * DYNASM_REFERENCE names a LuaJIT source tree, and without it nothing here runs.
 */
const { DYNASM_REFERENCE: reference } = process.env;
const isPresent = reference !== undefined && existsSync(join(reference, "dynasm/dynasm.lua"));

const folder = mkdtempSync(join(tmpdir(), "dynasm-reference-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Outcome {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

async function runReference(args: readonly string[]): Promise<Outcome> {
  const script = join(reference ?? "", "dynasm/dynasm.lua");
  const { exitCode, stdout, stderr } = await execa("luajit", [script, ...args], {
    cwd: folder,
    encoding: "latin1",
    stripFinalNewline: false,
    reject: false,
    timeout: 60_000,
  });
  return { exitCode, stdout, stderr };
}

async function runOurs(args: readonly string[]): Promise<Outcome> {
  const outer = createNodeIo();
  let stdout = "";
  let stderr = "";
  const text = (content: Uint8Array | string | readonly Uint8Array[]): string => {
    if (typeof content === "string") return content;
    return content instanceof Uint8Array
      ? Buffer.from(content).toString("latin1")
      : Buffer.concat(content).toString("latin1");
  };
  const exitCode = await runTranslate(["--diagnostics-format", "classic", ...args], {
    ...outer,
    readInput: (path) => readFileSync(join(folder, path), "latin1"),
    readInclude: (path) =>
      existsSync(join(folder, path)) ? readFileSync(join(folder, path), "latin1") : undefined,
    writeFile: (_path, content) => {
      stdout += text(content);
    },
    stdout: (content) => {
      stdout += text(content);
    },
    stderr: (content) => {
      stderr += text(content);
    },
  });
  return { exitCode, stdout, stderr };
}

/** Texts of failed conditions and modules depend on the host of the translator. */
function comparable({ exitCode, stdout, stderr }: Outcome): Outcome {
  return { exitCode, stdout, stderr: stderr.replaceAll(/(bad condition|cannot load module): [^\n]*/g, "$1") };
}

/** Whether the original fails inside, or rejects something that is accepted here on purpose. */
function isExtension(theirs: string): boolean {
  return /`v?movd (?:ro,rq|rq,ro)'|byte out of range/.test(theirs);
}

async function difference(args: readonly string[]): Promise<string> {
  const [theirs, ours] = [comparable(await runReference(args)), comparable(await runOurs(args))];
  for (const part of ["stderr", "exitCode", "stdout"] as const) {
    if (theirs[part] === ours[part]) continue;
    if (part === "stderr" && isExtension(theirs.stderr)) return "";
    const expected = String(theirs[part]).split("\n");
    const actual = String(ours[part]).split("\n");
    const line = expected.findIndex((text, index) => text !== actual[index]);
    return `${part}, line ${line + 1}: expected ${expected[line]}, got ${actual[line]}`;
  }
  return "";
}

/** What the Makefile of LuaJIT defines for a build on Linux. */
const makefileFlags = "ENDIAN_LE P64 JIT FFI FPU HFABI VER=".split(" ").flatMap((name) => ["-D", name]);

const files = ["vm_x64.dasc", "vm_x86.dasc"] as const;

function sourceOf(file: (typeof files)[number]): string {
  return readFileSync(join(reference ?? "", "src", file), "latin1");
}

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

describe.skipIf(!isPresent)("like the original", () => {
  describe.each(files)("%s", (file) => {
    test("with the flags of its Makefile and others", { timeout: 120_000 }, async () => {
      writeFileSync(join(folder, file), sourceOf(file), "latin1");
      const differences: string[] = [];
      for (const defines of definesOf[file] ?? []) {
        for (const option of ["", "-L", "-N", "-c", "-C", "-M", "-F", "-LN", "-MNF", "-cMF", "-P", "-PP"]) {
          const args = [...(option === "" ? [] : [option]), ...defines, file];
          const found = await difference(args);
          if (found !== "") differences.push(`${args.join(" ")}: ${found}`);
        }
      }
      expect(differences).toEqual([]);
    });

    test("without a warning of our own", async () => {
      writeFileSync(join(folder, file), sourceOf(file), "latin1");
      const io = createNodeIo();
      const messages: string[] = [];
      for (const defines of definesOf[file] ?? []) {
        const code = await runTranslate([...defines, file], {
          ...io,
          readInput: () => sourceOf(file),
          writeFile: () => {},
          stderr: (content) => {
            messages.push(String(content));
          },
        });
        // Some other flags are an error for the original, too.
        if (code === 1 && defines !== makefileFlags) messages.length = 0;
        expect(messages).toEqual([]);
      }
    });

    test("when changed at random", { timeout: 300_000 }, async () => {
      const lines = sourceOf(file).split("\n");
      const differences: string[] = [];
      const edit = fc.tuple(fc.nat({ max: lines.length - 1 }), fc.nat(), fc.constantFrom(...replacements));
      await fc.assert(
        fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 12 }), async (edits) => {
          const changed = [...lines];
          for (const [line, at, replacement] of edits)
            changed[line] = editLine(changed[line] ?? "", at, replacement);
          writeFileSync(join(folder, `changed-${file}`), changed.join("\n"), "latin1");
          const found = await difference(["-L", ...makefileFlags, `changed-${file}`]);
          if (found !== "") differences.push(`${found}\nedits: ${JSON.stringify(edits)}`);
        }),
        { numRuns: 40 },
      );
      expect(differences).toEqual([]);
    });
  });
});

function words(text: string): fc.Arbitrary<string> {
  return fc.constantFrom(...text.split(" "));
}

const size = fc.oneof(
  { weight: 3, arbitrary: fc.constant("") },
  words("byte word dword qword oword aword tword xword"),
);
const register = words(
  "eax ecx rax rbx rsp esp r8 r9d r15 al ah r4b ax sp r10w xmm0 xmm9 ymm3 st0 st1 Rd(x) Rq(y+1) Ra(z) Rb(b) xmm(n) Rd EAX spl rip",
);
const typed = words(
  "T T->x T.y T[1] T:rcx T:rcx->x T:ax U U->x U:rdx U:rdx.x T:Rq(n)->x V:rax T:eax #T #U T-> T..x",
);
const value = words(
  "0 1 -1 127 128 255 256 -128 -129 65535 65536 0x7fffffff 0x80000000 0xffffff80 0xffffffff 1e3 1.5 - 5 x x+1 (x) 'a' 010 0b11 +3 -0 ->g ->g@4 <1 >2 <0 =>p =>p+1 &x extern",
);
const inner = fc
  .tuple(
    fc.oneof(register, typed, value),
    fc.array(
      fc.tuple(
        words("+ - * +"),
        fc.constantFrom("", "", " "),
        fc.oneof(register, typed, value, words("1 2 4 8 3 16")),
      ),
      { maxLength: 3 },
    ),
  )
  .map(([first, rest]) => first + rest.map(([sign, blank, term]) => blank + sign + blank + term).join(""));
const operand = fc.oneof(
  { weight: 4, arbitrary: register },
  { weight: 2, arbitrary: value },
  { weight: 2, arbitrary: typed },
  { weight: 4, arbitrary: fc.tuple(size, inner).map(([prefix, text]) => `${prefix} [${text}]`) },
  { weight: 1, arbitrary: fc.tuple(size, value).map(([prefix, text]) => `${prefix} ${text}`) },
  { weight: 1, arbitrary: fc.constant("extern name") },
);
const opcode = words(
  "mov add lea cmp imul movzx movsxd xchg test push pop call jmp jne shl shld bt inc neg lock fld fstp fadd fxch movd movq movsd addsd addps cvtsi2sd pinsrw pextrb pshufd vaddps vmovaps vpinsrw vfmadd231pd rorx bextr mov64 .byte .sbyte .word .dword .qword .aword .align .space .label .type nop ret",
);
const statement = fc
  .tuple(opcode, fc.array(operand, { maxLength: 4 }))
  .map(([name, operands]) => `| ${name} ${operands.join(", ")}`);
const other = fc.constantFrom(
  "host();",
  "|1:",
  "|->g:",
  "|=>p:",
  "|.define x, 5",
  "|.define y, x",
  "|.macro m, a, b",
  "| mov a, b..x",
  "|.endmacro",
  "| m eax, 2",
  "| m rax, T->x",
  "|.if x",
  "|.else",
  "|.endif",
  "|| f(eax);",
  "|.capture c",
  "|.endcapture",
  "|.dumpcapture c",
  "|.section code, data",
  "|.code",
  "|.data",
  "|.globals G",
  "|.externnames E",
  "| nop; ret",
  "| nop // c",
  "|.elif y == 5",
);
const smallProgram = fc
  .tuple(
    fc.constantFrom("x86", "x64"),
    fc.array(fc.oneof({ weight: 4, arbitrary: statement }, { weight: 1, arbitrary: other }), {
      minLength: 1,
      maxLength: 12,
    }),
  )
  .map(([arch, lines]) =>
    [`|.arch ${arch}`, "|.actionlist A", "|.type T, int, ebx", "|.type U, struct u", ...lines, ""].join("\n"),
  );

describe.skipIf(!isPresent)("small programs", () => {
  test("are translated as by the original", { timeout: 600_000 }, async () => {
    const differences: string[] = [];
    await fc.assert(
      fc.asyncProperty(smallProgram, words("-L -N -M -F -LN -c"), async (text, option) => {
        writeFileSync(join(folder, "small.dasc"), text, "latin1");
        const found = await difference([option, "small.dasc"]);
        if (found !== "") differences.push(`${found}\n${text}`);
      }),
      { numRuns: 2500 },
    );
    expect(differences.slice(0, 20)).toEqual([]);
  });
});

/** What takes the place of a word of a line; undefined removes the line, the rest are inserted. */
const replacements = [
  undefined,
  "",
  "rax",
  "eax",
  "r8d",
  "xmm1",
  "byte",
  "qword",
  "1",
  "-1",
  "0x80",
  "300",
  "[rax]",
  "[rax+8]",
  "(",
  "]",
  ",",
  ";",
  ":",
  "|",
  "//",
  "..",
  "->x",
  "=>y",
  ">1",
  "<2",
  ".if 0",
  ".endif",
  "\r",
  "\t",
  "#",
  "@",
  "\xe4",
] as const;

function editLine(line: string, at: number, replacement: (typeof replacements)[number]): string {
  if (replacement === undefined) return "";
  const words = [...line.matchAll(/\w+|[^\w\s]/g)];
  const word = words[at % Math.max(words.length, 1)];
  if (word === undefined) return line + replacement;
  return (
    line.slice(0, word.index) + replacement + line.slice(word.index + (at % 3 === 0 ? 0 : word[0].length))
  );
}
