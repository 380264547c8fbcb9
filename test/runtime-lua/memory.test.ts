import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { HAS_LUAJIT, runLuajit, SCRIPTS } from "./luajit.js";

const SCRIPT = join(SCRIPTS, "memory.lua");
const CASES = Array.from(
  readFileSync(SCRIPT, "utf8").matchAll(/^function cases\.(\w+)/gm),
  ([, name = ""]) => name,
);

// Each case in a process of its own: they look at all memory of the process, and forbid system calls.
describe.skipIf(!HAS_LUAJIT || process.platform !== "linux")("memory of dasm.lua", () => {
  test("cases", () => expect(CASES.length).toBeGreaterThan(10));

  test.each(CASES)("%s", (name) => {
    const { status, stdout, stderr } = runLuajit([SCRIPT, name]);
    expect(stdout + stderr).toBe("ok\n");
    expect(status).toBe(0);
  });

  test.each(["fork", "fork_places", "getter", "release"])("%s, interpreted", (name) => {
    const { status, stdout, stderr } = runLuajit(["-joff", SCRIPT, name]);
    expect(stdout + stderr).toBe("ok\n");
    expect(status).toBe(0);
  });
});
