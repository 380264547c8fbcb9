import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureBuilt, packageRoot } from "../support/built-command.js";
import { createScratchFolder, RUNTIME_C } from "./compile.js";

// LuaJIT's interpreter is the largest program in the language: built with this translator and these headers it must
// be the one that is built with its own. Runs where DYNASM_REFERENCE names a LuaJIT source tree.
const { DYNASM_REFERENCE: reference } = process.env;

const PLATFORMS = [
  { name: "x64", flags: [] },
  { name: "x64 without GC64", flags: ["XCFLAGS=-DLUAJIT_DISABLE_GC64"] },
  { name: "x86", flags: ["CC=gcc -m32"] },
];

const PROGRAM = `
  local ffi = require "ffi"
  local sum, text = 0, {}
  for i = 1, 1e6 do sum = sum + i % 7 end
  for word in ("a bb ccc"):gmatch "%a+" do text[#text + 1] = #word end
  print(sum, table.concat(text), (pcall(error, "caught")), tonumber(ffi.cast("int8_t", 200)))
  print(coroutine.wrap(function() coroutine.yield(math.floor(2.5)) end)(), ("%5.2f"):format(math.pi))
`;

describe.skipIf(reference === undefined).each(PLATFORMS)("LuaJIT for $name", ({ flags }) => {
  const { directory, remove } = createScratchFolder();
  const ours = join(directory, "ours");
  const stock = join(directory, "stock");
  afterAll(remove);

  function run(command: string, args: readonly string[], cwd: string): string {
    const { status, stdout, stderr } = spawnSync(command, args, {
      cwd,
      encoding: "latin1",
      maxBuffer: 1 << 26,
    });
    expect([status, status === 0 ? "" : stderr]).toEqual([0, ""]);
    return stdout;
  }

  beforeAll(async () => {
    await ensureBuilt();
    for (const tree of [ours, stock]) cpSync(reference ?? "", tree, { recursive: true });
    for (const name of readdirSync(join(ours, "dynasm"))) {
      if (/\.lua$|^dasm_(proto|x86)\.h$/.test(name)) rmSync(join(ours, "dynasm", name));
    }
    cpSync(RUNTIME_C, join(ours, "dynasm"), { recursive: true });
  });

  test("has the same interpreter and runs", { timeout: 600_000 }, () => {
    const command = `${process.execPath} ${join(packageRoot, "bin/dynasm.js")}`;
    run("make", ["-s", "-j2", "clean"], join(ours, "src"));
    run("make", ["-s", "-j2", `DASM=${command}`, ...flags], join(ours, "src"));
    run("make", ["-s", "-j2", "clean"], join(stock, "src"));
    run("make", ["-s", "-j2", "host/buildvm", ...flags], join(stock, "src"));
    for (const mode of ["elfasm", "bcdef", "ffdef", "libdef", "recdef", "folddef"]) {
      const sources = /def$/.test(mode)
        ? readdirSync(join(stock, "src")).filter((n) => /^lib_.*\.c$/.test(n))
        : [];
      const inputs = mode === "folddef" ? ["lj_opt_fold.c"] : sources;
      const [own, other] = [ours, stock].map((tree) =>
        run("host/buildvm", ["-m", mode, "-o", "-", ...inputs], join(tree, "src")),
      );
      expect(own === other && own !== "").toBe(true);
    }
    const outputs = [["-joff"], ["-jon"]].map((mode) =>
      run("./luajit", [...mode, "-e", PROGRAM], join(ours, "src")),
    );
    expect(outputs[0]).toBe("2999998\t123\tfalse\t-56\n2\t 3.14\n");
    expect(outputs[1]).toBe(outputs[0]);
  });
});
