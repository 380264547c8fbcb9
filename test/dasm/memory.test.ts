import { describe, expect, test, vi } from "vitest";
import type { Foreign, ForeignFunction } from "../../src/dasm/foreign.js";
import { openPosix, openWindows } from "../../src/dasm/memory.js";
import { findBuiltin, findPackage, requirePackage } from "../../src/dasm/optional-package.js";

type Results = Readonly<Record<string, unknown>>;

/** A koffi whose functions only write down how they are called. */
function recordCalls(results: Results): {
  foreign: Foreign;
  calls: unknown[][];
  libraries: (string | null)[];
} {
  const calls: unknown[][] = [];
  const libraries: (string | null)[] = [];
  const func = (name: string): ForeignFunction => {
    return (...args) => {
      calls.push([name, ...args]);
      return results[name];
    };
  };
  const load = (path: string | null): { func: typeof func; symbol: () => bigint } => {
    libraries.push(path);
    return { func, symbol: () => 0n };
  };
  return { foreign: { load } as unknown as Foreign, calls, libraries };
}

describe("pages of systems with mmap", () => {
  test("are writable first, then executable", () => {
    const { foreign, calls, libraries } = recordCalls({ getpagesize: 4096, mmap: 0x10000, mprotect: 0 });
    const pages = openPosix(foreign, 0x1000);
    expect(pages.allocate(8192)).toBe(0x10000n);
    pages.makeExecutable(0x10000n, 8192);
    pages.release(0x10000n, 8192);
    expect(libraries).toEqual([null]);
    expect(calls).toEqual([
      ["getpagesize"],
      ["mmap", 0, 8192, 3, 0x1002, -1, 0],
      ["mprotect", 0x10000n, 8192, 5],
      ["munmap", 0x10000n, 8192],
    ]);
  });

  test("may be refused", () => {
    const pages = openPosix(recordCalls({ mmap: -1, mprotect: -1 }).foreign, 0x20);
    expect(() => pages.allocate(4096)).toThrow("the system refused to allocate 4096 bytes");
    expect(() => pages.makeExecutable(1n, 4096)).toThrow("the system refused to make memory executable");
  });
});

describe("pages of Windows", () => {
  test("are writable first, then executable", () => {
    const { foreign, calls, libraries } = recordCalls({
      VirtualAlloc: 0x20000n,
      VirtualProtect: 1,
      GetCurrentProcess: -1,
    });
    const pages = openWindows(foreign);
    expect(pages.allocate(4096)).toBe(0x20000n);
    pages.makeExecutable(0x20000n, 4096);
    pages.release(0x20000n, 4096);
    expect(libraries).toEqual(["kernel32.dll"]);
    expect(calls).toEqual([
      ["VirtualAlloc", 0, 4096, 0x3000, 4],
      ["VirtualProtect", 0x20000n, 4096, 0x20, expect.any(Uint8Array)],
      ["GetCurrentProcess"],
      ["FlushInstructionCache", -1, 0x20000n, 4096],
      ["VirtualFree", 0x20000n, 0, 0x8000],
    ]);
  });

  test("may be refused", () => {
    const pages = openWindows(recordCalls({ VirtualAlloc: 0, VirtualProtect: 0 }).foreign);
    expect(() => pages.allocate(4096)).toThrow("the system refused to allocate 4096 bytes");
    expect(() => pages.makeExecutable(1n, 4096)).toThrow("the system refused to make memory executable");
  });
});

describe("optional packages", () => {
  test("that are missing are named with the install command", () => {
    expect(() => requirePackage("no-such-package", "running code")).toThrow(
      "running code needs the package no-such-package: npm install no-such-package",
    );
  });

  test("are not looked for outside of Node", () => {
    vi.stubGlobal("process", undefined);
    try {
      expect(findBuiltin("node:fs")).toBeUndefined();
      expect(findPackage("koffi")).toBeUndefined();
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
