import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { HAS_LUAJIT, runLuajit, SCRIPTS } from "./luajit.js";

// The same tests interpreted, with the JIT compiler's defaults, and compiling everything early.
const MODES = [["-joff"], ["-jon"], ["-Ohotloop=2", "-Ohotexit=2"]];

describe.skipIf(!HAS_LUAJIT)("dasm.lua", () => {
  test.each(MODES)("encoder.lua with luajit %s %s", (...mode) => {
    const { status, stdout, stderr } = runLuajit([...mode, join(SCRIPTS, "encoder.lua")]);
    expect(stdout + stderr).toBe("ok\n");
    expect(status).toBe(0);
  });
});
