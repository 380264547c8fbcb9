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
import { assembleLines, openSource } from "./template.js";

const canRun = process.arch === "x64" && process.platform === "linux";
const adder = (): MachineCode =>
  assembleLines(
    "  |->sum:\n  | lea eax, [rdi+rsi]\n  | ret\n  |=>0:\n  | mov eax, 5\n  | ret",
    {},
    1,
  ).build();

/** Permissions of the page at an address, as /proc shows them. */
function permissionsAt(
  address: bigint,
  maps = readFileSync("/proc/self/maps", "latin1"),
): string | undefined {
  for (const line of maps.split("\n")) {
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

  test("outlives the assembler", () => {
    const assembler = assembleLines("  | mov eax, 9\n  | ret");
    using code = assembler.build();
    assembler.free();
    expect(code.fn<number>("int ()")()).toBe(9);
  });

  test("is writable and not executable while it is made", () => {
    let maps = "";
    const lines = "  | push rbx\n  | call extern abs\n  | pop rbx\n  | ret";
    const resolve = (name: string): bigint => {
      maps = readFileSync("/proc/self/maps", "latin1");
      return processSymbols()(name) as bigint;
    };
    using code = assembleLines(lines, { resolve }).build();
    expect(permissionsAt(code.address, maps)).toBe("rw-p");
    expect(permissionsAt(code.address)).toBe("r-xp");
    expect(code.fn<number>("int (int)")(-5)).toBe(5);
  });

  test("places can be addresses", () => {
    using code = adder();
    const { sum = 0n } = code.globals();
    expect(code.fn<number>("int (int, int)", sum)(1, 2)).toBe(3);
    expect(code.fn<number>("int ()", code.pcLabel(0))()).toBe(5);
    expect(() => code.addressOf(code.address + 10n)).toThrow(
      /^address 0x[0-9a-f]+ is outside the code of 10 bytes/,
    );
    expect(() => code.addressOf(code.address - 1n)).toThrow("is outside the code");
    expect(() => code.fn("int ()", null as unknown as number)).toThrow("offset null is outside");
  });

  test("variadic prototypes are refused", () => {
    using code = adder();
    expect(() => code.fn("int (int, ...)")).toThrow("a variadic prototype is not possible");
  });

  test("may have more arguments than registers, of all kinds", () => {
    const lines = [
      "  | lea rax, [rdi+rsi]",
      "  | add rax, rdx",
      "  | add rax, rcx",
      "  | add rax, r8",
      "  | add rax, r9",
      "  | add rax, [rsp+8]",
      "  | movzx ecx, byte [rsp+16]",
      "  | sub rax, rcx",
      "  | cvtsd2si rcx, xmm0",
      "  | add rax, rcx",
      "  | ret",
    ];
    using code = assembleLines(lines.join("\n")).build();
    const sum = code.fn(
      "int64_t (int64_t, int32_t, int16_t, int8_t, uint32_t, double, uint64_t, int64_t, uint8_t)",
    );
    expect(sum(2 ** 40, 1, 2, 3, 4, 1000, 5, 6, 7)).toBe(2 ** 40 + 1014);
  });

  test("takes strings, buffers and null", () => {
    using code = assembleLines(
      "  | movzx eax, byte [rdi]\n  | ret\n  |->same:\n  | mov rax, rdi\n  | ret",
    ).build();
    expect(code.fn("int (const char *)")("A")).toBe(65);
    expect(code.fn("int (uint8_t *)")(Uint8Array.of(7))).toBe(7);
    expect(code.fn("const char *(const char *)", "same")("hello")).toBe("hello");
    expect(code.fn("void *(void *)", "same")(null)).toBeNull();
    expect(code.fn("uintptr_t (uintptr_t)", "same")(2n ** 64n - 1n)).toBe(2n ** 64n - 1n);
  });

  test("of several units refers to each other, and must not be freed before", () => {
    const { assembler, emit } = openSource(
      "function first(Dst) {\n  |->one:\n  | mov eax, 1\n  | ret\n}\nfunction second(Dst) {\n  |->two:\n  | call ->one\n  | add eax, eax\n  | ret\n}\n",
    );
    emit("first");
    const first = assembler.build();
    assembler.setup();
    emit("second");
    using second = assembler.build();
    expect(second.fn<number>("int ()", "two")()).toBe(2);
    expect(assembler.globals()).toEqual({ one: first.address, two: second.address });
    expect(second.globals()).toEqual({ two: second.address });
    first.free();
    assembler.setup();
    emit("second");
    expect(() => assembler.build()).toThrow("build: ->one is in code that was freed");
    assembler.free();
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
    expect(() => librarySymbols("")).toThrow("the name of a library is needed");
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

  /** Code that calls the callback twice and stores its result each time. */
  const twice = (address: bigint): MachineCode =>
    assembleLines(
      `  | push rbx
  | mov rbx, rdi
  | call extern callback
  | mov [rbx], rax
  | call extern callback
  | mov [rbx+8], rax
  | pop rbx
  | ret`,
      { resolve: () => address },
    ).build();

  test.each<[string, unknown]>([
    ["int64_t ()", 1n],
    ["void *()", null],
  ])("that throw do so when the machine code has returned: %s", (prototype, result) => {
    let runs = 0;
    const problem = new Error("not today");
    using callback = createCallback(prototype, () => {
      runs += 1;
      if (runs === 1) throw problem;
      return result;
    });
    const results = new BigInt64Array([-1n, -1n]);
    using code = twice(callback.address);
    const call = code.fn("void (int64_t *)");
    expect(() => call(results)).toThrow(problem);
    expect([runs, ...results]).toEqual([1, 0n, 0n]);
    call(results);
    expect([runs, ...results]).toEqual([3, BigInt((result as bigint) ?? 0), BigInt((result as bigint) ?? 0)]);
  });

  test("may catch the exceptions of other callbacks", () => {
    using failing = createCallback("int ()", () => {
      throw new Error("inner");
    });
    using inner = twice(failing.address);
    const call = inner.fn("void (int64_t *)");
    using catching = createCallback("int64_t ()", () => {
      try {
        call(new BigInt64Array(2));
      } catch {
        return 5;
      }
      return 6;
    });
    using outer = twice(catching.address);
    const results = new BigInt64Array(2);
    outer.fn("void (int64_t *)")(results);
    expect([...results]).toEqual([5n, 5n]);
  });

  test.each<[string, unknown, string]>([
    ["int ()", "1", "the result is of type string, a number or bigint is needed"],
    ["int ()", undefined, "the result is of type undefined"],
    ["bool ()", 1, "a boolean is needed"],
    ["void *()", undefined, "a pointer, null or a string is needed"],
  ])("of type %s must not return %j", (prototype, result, message) => {
    using callback = createCallback(prototype, () => result);
    using code = twice(callback.address);
    expect(() => code.fn("void (int64_t *)")(new BigInt64Array(2))).toThrow(message);
  });

  test("may call machine code", () => {
    using inner = assembleLines("  | lea eax, [rdi+1]\n  | ret").build();
    const increment = inner.fn<number>("int (int)");
    using callback = createCallback("int (int)", (value: number) => increment(value) * 2);
    using outer = assembleLines("  | push rbx\n  | call extern callback\n  | pop rbx\n  | ret", {
      resolve: () => callback.address,
    }).build();
    expect(outer.fn<number>("int (int)")(20)).toBe(42);
  });

  test("must be functions", () => {
    expect(() => createCallback("int ()", 5 as unknown as () => number)).toThrow("a function is needed");
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
    expect(code.register()).toBeUndefined();
    expect(code.register({})).toBeUndefined();
    const path = code.register({ perf: true, name: "adder" });
    expect(path).toBe(`/tmp/perf-${process.pid}.map`);
    const text = readFileSync(path ?? "", "utf8");
    rmSync(path ?? "");
    const start = code.address;
    expect(text).toBe(`${start.toString(16)} 4 sum\n${(start + 4n).toString(16)} 6 =>0\n`);
  });
});
