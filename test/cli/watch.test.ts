import { spawn } from "node:child_process";
import { existsSync, renameSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { dynasm, useScratchFolder } from "./run-dynasm.js";

const place = useScratchFolder();

async function waitFor(what: string, holds: () => boolean): Promise<void> {
  for (let waited = 0; waited < 200; waited++) {
    if (holds()) return;
    await sleep(50);
  }
  throw new Error(`${what} did not happen`);
}

function contains(name: string, text: string): boolean {
  return existsSync(place.path(name)) && place.read(name).includes(text);
}

test("--watch translates again whenever the input or an include changes, also after errors", async () => {
  place.write("in.dasc", "|.arch x64\n|.include part.dasi\n");
  place.write("part.dasi", "first();\n");
  const child = spawn(process.execPath, [dynasm, "--watch", "-o", "out.c", "in.dasc"], {
    cwd: place.folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let messages = "";
  child.stderr.on("data", (data: Buffer) => {
    messages += data.toString("latin1");
  });
  try {
    await waitFor("the first translation", () => contains("out.c", "first();"));
    await sleep(200);
    place.write("part.dasi", "second();\n");
    await waitFor("the one after the change of an include", () => contains("out.c", "second();"));
    await sleep(200);
    place.write("part.dasi", "| movv\n");
    await waitFor("the message", () => messages.includes("part.dasi:1:3: error: unknown statement `movv'"));
    expect(place.read("out.c")).toContain("second();");
    await sleep(200);
    place.write("new.dasc", "|.arch x64\nthird();\n");
    renameSync(place.path("new.dasc"), place.path("in.dasc"));
    await waitFor("the one after the replacement of the input", () => contains("out.c", "third();"));
    expect(child.exitCode).toBeNull();
  } finally {
    child.kill();
  }
});

test.each([["-", "-o", "out.c"], ["in.dasc"]])("--watch %s %s %s lacks a file", async (...args) => {
  place.write("in.dasc", "|.arch x64\n");
  const { exitCode, stderr } = await place.run(["--watch", ...args]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("--watch needs an input file and an output file");
});
