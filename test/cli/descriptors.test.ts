import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { produceFileAtomically, writeFileAtomically } from "../../src/cli/output-file.js";
import { readInput } from "../../src/cli/read-input.js";
import { wantsColorHere, writeStandardError, writeStandardOutput } from "../../src/cli/terminal.js";

/** What the next system calls do: a code to fail with, or nothing. */
const script = vi.hoisted(() => ({ write: [] as string[], read: [] as string[], written: "", input: "" }));

function fail(code: string): never {
  throw Object.assign(new Error(code), { code });
}

vi.mock("node:fs", async (original) => {
  const real = await original<typeof import("node:fs")>();
  return {
    ...real,
    writeSync: (descriptor: number, content: Uint8Array, offset = 0, length = content.length) => {
      const code = script.write.shift();
      if (code !== undefined) fail(code);
      if (descriptor > 2) return real.writeSync(descriptor, content, offset, length);
      // A slow pipe takes two bytes at a time.
      const part = content.subarray(offset, offset + Math.min(2, length));
      script.written += Buffer.from(part).toString("latin1");
      return part.length;
    },
    readSync: (descriptor: number, buffer: Buffer, offset: number, length: number, at: null) => {
      const code = script.read.shift();
      if (code !== undefined) fail(code);
      if (descriptor > 2) return real.readSync(descriptor, buffer, offset, length, at);
      const count = buffer.write(script.input.slice(0, Math.min(3, length)), offset, "latin1");
      script.input = script.input.slice(count);
      return count;
    },
  };
});

let folder = "";
beforeEach(() => {
  Object.assign(script, { write: [], read: [], written: "", input: "" });
  folder = mkdtempSync(join(tmpdir(), "dynasm-descriptors-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("everything is written, however slowly the other side reads", () => {
  script.write = ["EAGAIN", "EAGAIN"];
  writeStandardOutput("caf\u00e9 text");
  writeStandardError(new Uint8Array([33]));
  expect(script.written).toBe("caf\u00e9 text!");
});

test("a reader that has gone away is silent, other failures are not", () => {
  script.write = ["EPIPE"];
  writeStandardOutput("text");
  expect(script.written).toBe("");
  script.write = ["ENOSPC"];
  expect(() => writeFileAtomically("-", "text")).toThrow(
    "cannot write standard output: no space left on the device",
  );
  script.write = ["EIO"];
  writeStandardError("nobody can be told");
});

test("standard input is waited for and read to its end", () => {
  script.input = "some input";
  script.read = ["EAGAIN"];
  expect(readInput("-").toString("latin1")).toBe("some input");
  script.input = "x".repeat(70_000);
  expect(readInput("-")).toHaveLength(70_000);
  script.read = ["EOF"];
  expect(readInput("-")).toHaveLength(0);
  script.read = ["EISDIR"];
  expect(() => readInput("-")).toThrow("cannot read standard input: is a directory");
});

test("a full disk leaves the old file and no temporary one", () => {
  const path = join(folder, "out");
  writeFileSync(path, "old");
  script.write = ["ENOSPC"];
  expect(() => writeFileAtomically(path, "new")).toThrow(/no space left/);
  expect([readFileSync(path, "utf8"), readdirSync(folder)]).toEqual(["old", ["out"]]);
});

test("a leftover temporary file is not in the way", () => {
  writeFileSync(join(folder, `.dynasm-${process.pid}-0.tmp`), "leftover");
  const path = join(folder, "out");
  const pieces = (text: string) => (write: (piece: Uint8Array) => void) => {
    for (const character of text) write(Buffer.from(character));
  };
  expect(produceFileAtomically(path, pieces("AB"))).toBe(true);
  expect(readFileSync(path, "utf8")).toBe("AB");
  for (const [text, written] of [
    ["AB", false],
    ["AC", true],
    ["A", true],
    ["ABC", true],
    ["ABC", false],
  ] as const) {
    expect(produceFileAtomically(path, pieces(text), { ifChanged: true })).toBe(written);
    expect(readFileSync(path, "utf8")).toBe(text);
  }
});

test("a text that breaks off leaves the old file and no temporary one", () => {
  const path = join(folder, "out");
  writeFileSync(path, "old");
  const breakOff = (write: (piece: Uint8Array) => void): void => {
    write(new Uint8Array([65]));
    script.write = ["ENOSPC"];
    write(new Uint8Array([66]));
  };
  expect(() => produceFileAtomically(path, breakOff)).toThrow(/no space left/);
  expect([readFileSync(path, "utf8"), readdirSync(folder)]).toEqual(["old", ["out"]]);
});

test.skipIf(process.platform === "win32")("writing to a pipe nobody reads any more is silent", () => {
  script.write = ["EPIPE"];
  expect(writeFileAtomically("/dev/null", "text")).toBe(true);
  script.write = ["EIO"];
  expect(() => writeFileAtomically("/dev/null", "text")).toThrow("cannot write /dev/null: EIO");
});

test("the command line decides about colours before the environment does", () => {
  expect(wantsColorHere("always")).toBe(true);
  expect(wantsColorHere("never")).toBe(false);
});
