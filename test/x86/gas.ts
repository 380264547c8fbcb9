import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Mode } from "../../src/x86/registers.js";

/** Runs a function with the path of an empty folder that is removed afterwards. */
function inFolder<T>(run: (path: (name: string) => string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "dynasm-gas-"));
  try {
    return run((name) => join(folder, name));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function sourceOf(statements: readonly string[], refused: ReadonlySet<number>): string {
  // The length stands in front of the bytes of each statement. Two lines for each.
  const lines = statements.flatMap((statement, index) =>
    refused.has(index) ? [".byte 0", ""] : [".byte 2f-1f", `1: ${statement}; 2:`],
  );
  return `.intel_syntax noprefix\n${lines.join("\n")}\n`;
}

function assembleOnce(
  mode: Mode,
  statements: readonly string[],
  refused: Set<number>,
  path: (name: string) => string,
): boolean {
  writeFileSync(path("in.s"), sourceOf(statements, refused));
  const flag = mode === "x64" ? "--64" : "--32";
  const result = spawnSync("as", [flag, "-o", path("out.o"), path("in.s")], { encoding: "latin1" });
  const before = refused.size;
  for (const [, line] of result.stderr.matchAll(/:(\d+): Error/g)) {
    refused.add(Math.floor((Number(line) - 2) / 2));
  }
  return refused.size === before && result.status === 0;
}

/**
 * Assembles statements in GNU Intel syntax. The result has the bytes of each, or undefined for one
 * that GNU as refuses.
 */
export function assembleWithGas(
  mode: Mode,
  statements: readonly string[],
): (readonly number[] | undefined)[] {
  return inFolder((path) => {
    const refused = new Set<number>();
    for (let attempt = 0; !assembleOnce(mode, statements, refused, path); attempt++) {
      if (attempt > 5) throw new Error("GNU as fails without saying at which line");
    }
    execFileSync("objcopy", ["-O", "binary", "-j", ".text", path("out.o"), path("out.bin")]);
    const bytes = readFileSync(path("out.bin"));
    let at = 0;
    return statements.map((_, index) => {
      const length = bytes[at] ?? 0;
      const own = [...bytes.subarray(at + 1, at + 1 + length)];
      at += 1 + length;
      return refused.has(index) ? undefined : own;
    });
  });
}

/** Longest instruction and a little room, so that each starts at a known address. */
const SLOT = 32;

/** Disassembles instructions to GNU Intel text. */
export function disassembleWithObjdump(mode: Mode, instructions: readonly (readonly number[])[]): string[] {
  return inFolder((path) => {
    const image = Buffer.alloc(instructions.length * SLOT, 0x90);
    instructions.forEach((bytes, index) => {
      image.set(bytes, index * SLOT);
    });
    writeFileSync(path("in.bin"), image);
    const machine = mode === "x64" ? "i386:x86-64" : "i386";
    const text = execFileSync(
      "objdump",
      ["-D", "-b", "binary", "-m", machine, "-M", "intel", "-w", path("in.bin")],
      {
        encoding: "latin1",
        maxBuffer: 1 << 28,
      },
    );
    const found: string[] = instructions.map(() => "");
    for (const [, address = "", instruction = ""] of text.matchAll(/^ *([0-9a-f]+):\t[0-9a-f ]+\t(.*)$/gm)) {
      const offset = Number.parseInt(address, 16);
      const index = Math.floor(offset / SLOT);
      if (offset - index * SLOT >= (instructions[index]?.length ?? 0)) continue;
      found[index] = `${found[index] ?? ""}${instruction
        .replace(/\s+/g, " ")
        .replace(/ *[#<].*$/, "")
        .trim()};`;
    }
    return found;
  });
}
