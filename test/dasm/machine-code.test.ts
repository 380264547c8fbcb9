import { readFileSync, rmSync } from "node:fs";
import koffi from "koffi";
import { describe, expect, test } from "vitest";
import {
  createAssembler,
  createCallback,
  DasmError,
  librarySymbols,
  type MachineCode,
  processSymbols,
} from "../../src/dasm/index.js";
import { formatPerfLine } from "../../src/dasm/perf-map.js";
import { actionBytes } from "./action-bytes.js";
import { assembleLines } from "./template.js";

const canRun = process.arch === "x64" && process.platform === "linux";
const adder = (): MachineCode =>
  assembleLines(
    "  |->sum:\n  | lea eax, [rdi+rsi]\n  | ret\n  |=>0:\n  | mov eax, 5\n  | ret",
    {},
    1,
  ).build();

/** Permissions of the page at an address, as /proc shows them. */
function permissionsAt(address: bigint): string | undefined {
  for (const line of readFileSync("/proc/self/maps", "latin1").split("\n")) {
    const [, start, end, permissions] = /^([0-9a-f]+)-([0-9a-f]+) (\S+)/.exec(line) ?? [];
    if (start === undefined || end === undefined) continue;
    if (BigInt(`0x${start}`) <= address && address < BigInt(`0x${end}`)) return permissions;
  }
  return undefined;
}

describe.runIf(canRun)("code that runs", () => {
  test("is called through prototypes", () => {
    using code = adder();
    expect(code.fn<number>("int32_t (int32_t, int32_t)")(20, 22)).toBe(42);
    expect(code.fn<number>("int32_t (int32_t, int32_t)", "sum")(-1, -2)).toBe(-3);
    expect(code.fn<number>("int (void)", "=>0")()).toBe(5);
    expect(code.fn<number>("int (void)", 4)()).toBe(5);
    expect(code.addressOf("->sum")).toBe(code.address);
    expect(code.pcLabel(0) - code.address).toBe(4n);
    expect(code.globals()).toEqual({ sum: code.address });
    expect(code.size).toBe(10);
    expect(code.bytes.length).toBe(10);
  });

  test("is executable and not writable, and gone when it is freed", () => {
    const code = adder();
    const { address } = code;
    expect(permissionsAt(address)).toBe("r-xp");
    code.free();
    code.free();
    expect(code.isFreed).toBe(true);
    expect(permissionsAt(address)).not.toBe("r-xp");
  });

  test("cannot be used after free", () => {
    const code = adder();
    const sum = code.fn<number>("int (int, int)");
    code.free();
    expect(() => sum(1, 2)).toThrow("the code was freed");
    expect(() => code.address).toThrow("the code was freed");
    expect(() => code.fn("int ()")).toThrow("the code was freed");
  });

  test("has no other places and prototypes than it has", () => {
    using code = adder();
    expect(() => code.fn("int ()", "other")).toThrow("the code has no label other");
    expect(() => code.fn("int ()", 10)).toThrow("offset 10 is outside the code of 10 bytes");
    expect(() => code.fn("nonsense (")).toThrow(/fn: nonsense/);
  });

  test("outlives the assembler and is freed by the collector", async () => {
    const assembler = assembleLines("  | mov eax, 9\n  | ret");
    using code = assembler.build();
    assembler.free();
    expect(code.fn<number>("int ()")()).toBe(9);
    let forgotten: MachineCode | undefined = adder();
    const { address } = forgotten;
    forgotten = undefined;
    const collect = (globalThis as { gc?: () => void }).gc;
    for (
      let round = 0;
      collect !== undefined && round < 10 && permissionsAt(address) === "r-xp";
      round += 1
    ) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    if (collect !== undefined) expect(permissionsAt(address)).not.toBe("r-xp");
  });

  test("takes and returns 64-bit and floating point values", () => {
    using wide = assembleLines("  | lea rax, [rdi+1]\n  | ret").build();
    expect(wide.fn("uint64_t (uint64_t)")(2n ** 63n)).toBe(2n ** 63n + 1n);
    using real = assembleLines("  | addsd xmm0, xmm1\n  | ret").build();
    expect(real.fn<number>("double (double, double)")(0.5, 0.25)).toBe(0.75);
  });
});

describe.runIf(canRun)("extern symbols", () => {
  test("are found in the process by name", () => {
    using code = assembleLines(
      "  | push rbx\n  | mov edi, -7\n  | call extern abs\n  | pop rbx\n  | ret",
    ).build();
    expect(code.fn<number>("int ()")()).toBe(7);
  });

  test("that do not exist are named", () => {
    const assembler = assembleLines("  | call extern no_such_function");
    expect(() => assembler.build()).toThrow("extern not found: no_such_function");
  });

  test("may be out of reach of a direct call", () => {
    using far = assembleLines("  | mov eax, 11\n  | ret").build();
    const jump = "  | jmp extern there";
    using code = assembleLines(jump, { resolve: () => far.address }).build();
    expect(code.fn<number>("int ()")()).toBe(11);
    const distant = 0x1234_5678_9abcn;
    using stubbed = assembleLines(`${jump}\n  | call extern there`, { resolve: () => distant }).build();
    const bytes = [...(koffi.decode(stubbed.address, koffi.array("uint8_t", 64)) as Uint8Array)];
    expect(bytes.slice(16, 30)).toEqual([0xff, 0x25, 0, 0, 0, 0, 0xbc, 0x9a, 0x78, 0x56, 0x34, 0x12, 0, 0]);
    expect(bytes.slice(0, 10)).toEqual([0xe9, 11, 0, 0, 0, 0xe8, 6, 0, 0, 0]);
  });

  test("out of reach of other instructions are an error", () => {
    const options = { resolve: () => 0x1234_5678_9abcn };
    expect(() => assembleLines("  | mov rax, [extern data]", options).build()).toThrow(
      "extern data is more than 2 GB away from the code",
    );
    const absolute = createAssembler(actionBytes(0xb8, "EXTERN", 0, 0, "STOP"), {
      ...options,
      externs: ["data"],
    });
    absolute.put(0);
    expect(() => absolute.build()).toThrow("extern data is more than 2 GB away");
  });

  test("may be absolute where they are near 0", () => {
    const assembler = createAssembler(actionBytes(0xb8, "EXTERN", 0, 0, 0xc3, "STOP"), {
      externs: ["number"],
      resolve: () => 77,
    });
    assembler.put(0);
    using code = assembler.build();
    expect(code.fn<number>("int ()")()).toBe(77);
  });

  test("come from libraries, too", () => {
    expect(librarySymbols("libm.so.6")("cos")).toBeTypeOf("bigint");
    expect(librarySymbols("libm.so.6")("no_such_function")).toBeUndefined();
    expect(() => librarySymbols("no-such-library.so")).toThrow(/cannot load library no-such-library.so/);
    expect(processSymbols()("puts")).toBeTypeOf("bigint");
  });
});

describe.runIf(canRun)("callbacks", () => {
  test("are called by machine code", () => {
    const seen: number[] = [];
    using callback = createCallback("int (int)", (value: number) => {
      seen.push(value);
      return value * 2;
    });
    using code = assembleLines("  | push rbx\n  | mov edi, 21\n  | call extern twice\n  | pop rbx\n  | ret", {
      resolve: () => callback.address,
    }).build();
    expect(code.fn<number>("int ()")()).toBe(42);
    expect(seen).toEqual([21]);
  });

  test("cannot free the code that is running", () => {
    const problems: unknown[] = [];
    using callback = createCallback("void ()", () => {
      try {
        code.free();
      } catch (error) {
        problems.push(error);
      }
    });
    const code = assembleLines("  | push rbx\n  | call extern callback\n  | pop rbx\n  | ret", {
      resolve: () => callback.address,
    }).build();
    code.fn("void ()")();
    expect(problems).toEqual([
      new DasmError("usage", "free: called from a callback, while machine code is running"),
    ]);
    code.free();
  });

  test("are freed once and need a prototype", () => {
    const callback = createCallback("void ()", () => undefined);
    callback.free();
    callback.free();
    expect(() => createCallback("nonsense (", () => undefined)).toThrow(/callback nonsense/);
  });
});

describe("other processors", () => {
  test("do not run code for 32 bits", () => {
    const assembler = assembleLines("  | ret", { pointerSize: 4 });
    expect(() => assembler.build()).toThrow(/the code is for ia32, this process runs on/);
  });
});

describe("perf map", () => {
  test("lines hold address, size and name", () => {
    expect(formatPerfLine(0x7f00n, 32, "a\nb")).toBe("7f00 20 a b\n");
  });

  test.runIf(canRun)("is written on request", () => {
    using code = adder();
    expect(code.register({})).toBeUndefined();
    const path = code.register({ perf: true, name: "adder" });
    expect(path).toBe(`/tmp/perf-${process.pid}.map`);
    const text = readFileSync(path ?? "", "utf8");
    rmSync(path ?? "");
    const start = code.address;
    expect(text).toBe(`${start.toString(16)} 4 sum\n${(start + 4n).toString(16)} 6 =>0\n`);
  });
});
