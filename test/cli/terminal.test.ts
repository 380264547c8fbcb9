import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadPalette, wantsColor } from "../../src/cli/terminal.js";
import { plainPalette } from "../../src/diagnostics/palette.js";

test("colour: the command line wins, then FORCE_COLOR, NO_COLOR, the terminal", () => {
  expect(wantsColor("always", { NO_COLOR: "1" }, false)).toBe(true);
  expect(wantsColor("never", { FORCE_COLOR: "1" }, true)).toBe(false);
  expect(wantsColor("auto", { FORCE_COLOR: "1", NO_COLOR: "1" }, false)).toBe(true);
  expect(wantsColor("auto", { FORCE_COLOR: "0" }, true)).toBe(false);
  expect(wantsColor("auto", { NO_COLOR: "1" }, true)).toBe(false);
  expect(wantsColor("auto", { NO_COLOR: "" }, true)).toBe(true);
  expect(wantsColor("auto", {}, false)).toBe(false);
  expect(wantsColor("auto", { TERM: "dumb" }, true)).toBe(false);
});

test("the coloured palette adds nothing but colour codes", async () => {
  expect(await loadPalette(false)).toBe(plainPalette);
  const palette = await loadPalette(true);
  for (const paint of Object.values(palette)) {
    const text = paint("x");
    expect(text).not.toBe("x");
    expect(text.replaceAll(/\x1b\[[0-9;]*m/g, "")).toBe("x");
  }
});

test.skipIf(process.platform === "win32")("a closed pipe is silent", () => {
  const module = JSON.stringify(join(process.cwd(), "src/cli/terminal.ts"));
  const script = `const { writeStandardOutput } = await import(${module}); writeStandardOutput(Buffer.alloc(5_000_000, 97));`;
  const node = `"${process.execPath}" --import tsx --input-type=module -e '${script}'`;
  const run = spawnSync("sh", ["-c", `{ ${node}; echo "exit $?" >&2; } | head -c 3`], { encoding: "utf8" });
  expect(run.stdout).toBe("aaa");
  expect(run.stderr).toBe("exit 0\n");
});
