import { expect, test } from "vitest";
import { translate } from "../../src/translator/index.js";

/** What each of many calls of a macro becomes. Later calls go through templates, the first ones do not. */
function expansions(
  body: readonly string[],
  call: string,
  before: readonly string[] = [],
): readonly string[] {
  const calls = 8;
  const source = [
    "|.arch x64",
    "|.actionlist actions",
    ...before.map((line) => `|${line}`),
    "|.macro m, a, b",
    ...body.map((line) => `|${line}`),
    "|.endmacro",
    ...Array.from({ length: calls }, () => `@\n|${call}`),
    "@",
  ].join("\n");
  const result = translate(`${source}\n`, { fileName: "t", comments: "none", lineDirectives: false });
  if (!result.ok) return [result.diagnostics[0]?.message ?? ""];
  const [, ...parts] = result.output.split("@\n");
  expect(parts.pop()).toBe("");
  return parts;
}

test.each<[what: string, body: readonly string[], call: string, before?: readonly string[]]>([
  ["registers and expressions", ["mov a, b", "add a, [rbx+8]"], "m eax, Rd(x+1)"],
  ["host lines", ["| if (a == b) {", "mov eax, 1", "| }", "|// a"], "m x, (y, z)"],
  ["host line with a comment behind", ["| f(a); // b"], "m x, y"],
  ["pasting", ["mov..a xmm0, xmm..b", "add .. a xmm1, xmm2"], "m ss, 3"],
  ["pasting that makes a defined word", ["mov e..b, a"], "m 1, reg", [".define ereg, ecx"]],
  ["an argument with dots", ["mov a, b"], "m ec..x, 2"],
  ["an empty argument", ["mov eax, 1 b"], "m x,"],
  ["a division", ["mov eax, a", "| x = a;"], "m y/2, z"],
  ["a define of a whole operand", ["mov a, PLACE"], "m eax, 1", [".define PLACE, dword [rsp+8]"]],
  ["a size of a type", ["mov eax, #T", "add eax, b"], "m 1, #T", [".type T, struct thing"]],
  ["an opcode as argument", ["a eax, b"], "m imul, ecx"],
  ["a label", ["a:", "jmp b"], "m 1, <1"],
  ["conditions", [".if b", "mov eax, a", ".else", "mov eax, 2", "| else;", ".endif"], "m 7, 0"],
  ["a nested macro", ["inner a", "inner b"], "m eax, Rd(i)", [".macro inner, c", "mov c, c", ".endmacro"]],
])("every call of a macro becomes the same: %s", (_, body, call, before = []) => {
  const parts = expansions(body, call, before);
  expect(new Set(parts.slice(1))).toEqual(new Set([parts[0]]));
});

test("a macro that is called often has the arguments in their places", () => {
  const parts = expansions(["| call(b, a);", "mov dword [rbx+a], Rd(b)"], "m n, k");
  expect(parts).toHaveLength(8);
  expect(parts[7]).toBe(" call(k, n);\ndasm_put(Dst, 0, (k), n);\n");
});

test("a definition inside a macro is about its arguments, too", () => {
  const body = ["mov eax, a", ".if b", ".define word, 2", ".endif", "| a;", "mov eax, a"];
  const calls = [..."0000001"].map((b) => `|m word, ${b}`);
  const lines = ["|.arch x64", "|.actionlist actions", "|.macro m, a, b", ...body.map((line) => `|${line}`)];
  const source = [...lines, "|.endmacro", ...calls].join("\n");
  const result = translate(`${source}\n`, { comments: "none", lineDirectives: false });
  const hostLines = result.ok ? result.output.match(/^ .*;$/gm) : result.diagnostics;
  expect(hostLines).toEqual([" word;", " word;", " word;", " word;", " word;", " word;", " 2;"]);
});
