import { expect, test } from "vitest";
import { type TranslateOptions, translate } from "../../src/translator/index.js";

/**
 * Small inputs that would expand without end or nest without end. Each must end with the given
 * code, or be accepted (undefined), within the time of a test and without exhausting the memory.
 */
interface Bomb {
  readonly source: string;
  readonly code: string | undefined;
  readonly options?: TranslateOptions;
}

const head = "|.arch x64\n|.actionlist actions\n";

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => `${line(index)}\n`).join("");
}

/** Macros m0 ... m60, each calling the one before it eight times. */
function macroTower(ground: string): string {
  const floors = lines(60, (level) => `|.macro m${level + 1}; ${`m${level}; `.repeat(8)}.endmacro`);
  return `${head}|.macro m0;${ground}; .endmacro\n${floors}  | m60\n`;
}

/** Captures c0 ... c60, each dumping the next one eight times. */
function captureTower(ground: string): string {
  const floors = lines(
    60,
    (level) => `|.capture c${level}\n${`|.dumpcapture c${level + 1}\n`.repeat(8)}|.endcapture`,
  );
  return `${head}${floors}|.capture c60\n${ground}|.endcapture\n|.dumpcapture c0\n`;
}

function condition(text: string): string {
  return `${head}|.if ${text}\n|.endif\n`;
}

const deep = 10_000;

const bombs: Readonly<Record<string, Bomb>> = {
  "macros that multiply": { source: macroTower("nop"), code: "expansion-too-large" },
  "macros that multiply, echoed": {
    source: macroTower("nop"),
    code: "expansion-too-large",
    options: { macroComments: true },
  },
  "macros that multiply host lines": { source: macroTower("|x()"), code: "expansion-too-large" },
  "macros that multiply nothing": { source: macroTower(".nop"), code: "expansion-too-large" },
  "macros that multiply errors": { source: macroTower("bad"), code: "unknown-statement" },
  "macros that multiply errors, all shown": {
    source: macroTower("bad"),
    code: "unknown-statement",
    options: { maxErrors: 0 },
  },
  "macros with doubling arguments": {
    source: `${head}|.macro m0, a; .byte a; .endmacro\n${lines(
      40,
      (level) => `|.macro m${level + 1}, a; m${level} (a+a); .endmacro`,
    )}  | m40 1\n`,
    code: "expansion-too-large",
  },
  "doubling defines": {
    source: `${head}${lines(60, (n) => `|.define x${n}, (x${n + 1}+x${n + 1})`)}  | mov eax, x0\n`,
    code: "recursive-define",
  },
  "defines that grow each other": {
    source: `${head}|.define x, y y\n|.define y, x x\n  | mov eax, x\n`,
    code: "recursive-define",
  },
  "a define of itself": {
    source: `${head}  | mov eax, x\n`,
    code: "recursive-define",
    options: { defines: [["x", "x"]] },
  },
  "captures that multiply": { source: captureTower("int x;\n"), code: "output-too-large" },
  "captures that multiply nothing": {
    source: captureTower(""),
    code: "output-too-large",
    options: { comments: "none" },
  },
  "a chain of captures": {
    source: `${head}${lines(
      deep,
      (n) => `|.capture c${n}\n|.dumpcapture c${n + 1}\n|.endcapture`,
    )}|.capture c${deep}\n|.endcapture\n|.dumpcapture c0\n`,
    code: "capture-nesting",
  },
  "captures of each other": {
    source: `${head}|.capture a\n|.dumpcapture b\n|.endcapture\n|.capture b\n|.dumpcapture a\n|.endcapture\n|.dumpcapture a\n`,
    code: "endless-capture",
  },
  "action lists beyond all bounds": {
    source: `${head}${lines(20_000, (n) => `  | mov eax, ${n}\nx();`)}${"|.actionlist x\n".repeat(2000)}`,
    code: "output-too-large",
  },
  "lists of labels beyond all bounds": {
    source: `${head}${lines(230, (n) => `|->label${n}:`)}${"|.globals x\n|.globalnames y\n".repeat(20_000)}`,
    code: "output-too-large",
  },
  "captures of many short lines": { source: captureTower("|\n".repeat(20_000)), code: "output-too-large" },
  "an include of itself": {
    source: `${head}|.include a\n`,
    code: "include-nesting",
    options: { readInclude: () => "  | nop\n|.include a\n|.include a\n" },
  },
  "includes that multiply": {
    source: `${head}|.include 0\n`,
    code: "expansion-too-large",
    options: {
      readInclude: (name) => (Number(name) < 60 ? `|.include ${Number(name) + 1}\n`.repeat(2) : "x\n"),
    },
  },
  "deep parentheses": {
    source: `${head}  | mov eax, ${"(".repeat(deep)}1${")".repeat(deep)}\n`,
    code: undefined,
  },
  "deep braces, never closed": {
    source: `${head}  | mov eax, ${"{".repeat(deep)}\n`,
    code: "unbalanced-brackets",
  },
  "deep variable registers": {
    source: `${head}  | mov ${"Rq(".repeat(deep)}1${")".repeat(deep)}, 1\n`,
    code: undefined,
  },
  "deep conditionals": {
    source: `${head}${"|.if 1\n".repeat(deep)}${"|.endif\n".repeat(deep)}`,
    code: undefined,
  },
  "deep skipped conditionals": {
    source: `${head}|.if 0\n${"|.if 1\n".repeat(deep)}${"|.endif\n".repeat(deep)}|.endif\n`,
    code: undefined,
  },
  "deep parentheses in a condition": {
    source: condition(`${"(".repeat(deep)}1${")".repeat(deep)}`),
    code: "bad-condition",
  },
  "a condition with many operators": { source: condition(`${"1+".repeat(100_000)}1`), code: "bad-condition" },
  "a condition with many negations": { source: condition(`${"not ".repeat(deep)}1`), code: undefined },
  "a condition with many signs": { source: condition(`${"- ".repeat(deep)}1`), code: "bad-condition" },
  "a condition with deep tables": {
    source: condition("{".repeat(deep) + "}".repeat(deep)),
    code: "bad-condition",
  },
  "a condition that makes a huge string": {
    source: condition("('x'):rep(1e9) == ''"),
    code: "bad-condition",
  },
  "a condition that makes a huge field": {
    source: condition("('%999999999d'):format(1)"),
    code: "bad-condition",
  },
  "a condition with a slow pattern": {
    source: condition(`('${"a".repeat(2000)}'):find('${".-".repeat(12)}b')`),
    code: "bad-condition",
  },
  "a condition with a loop": {
    source: condition("(function() while true do end end)()"),
    code: "bad-condition",
  },
  "a condition that calls itself": {
    source: condition("(function(f) return f(f) end)(function(f) return f(f) end)"),
    code: "bad-condition",
  },
};

test.each(Object.keys(bombs))("%s", { timeout: 30_000 }, (name) => {
  const bomb = bombs[name];
  if (bomb === undefined) return;
  // Lua mode that keeps lines does everything that C mode does, and more.
  const result = translate(bomb.source, { ...bomb.options, language: "lua", keepLines: true });
  const codes = result.diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code);
  expect(codes[0]).toBe(bomb.code);
  expect(result.ok).toBe(bomb.code === undefined);
});

const large: Readonly<Record<string, string>> = {
  "one host line": "x".repeat(1_000_000),
  "one operand": `| mov eax, ${"x".repeat(1_000_000)}`,
  "many words": `| mov eax, ${"a b ".repeat(250_000)}`,
  "many statements": `| ${"nop; ".repeat(200_000)}`,
  "many commas": `| mov eax${",1".repeat(500_000)}`,
  "many colons": `| ${":".repeat(1_000_000)}`,
  "many blanks": `| mov eax,${" ".repeat(1_000_000)}1`,
  "many digits": `| mov eax, ${"1".repeat(1_000_000)}`,
  "many terms": `| mov eax, [rax${"+1".repeat(300_000)}]`,
  "many factors": `| mov eax, [rax${"*1".repeat(300_000)}]`,
  "many bars": "|".repeat(1_000_000),
  "many host statements": "||\n".repeat(300_000),
  "many zero bytes": `${"\0".repeat(1_000_000)}\n| mov\0 eax, \0\n|\0`,
  "a huge opcode, often": `| ${"x".repeat(100_000)} eax\n`.repeat(100),
  "100000 macro parameters": `|.macro m, ${Array.from({ length: 100_000 }, (_, n) => `p${n}`).join(", ")}`,
  "open comments": `${"/* ".repeat(200_000)}\n| nop\n${"else /*\n| nop\n".repeat(2000)}`,
  "open quotes": `${'"'.repeat(500_001)})\n| nop`,
  "open control statements": "if (x)\n| mov eax, y\n".repeat(20_000),
  "many labels": "|1:\n| jmp <1\n| jmp >1\n".repeat(30_000),
  "many definitions of a label": "|->x:\n".repeat(20_000),
  "chunks that are hard to find again": Array.from(
    { length: 4000 },
    (_, n) => `| .byte ${"255,".repeat(12)}${n & 255}, ${n >> 8}\n x();\n`,
  ).join(""),
  "names of the host's own objects": [
    "__proto__ eax",
    "constructor",
    "hasOwnProperty 1, 2",
    ".define __proto__, 1",
    "mov eax, toString",
    ".type valueOf, int, rax",
    "mov eax, valueOf->x",
    "->constructor:",
    "call extern __proto__",
    ".capture __proto__",
    ".endcapture",
    ".dumpcapture __proto__",
  ]
    .map((statement) => `| ${statement}\n`)
    .join(""),
};

test.each(Object.keys(large))("large input: %s", { timeout: 30_000 }, (name) => {
  for (const language of ["c", "lua"] as const) {
    const result = translate(`${head}${large[name] ?? ""}\n`, { language });
    const shown = result.diagnostics.slice(0, 50).map(({ message }) => message.length);
    expect(Math.max(0, ...shown)).toBeLessThan(1000);
    if (result.ok) expect(result.output.length).toBeGreaterThan(0);
    else expect(result.diagnostics.length).toBeGreaterThan(0);
  }
});
