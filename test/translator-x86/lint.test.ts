import { expect, test } from "vitest";
import { isWarningName } from "../../src/translator/warnings.js";
import { createHarness } from "./harness.js";

const x64 = createHarness("x64", { types: [{ name: "T", ctype: "struct t", register: "rbx" }] });
const x86 = createHarness("x86");

function codes(harness: typeof x64, statement: string): string[] {
  return harness.run(statement).warnings.map((warning) => warning.code);
}

// biome-ignore format: one statement per line
const SUSPICIOUS: readonly (readonly [statement: string, code: string, hint: RegExp])[] = [
  ["mov eax, EAX", "register-like-name", /lower case: `eax'/],
  ["mov eax, Rax", "register-like-name", /lower case: `rax'/],
  ["mov ebxx, 1", "register-like-name", /did you mean `ebx'/],
  ["mov rax, rdii", "register-like-name", /did you mean `rdi'/],
  ["mov rax, r16", "register-like-name", /no register with this number/],
  ["movaps xmm0, [xmm17]", "register-like-name", /no register with this number/],
  ["mov al, sil", "register-like-name", /it is called `r6b' here/],
  ["mov al, r8l", "register-like-name", /no register of this name/],
  ["mov eax, [ebxx+4]", "register-like-name", /did you mean `ebx'/],
  ["mov eax, [rbx+rcxx*4]", "register-like-name", /did you mean `rcx'/],
  ["mov eax, fs:[0]", "segment-expression", /fs; mov/],
  ["mov eax, [gs:0x10]", "segment-expression", /gs; mov/],
  ["mov eax, dword fs:[0]", "segment-expression", /fs; mov/],
  ["lea rax, [rip+8]", "rip-expression", /\[->label\]/],
  ["lea rax, [rip + foo]", "rip-expression", /\[->label\]/],
  ["mov eax, dword ptr [rax]", "ptr-expression", /leave it out/],
  ["mov eax, FOO:rcx->x", "undeclared-type", /\.type FOO, ctype, rcx/],
  ["mov eax, FOO:Rq(n)->x", "undeclared-type", /\.type FOO, ctype, Rq/],
  ["mov eax, [ecx*16]", "scale-digits", /1, 2, 4 or 8/],
  ["mov eax, [rax+ecx*10+4]", "scale-digits", /1, 2, 4 or 8/],
  ["mov eax, [eax+edx+ecx]", "register-in-expression", /a base, then an index/],
  ["mov eax, [4*ecx]", "register-in-expression", /a base, then an index/],
  ["mov eax, s->eax", "register-in-expression", /another name/],
  ["mov ah, [r8]", "high-byte-with-rex", /use al/],
  ["movzx rax, bh", "high-byte-with-rex", /use al/],
  ["mov eax, [rax+->g]", "label-displacement", /lea/],
  ["mov eax, [rax*2+=>x]", "label-displacement", /lea/],
  ["mov eax, [rax+&g]", "address-displacement", /without &/],
  ["clflush byte [rax]", "size-keyword-changes-code", /leave/],
  ["fldenv word [rax]", "size-keyword-changes-code", /leave/],
  ["mov sp, 1", "stack-pointer-part", /rsp/],
  ["mov eax, esp", "stack-pointer-part", /rsp/],
];

test("each suspicious operand is warned of once, with a hint", () => {
  for (const [statement, code, hint] of SUSPICIOUS) {
    const { warnings } = x64.run(statement);
    expect(
      warnings.map((warning) => warning.code),
      statement,
    ).toEqual([code]);
    expect(warnings[0]?.hint, statement).toMatch(hint);
    expect(warnings[0]?.part, statement).toMatchObject({ kind: "parameter" });
    expect(isWarningName(code), code).toBe(true);
  }
});

test("registers of 64-bit mode are suspicious in 32-bit mode", () => {
  for (const statement of ["mov eax, rax", "mov eax, [rbx+8]", "mov eax, r9d", "movaps xmm1, [xmm9]"]) {
    expect(codes(x86, statement), statement).toEqual(["register-like-name"]);
  }
  expect(codes(x86, "mov eax, [&x]")).toEqual(["address-displacement"]);
  expect(codes(x86, "mov al, spl")).toEqual(["register-like-name"]);
});

// Names and expressions of ordinary host programs, and code that only looks odd.
// biome-ignore format: a list
const INNOCENT = [
  "mov eax, RA", "mov eax, RB", "mov eax, BASE", "mov eax, SP", "mov eax, DI", "mov eax, sizeof(int)",
  "mov eax, dx_count", "mov eax, r", "mov eax, index", "mov eax, idx", "mov eax, resp", "mov eax, eps",
  "mov eax, max", "mov eax, R", "mov eax, REG", "mov eax, esize", "mov eax, rid", "mov eax, r1x",
  "mov eax, ctx->x", "mov eax, ctx.x", "mov eax, a ? b : c", "mov eax, f(EAX)", "mov eax, EAX + 1",
  "mov eax, 'a'", 'mov eax, "@"', "mov eax, [rbx + 5]", "mov eax, [rbx+offset]", "mov eax, [table+4]",
  "mov eax, fs", "mov eax, pointer", "mov eax, ptr", "mov eax, ptr + 4", "mov eax, ptr[4]",
  "mov rax, -1", "mov rax, 0x7fffffff", "mov eax, 0xffffffff", "and rax, 0xfffffff0",
  "mov ah, [rax]", "mov byte [Rq(x)+4], ah", "jmp aword [rax*8+>1]", "lea rax, [>1]", "lea rax, [&x]",
  "fxsave qword [rax]", "clflush [rax]", "push qword x", "mov rsp, rax", "mov eax, T->x", "mov eax, a[i]",
  "mov eax, [rbx+rcx*8+16]", "mov eax, [ecx*8]", "call extern foo@8",
];

test("ordinary code is not warned of", () => {
  for (const statement of INNOCENT) {
    const outcome = x64.run(statement);
    expect(outcome.error, statement).toBeUndefined();
    expect(outcome.warnings, statement).toEqual([]);
  }
});
