import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../support/built-command.js";
import { useExamples } from "./dynasm.js";

const { folder, run } = useExamples();

test.each([
  ["c", ["dasm_proto.h", "dasm_x86.h"]],
  ["lua", ["dasm.lua", "dynasm.lua"]],
  ["cmake", ["DynASM.cmake"]],
])("runtime %s writes its files or tells where they are", async (kind, names) => {
  const { exitCode, stdout } = await run(["runtime", kind, "new folder/below"]);
  expect(exitCode).toBe(0);
  expect(stdout).toBe(names.map((name) => `new folder/below/${name}\n`).join(""));
  const path = (await run(["runtime", kind, "--path"])).stdout;
  expect(path).toBe(`${join(packageRoot, "runtime", kind)}\n`);
  for (const name of names) {
    const copy = readFileSync(join(folder(), "new folder/below", name));
    expect(copy.equals(readFileSync(join(path.trimEnd(), name)))).toBe(true);
  }
});

test("runtime writes to the current folder, and with --if-changed only what differs", async () => {
  await run(["runtime", "c"]);
  utimesSync(join(folder(), "dasm_proto.h"), 1000, 1000);
  writeFileSync(join(folder(), "dasm_x86.h"), "old");
  expect(await run(["runtime", "c", "--if-changed"])).toMatchObject({ exitCode: 0, stdout: "dasm_x86.h\n" });
  expect(statSync(join(folder(), "dasm_proto.h")).mtimeMs).toBe(1_000_000);
});

test("runtime writes all files or none", async () => {
  mkdirSync(join(folder(), "out/dasm_x86.h"), { recursive: true });
  const failed = await run(["runtime", "c", "out"]);
  expect(failed).toEqual({
    exitCode: 1,
    stdout: "",
    stderr: "dynasm: error: cannot write out/dasm_x86.h: is a directory\n",
  });
  expect(readdirSync(join(folder(), "out"))).toEqual(["dasm_x86.h"]);
  writeFileSync(join(folder(), "out/dasm_proto.h"), "mine");
  await run(["runtime", "c", "out"]);
  expect(readFileSync(join(folder(), "out/dasm_proto.h"), "utf8")).toBe("mine");
});

test("runtime refuses what it does not know and what is no folder", async () => {
  expect(await run(["runtime", "rust"])).toMatchObject({ exitCode: 2, stdout: "" });
  expect(await run(["runtime"])).toMatchObject({ exitCode: 2, stdout: "" });
  writeFileSync(join(folder(), "file"), "");
  const { exitCode, stderr } = await run(["runtime", "c", "file"]);
  expect([exitCode, stderr.startsWith("dynasm: error: cannot create file: ")]).toEqual([1, true]);
  expect(existsSync(join(folder(), "dasm_x86.h"))).toBe(false);
});
