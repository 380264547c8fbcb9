import { expect, test } from "vitest";
import { luaEmitter } from "../../src/translator/emit/lua.js";
import { createHarness, type HarnessOptions } from "./harness.js";

/** What became of a statement: `bytes | arguments`, or the message. */
function result(name: "x86" | "x64", options: HarnessOptions, statement: string): string {
  const outcome = createHarness(name, options).run(statement);
  return outcome.error ?? `${outcome.bytes} | ${outcome.args}`.trim();
}

// Recorded from the three versions; the forms that one of them lacks are accepted in all.
// biome-ignore format: one statement per block
const RECORDED: readonly (readonly [statement: string, v15: string, v14: string, v13: string])[] = [
  ["insertps xmm1, xmm2, 3",
    "102 15 58 33 202 3 |", "102 15 58 65 202 3 |", "102 15 58 65 202 3 |"],
  ["movd xmm0, rax", "102 72 15 110 192 |", "102 72 15 110 192 |", "102 72 15 110 192 |"],
  ["movd rax, xmm0", "102 72 15 126 192 |", "102 72 15 126 192 |", "102 72 15 126 192 |"],
  ["movq xmm0, rax", "102 72 15 110 192 |", "102 72 15 110 192 |", "102 72 15 110 192 |"],
  ["vmovd rcx, xmm1", "196 225 252 249 126 201 |", "196 225 252 249 126 201 |", "196 225 252 249 126 201 |"],
  ["bzhi eax, ecx, edx", "196 226 104 252 245 193 |", "196 226 104 252 245 193 |", "196 226 104 252 245 193 |"],
  [".aword 5", "5 0 0 0 0 0 0 0 |", "5 0 0 0 |", "5 0 0 0 |"],
  [".aword x",
    "237 237 | (unsigned int)(x) ; (unsigned int)((unsigned long long)(x)>>32)", "237 | x", "237 | x"],
  [".qword 5", "5 0 0 0 0 0 0 0 |", "unknown statement `.qword'", "unknown statement `.qword'"],
  [".long 5", "5 0 0 0 |", "unknown statement `.long'", "unknown statement `.long'"],
  ["mov rax, ->g",
    "bad operand size for label", "72 199 192 246 10 |", "72 199 192 246 10 |"],
  ["push ->g", "bad operand size for label", "72 104 246 10 |", "72 104 246 10 |"],
  ["add eax, ->g", "bad operand size for label", "5 246 10 |", "5 246 10 |"],
  ["lea rax, [&x]",
    "72 141 5 243 | (ptrdiff_t)(x)", "72 141 4 37 237 | &x", "72 141 4 37 237 | &x"],
  ["mov eax, 1.5",
    "not an integer number `1.5'", "bad integer number `1.5'", "bad integer number `1.5'"],
  ["pextrw word [rax], xmm1, 2", "102 15 58 21 8 2 |", "102 15 58 21 8 2 |", "102 15 58 21 8 2 |"],
  ["mov Rd(a), Rd(b)",
    "64 137 192 240 131 240 51 | (b) ; (a)", "64 137 192 240 131 240 51 | (b) ; (a)", "137 192 240 2 240 0 | (b) ; (a)"],
  ["mov Rd(a), [Rq(b)+Rq(c)*2]",
    "64 139 132 253 240 131 64 240 68 240 60 233 | (a) ; (c) ; (b) ; 0",
    "64 139 132 253 240 131 64 240 68 240 60 233 | (a) ; (c) ; (b) ; 0",
    "139 132 253 240 2 64 240 3 240 1 233 | (a) ; (c) ; (b) ; 0"],
  ["lock", "252 240 |", "252 240 |", "252 240 |"],
];

test("each encoder version gets the encodings that it understands", () => {
  for (const [statement, v15, v14, v13] of RECORDED) {
    expect(result("x64", {}, statement), `1.5 ${statement}`).toBe(v15);
    expect(result("x64", { engine: "1.4" }, statement), `1.4 ${statement}`).toBe(v14);
    expect(result("x64", { engine: "1.3" }, statement), `1.3 ${statement}`).toBe(v13);
  }
});

test("the oldest encoder refuses variable registers where it has no field for them", () => {
  const message = "a variable register in this place needs a newer encoding engine";
  expect(result("x64", { engine: "1.3" }, "vaddps xmm0, xmm(a), xmm1")).toBe(message);
  expect(result("x64", { engine: "1.3" }, "vblendvps xmm0, xmm1, xmm2, xmm(a)")).toBe(message);
  expect(result("x64", { engine: "1.3" }, "mov Rb(a), 1")).toBe("176 240 0 1 | (a)");
  expect(result("x64", { engine: "1.3" }, "mov64 Rq(a), 1")).toMatch(/^72 184 240 0 237 237 \|/);
});

test("insertps is warned of where its encoding is wrong", () => {
  const warnings = createHarness("x64", { engine: "1.4" }).run("insertps xmm1, xmm2, 3").warnings;
  expect(warnings.map((warning) => warning.code)).toEqual(["wrong-encoding"]);
  expect(createHarness("x64").run("insertps xmm1, xmm2, 3").warnings).toEqual([]);
});

const TYPES = [{ name: "T", ctype: "foo", register: "rbx" }];

// biome-ignore format: one statement per line
const LUA: readonly (readonly [statement: string, result: string])[] = [
  ["mov eax, [rbx + 5]", "139 131 233 | 5"],
  ["mov64 rax, x", '72 184 237 237 | ffi.cast("uintptr_t", x) % 2^32 ; ffi.cast("uintptr_t", x) / 2^32'],
  ["call &x", "232 243 | (x)"],
  ["push &x", "72 104 237 | (x)"],
  ["mov qword [rax], ->g", "72 199 0 246 10 |"],
  [".aword ->g", "246 10 |"],
  [".aword &x", "237 | (x)"],
  ["mov eax, T.x", '139 131 233 | Dt1("x")'],
  ["mov eax, T[i+1].x", '139 131 233 | Da1(i+1)+Dt1("x")'],
  ["mov eax, T:Rq(n).x", '64 139 128 253 240 11 233 | (n) ; Dt1("x")'],
  ["mov eax, T + 4", "invalid syntax `+ 4`"],
];

test("statements with Lua as host language", () => {
  for (const [statement, expected] of LUA) {
    expect(result("x64", { engine: "1.4", host: luaEmitter, types: TYPES }, statement), statement).toBe(
      expected,
    );
  }
});

/** Bytes as GNU as gives them; escapes are those of the action list. */
test.each([
  ["cmpxchg8b [rax]", "15 199 8"],
  ["cmpxchg8b qword [rax]", "15 199 8"],
  ["cmpxchg16b [rax]", "72 15 199 8"],
  ["vcvtph2ps xmm1, [rax]", "196 226 121 19 8"],
  ["vcvtph2ps ymm1, [rax]", "196 226 125 19 8"],
  ["vcvtps2ph [rax], xmm1, 3", "196 227 121 29 8 3"],
  ["vcvtps2ph [rax], ymm1, 3", "196 227 125 29 8 3"],
  ["sha256rnds2 xmm1, [rax]", "15 56 203 8"],
])("%s needs no size keyword: one size is possible only", (statement, bytes) => {
  expect(createHarness("x64").run(statement).bytes).toBe(bytes);
});

test.each([
  "cmpxchg8b dword [rax]",
  "cmpxchg16b qword [rax]",
  "vcvtph2ps ymm1, qword [rax]",
  "movd xmm1, [rax]",
])("%s is refused", (statement) => {
  expect(createHarness("x64").run(statement).problem?.code).toBe("bad-operands");
});
