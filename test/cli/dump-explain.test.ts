import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { main } from "../../src/cli/dynasm.js";

const written = vi.hoisted(() => ({ stdout: "", stderr: "" }));

vi.mock("../../src/cli/terminal.js", async (importOriginal) => {
  const text = (content: Uint8Array | string): string =>
    Buffer.from(content as Uint8Array).toString("latin1");
  return {
    ...(await importOriginal<object>()),
    writeStandardOutput: (content: Uint8Array | string) => {
      written.stdout += text(content);
    },
    writeStandardError: (content: Uint8Array | string) => {
      written.stderr += text(content);
    },
  };
});

const folder = mkdtempSync(join(tmpdir(), "dynasm-dump-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  written.stdout = "";
  written.stderr = "";
});

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const source = `|.arch x64
|.actionlist actions
void f(Dst_DECL, int r) {
  | mov eax, 1
  | mov [Rq(r)], eax
  | ret
}
`;

describe("explain", () => {
  test("puts a status into words", async () => {
    expect(await main(["explain", "0x15000163"])).toBe(0);
    expect(
      written.stdout,
    ).toBe(`0x15000163 DASM_S_RANGE_VREG: variable register out of range, allowed are 0 to 15
  at: action list offset 355 (0x163)
  Registers are numbered 0 to 15, and number 4 (rsp) cannot be an index.
  To see the source line, translate with --map FILE and give --map FILE here, too.
`);
  });

  test.each(["352321891", "0X15000163", "0x15000163"])("reads %s", async (code) => {
    expect(await main(["explain", code])).toBe(0);
    expect(written.stdout).toContain("0x15000163 DASM_S_RANGE_VREG");
  });

  test("finds the source line in the map of translate", async () => {
    const file = write("f.dasc", source);
    const map = join(folder, "f.map");
    expect(await main(["--map", map, "-o", join(folder, "f.c"), file])).toBe(0);
    expect(await main(["explain", "0x1500000a", "--map", map])).toBe(0);
    expect(written.stdout).toContain(`  in: ${file}:5\n`);
    expect(written.stdout).not.toContain("--map");
  });

  test("prints JSON", async () => {
    expect(await main(["explain", "570425349", "--json"])).toBe(0);
    expect(JSON.parse(written.stdout)).toMatchObject({
      status: "0x22000005",
      name: "DASM_S_UNDEF_PC",
      payload: 5,
    });
    written.stdout = "";
    expect(await main(["explain", "-5", "--json"])).toBe(1);
    expect(JSON.parse(written.stdout)).toMatchObject({ status: "0xfffffffb", name: null });
  });

  test("refuses what is no status or no map", async () => {
    expect(await main(["explain", "fifteen"])).toBe(2);
    expect(written.stderr).toContain("bad status `fifteen': a 32-bit number is needed");
    expect(await main(["explain", "1", "--map", write("no.map", "{}")])).toBe(1);
    expect(written.stderr).toContain("no.map is no map of translate --map");
    expect(await main(["explain", "1", "--map", join(folder, "missing.map")])).toBe(1);
    expect(written.stderr).toContain("no such file");
    expect(await main(["explain"])).toBe(2);
  });
});

describe("dump", () => {
  const code = Uint8Array.of(0x55, 0x48, 0x89, 0xe5, 0xe8, 0, 1, 0, 0, 0xc3);

  test("lists a file", async () => {
    expect(await main(["dump", write("f.bin", code), "--base", "0x400000"])).toBe(0);
    expect(written.stdout).toBe(`  00400000 0000  55                        push rbp
  00400001 0001  48 89 e5                  mov rbp, rsp
  00400004 0004  e8 00 01 00 00            call 0x400109
  00400009 0009  c3                        ret
`);
  });

  test("lists 32-bit code without addresses", async () => {
    expect(await main(["dump", write("g.bin", Uint8Array.of(0x40, 0xc3)), "--arch", "x86", "--stable"])).toBe(
      0,
    );
    expect(written.stdout).toBe(
      "  0000  40                        inc eax\n  0001  c3                        ret\n",
    );
  });

  test("lists in hexadecimal", async () => {
    expect(await main(["dump", write("h.bin", code), "--hex", "--base", "16"])).toBe(0);
    expect(written.stdout).toBe("  00000010 0000  55 48 89 e5 e8 00 01 00 00 c3\n");
  });

  test("refuses bad usage", async () => {
    const file = write("i.bin", code);
    expect(await main(["dump", file, "--base", "here"])).toBe(2);
    expect(written.stderr).toContain("bad address `here'");
    expect(await main(["dump", file, "--base", "0x10000000000000000"])).toBe(2);
    expect(await main(["dump", file, "--arch", "arm"])).toBe(2);
    expect(await main(["dump", join(folder, "missing.bin")])).toBe(1);
  });
});
