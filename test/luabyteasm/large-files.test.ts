import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureBuilt, packageRoot } from "../support/built-command.js";

// Large enough for every stage of the garbage collector: options set by the built command must hold there, too.

const folder = mkdtempSync(join(tmpdir(), "lasm-large-"));
beforeAll(ensureBuilt);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function luabyteasm(...args: readonly string[]): void {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [join(packageRoot, "bin/luabyteasm.js"), ...args],
    { cwd: folder, encoding: "utf8", maxBuffer: 1 << 30 },
  );
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: "" });
  expect(stdout).toBe("");
}

test("twelve megabytes of functions are assembled, disassembled and assembled to the same bytes", () => {
  const lines = Array.from({ length: 40 }, (_, index) => `LOADK R1 K${index}`).join("\n");
  const parts = [".fn\n.instruction\nRETURN R0 1\n"];
  for (let number = 0; number < 9000; number++) {
    const constants = Array.from({ length: 40 }, (_, index) => `K${index} = "${number} ${index}"`).join("\n");
    parts.push(
      `.fn\n.header\nmaxstacksize=9\n.instruction\n${lines}\nRETURN R0 1\n.const\n${constants}\n.endfn\n`,
    );
  }
  parts.push(".endfn\n");
  writeFileSync(join(folder, "a.lasm"), parts.join(""));
  luabyteasm("assemble", "a.lasm", "-o", "a.luac");
  luabyteasm("disassemble", "a.luac", "-o", "b.lasm");
  luabyteasm("assemble", "--check", "b.lasm", "-o", "b.luac");
  expect(readFileSync(join(folder, "b.luac")).equals(readFileSync(join(folder, "a.luac")))).toBe(true);
});
