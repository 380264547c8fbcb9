import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createNodeIo } from "../../src/cli/io.js";
import { parseTranslateArguments } from "../../src/cli/read-arguments.js";
import { watch } from "../../src/cli/watch.js";
import { ensureBuilt, packageRoot } from "../support/built-command.js";

beforeAll(ensureBuilt);

let folder = "";
let stop = (): void => undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dynasm watch-"));
});
afterEach(() => {
  stop();
  rmSync(folder, { recursive: true, force: true });
});

const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);

/** Waits for a condition; time passes because other processes have to act. */
async function until(what: string, condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`waited too long until ${what}`);
}

function start(...args: readonly string[]): { messages: () => string; exitCode: () => number | null } {
  const child = spawn(process.execPath, [join(packageRoot, "bin/dynasm.js"), ...args], { cwd: folder });
  let messages = "";
  child.stderr.on("data", (data) => {
    messages += data;
  });
  stop = () => child.kill("SIGKILL");
  return { messages: () => messages, exitCode: () => child.exitCode };
}

const outputHas = (text: string) => (): boolean =>
  existsSync(join(folder, "out.c")) && readFileSync(join(folder, "out.c"), "latin1").includes(text);

const source = "|.arch x64\n|.actionlist list\n|.include part.inc\n";

test("--watch translates again when the source or an include changes, however it is written", async () => {
  write("in.dasc", source);
  write("part.inc", "int first;\n");
  const { messages, exitCode } = start("translate", "--watch", "-o", "out.c", "in.dasc");
  await until("the first translation", outputHas("int first;"));

  write("part.inc", "int second;\n");
  await until("the include is translated", outputHas("int second;"));

  write("new.dasc", `${source}int third;\n`);
  renameSync(join(folder, "new.dasc"), join(folder, "in.dasc"));
  await until("the replaced source is translated", outputHas("int third;"));

  // An error is reported and leaves the output as it is; then things go on.
  write("part.inc", "| foo eax\n");
  await until("the error is reported", () => messages().includes("part.inc:1:3: error: "));
  expect(outputHas("int third;")()).toBe(true);
  write("part.inc", "int fourth;\n");
  await until("the corrected include is translated", outputHas("int fourth;"));
  expect(exitCode()).toBe(null);
});

test("--watch notices an include file that did not exist, and a source that comes back", async () => {
  write("in.dasc", source);
  const { messages } = start("--watch", "-o", "out.c", "in.dasc");
  await until("the missing file is reported", () => messages().includes("part.inc"));
  write("part.inc", "int first;\n");
  await until("it is translated", outputHas("int first;"));

  rmSync(join(folder, "in.dasc"));
  await until("the missing source is reported", () => messages().includes("cannot read in.dasc"));
  write("in.dasc", `${source}int back;\n`);
  await until("it is translated again", outputHas("int back;"));
});

test("--watch of a folder that does not exist ends with one line", async () => {
  const { messages, exitCode } = start("--watch", "-o", "out.c", "none/in.dasc");
  await until("it has ended", () => exitCode() !== null);
  expect(exitCode()).toBe(1);
  expect(messages()).toBe(
    "dynasm: error: cannot read none/in.dasc: no such file or directory\ndynasm: error: cannot watch none: no such file or directory\n",
  );
});

test("--watch needs files", async () => {
  const { messages, exitCode } = start("--watch", "in.dasc");
  await until("it has ended", () => exitCode() !== null);
  expect(exitCode()).toBe(2);
  expect(messages()).toContain("--watch needs an input file and an output file");
});

test("--watch misses no change between the reading of a file and the watching of it", async () => {
  write("in.dasc", `|.arch x64\n|.include ${join(folder, "part.inc")}\n`);
  write("part.inc", "int first;\n");
  const outputs: string[] = [];
  const request = parseTranslateArguments(["-N", "-o", join(folder, "out.c"), join(folder, "in.dasc")]);
  const watching = watch(request, {
    ...createNodeIo(),
    writeFile: (_path, content) => {
      outputs.push(content.toString());
      if (outputs.length === 2) throw new Error("seen");
      write("part.inc", "int second, and longer;\n");
    },
  });
  await expect(watching).rejects.toThrow("seen");
  expect(outputs[1]).toContain("int second, and longer;");
});
