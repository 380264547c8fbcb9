import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { describeFileError, FileError } from "../../src/cli/file-error.js";
import { writeFileAtomically } from "../../src/cli/output-file.js";
import { readInput, readInputText } from "../../src/cli/read-input.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dynasm-files-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a new file is written and nothing else is left behind", () => {
  const path = join(folder, "out.bin");
  expect(writeFileAtomically(path, new Uint8Array([1, 2, 255]))).toBe(true);
  expect([...readFileSync(path)]).toEqual([1, 2, 255]);
  expect(readdirSync(folder)).toEqual(["out.bin"]);
  expect(statSync(path).mode & 0o777).toBe(0o666 & ~process.umask());
});

test("a string is written one byte per character", () => {
  const path = join(folder, "out.txt");
  writeFileAtomically(path, "a\u00e9\u00ff");
  expect([...readFileSync(path)]).toEqual([0x61, 0xe9, 0xff]);
  expect(readInputText(path)).toBe("a\u00e9\u00ff");
});

test("an existing file keeps its permissions", () => {
  const path = join(folder, "tool");
  writeFileSync(path, "old");
  chmodSync(path, 0o751);
  writeFileAtomically(path, "new");
  expect(readFileSync(path, "latin1")).toBe("new");
  expect(statSync(path).mode & 0o777).toBe(0o751);
});

test("ifChanged leaves a file with the same content alone", () => {
  const path = join(folder, "out");
  writeFileSync(path, "same");
  utimesSync(path, 1000, 1000);
  expect(writeFileAtomically(path, "same", { ifChanged: true })).toBe(false);
  expect(statSync(path).mtimeMs).toBe(1_000_000);
  expect(writeFileAtomically(path, "diff", { ifChanged: true })).toBe(true);
  expect(readFileSync(path, "latin1")).toBe("diff");
});

test("a symbolic link stays one and its target is written, even when it does not exist yet", () => {
  const link = join(folder, "link");
  mkdirSync(join(folder, "sub"));
  symlinkSync("sub/target", link);
  writeFileAtomically(link, "first");
  writeFileAtomically(link, "second");
  expect(readlinkSync(link)).toBe("sub/target");
  expect(readFileSync(join(folder, "sub/target"), "latin1")).toBe("second");
  expect(readdirSync(join(folder, "sub"))).toEqual(["target"]);
});

test("a loop of links is one clear error", () => {
  symlinkSync("b", join(folder, "a"));
  symlinkSync("a", join(folder, "b"));
  expect(() => writeFileAtomically(join(folder, "a"), "x")).toThrow(
    /cannot write .*a: too many symbolic links/,
  );
});

test.skipIf(process.platform === "win32")("devices and pipes are written through, not replaced", () => {
  writeFileAtomically("/dev/null", "x");
  expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true);
  const fifo = join(folder, "fifo");
  spawnSync("mkfifo", [fifo]);
  const copy = join(folder, "copy");
  const reader = `exec 3<>"${fifo}"; (head -c 5 <&3 > "${copy}") & echo ready; wait`;
  // The descriptor opened for both directions keeps the pipe open, so that writing does not block.
  const script = `
    import { spawn } from "node:child_process";
    const { writeFileAtomically } = await import(${JSON.stringify(join(process.cwd(), "src/cli/output-file.ts"))});
    const child = spawn("sh", ["-c", ${JSON.stringify(reader)}], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise((go) => child.stdout.once("data", go));
    writeFileAtomically(${JSON.stringify(fifo)}, "hello");
    await new Promise((go) => child.once("exit", go));
  `;
  const run = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
    encoding: "utf8",
    timeout: 20_000,
  });
  expect(run.stderr).toBe("");
  expect(lstatSync(fifo).isFIFO()).toBe(true);
  expect(readFileSync(copy, "latin1")).toBe("hello");
});

test("what cannot be written is one clear line and leaves no trace", () => {
  expect(() => writeFileAtomically(join(folder, "no/such/out"), "x")).toThrow(FileError);
  expect(() => writeFileAtomically(join(folder, "no/such/out"), "x")).toThrow(/no such file or directory$/);
  expect(() => writeFileAtomically(folder, "x")).toThrow(/is a directory$/);
  writeFileSync(join(folder, "file"), "");
  expect(() => writeFileAtomically(join(folder, "file/out"), "x")).toThrow(/not a directory$/);
  expect(existsSync(join(folder, "no"))).toBe(false);
});

test("what cannot be read is one clear line", () => {
  expect(() => readInput(join(folder, "missing"))).toThrow(
    /^cannot read .*missing: no such file or directory$/,
  );
  expect(() => readInput(folder)).toThrow(/is a directory$/);
});

test("files of any size come back whole", () => {
  for (const size of [0, 1, 65_535, 65_536, 65_537, 300_000]) {
    const path = join(folder, `f${size}`);
    writeFileSync(path, Buffer.alloc(size, 7));
    expect(readInput(path).length).toBe(size);
  }
});

test("standard input is read to its end", () => {
  const script = `
    const { readInput } = await import(${JSON.stringify(join(process.cwd(), "src/cli/read-input.ts"))});
    const { writeFileAtomically } = await import(${JSON.stringify(join(process.cwd(), "src/cli/output-file.ts"))});
    writeFileAtomically("-", readInput("-"));
  `;
  const input = Buffer.alloc(200_000, "abc");
  const run = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
    input,
    maxBuffer: 1 << 20,
  });
  expect(run.stdout.equals(input)).toBe(true);
});

test("an unknown failure still names the file", () => {
  expect(describeFileError("read", "a\nb", new Error("odd")).message).toBe("cannot read a\\nb: odd");
  expect(describeFileError("read", "a", Object.assign(new Error("m"), { code: "EODD" })).message).toBe(
    "cannot read a: EODD",
  );
  expect(describeFileError("read", "a", "text").message).toBe("cannot read a: text");
});
