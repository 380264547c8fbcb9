import { expect, test } from "vitest";
import { assemble, parse } from "../../src/luabyteasm/assemble.js";
import { disassemble } from "../../src/luabyteasm/disassemble.js";

/** `line:column code` of every diagnostic of a text. */
function places(text: string | Uint8Array, strict = false): string[] {
  return assemble(text, { strict }).diagnostics.map(
    ({ code, span }) => `${span?.line ?? 0}:${span?.column ?? 0} ${code}`,
  );
}

/** Diagnostics of lines in a section of an otherwise fine function; line 3 is the first of them. */
function placesIn(section: string, ...lines: string[]): string[] {
  return places(`.fn\n${section}\n${lines.join("\n")}\n.instruction\nRETURN R0 1\n.endfn\n`);
}

test.each<[string, string[], string[]]>([
  [".instruction", ["MOVE , R0 R1"], ["3:6 bad-operand"]],
  [".instruction", ["MOVE R0,, R1"], ["3:9 bad-operand"]],
  [".instruction", ["MOVE R0, R1,"], ["3:12 bad-operand"]],
  [".instruction", ["MOVE $ R1"], ["3:6 bad-operand"]],
  [".instruction", ["MOVE $a-b R1"], ["3:6 bad-operand"]],
  [".instruction", ["MOVE -x R1"], ["3:6 bad-operand"]],
  [".instruction", [","], ["3:1 unknown-opcode"]],
  [".instruction", [": MOVE"], ["3:1 label-syntax"]],
  [".instruction", ["MOVE:x"], ["3:6 unknown-opcode"]],
  [".instruction", ["CLOSURE R0 K7"], ["3:12 legacy-operand"]],
  [".instruction", ["CLOSURE R0 1.5"], ["3:12 bad-operand"]],
  [".instruction", ["SETTABUP K0 K0 K0"], ["3:10 bad-operand"]],
  [".instruction", ["LOADBOOL R0 R1"], ["3:13 bad-operand"]],
  [".instruction", ["JMP K1 0"], ["3:5 bad-operand"]],
  [".instruction", ["JMP R300 0"], ["3:5 operand-range"]],
  [".instruction", ["FORPREP R300 0"], ["3:9 operand-range"]],
  [".instruction", ["JMP"], ["3:1 missing-operand"]],
  [".instruction", ["EXTRAARG R1"], ["3:10 bad-operand"]],
  [".instruction", ["UNM R0 R1 x"], ["3:11 bad-operand"]],
  [".instruction", ["UNM R0 R1 600"], ["3:11 operand-range"]],
  [".instruction", ["UNM R0 R1 K2"], ["3:11 legacy-operand"]],
  [".instruction", ["LOADKX R0 0"], ["3:11 extra-operand"]],
  [".instruction", ["MOVE"], ["3:1 missing-operand"]],
  [".instruction", [".line x"], ["3:7 bad-argument"]],
  [".instruction", [".line"], ["3:1 bad-argument"]],
  [".instruction", [".line 3000000000"], ["3:7 operand-range"]],
  [".instruction", [".word x"], ["3:7 bad-argument"]],
  [".instruction", [".word 0 x"], ["3:9 ignored-text"]],
  [".const", [".word 0"], ["3:1 line-position"]],
  [".const", ["K0 = -"], ["3:6 const-bareword"]],
  [".const", ["K0 = bool:256"], ["3:6 const-value"]],
  [".const", ["K0 = bool:x"], ["3:6 const-value"]],
  [".const", ["K0 = nan:x"], ["3:6 const-value"]],
  [".const", ['K0 = "a" b'], ["3:6 string-unterminated"]],
  [".const", ['K0 = e"\\256"'], ["3:6 bad-escape"]],
  [".const", ["K3 = 1", "K1 = 2"], ["3:1 const-gap", "4:1 const-gap"]],
  [".const", ["K1 = 1", "K1 = 2", "K0 = 3"], ["4:1 duplicate-const"]],
  [".upvalue", ['U0 = L1 R0 "a'], ["3:12 string-unterminated"]],
  [".upvalue", ["U0 = L1 R0 nil x"], ["3:16 ignored-text"]],
  [".upvalue", ["U0 = L1"], ["3:1 upvalue-syntax"]],
  [".upvalue", ["U = L1 R0"], ["3:1 upvalue-syntax"]],
  [".locals", ["a 0 nowhere"], ["3:5 unknown-label"]],
  [".locals", ["a 0 -1"], ["3:1 locals-syntax"]],
  [".locals", ["a 0 1 2"], ["3:1 locals-syntax"]],
  [".locals", ["a, 0 1"], ["3:1 locals-syntax"]],
  [".lineinfo", ["1*x"], ["3:1 lineinfo-syntax"]],
  [".lineinfo", ["1*-1"], ["3:1 lineinfo-syntax"]],
  [".lineinfo", [", 1"], ["3:1 lineinfo-syntax"]],
  [".lineinfo", ["1, 2"], ["1:1 lineinfo-count"]],
  [".lineinfo", ["3000000000"], ["3:1 operand-range"]],
  [".lineinfo", ["none 1"], []],
  [".header", ['source=e"\\q"'], ["3:8 bad-escape"]],
  [".header", ['numparams="1"'], ["3:11 header-value"]],
  [".header", ["=5"], ["3:1 header-syntax"]],
  [".header", [", , numparams = 1 ,"], []],
  [".header", ["is_vararg=maybe"], ["3:11 header-value"]],
])("%s %j: %j", (section, lines, expected) => {
  expect(placesIn(section, ...lines)).toEqual(expected);
});

test.each<[string, string[]]>([
  ["", ["1:1 no-function"]],
  [".fn\n.endfn", []],
  ['.fn "a\n.endfn', ["1:5 string-unterminated"]],
  ['.fn "a" b\n.endfn', ["1:9 ignored-text"]],
  [".fn @a b\n.endfn", ["1:8 ignored-text"]],
  [".fn\n.endfn x", ["2:8 ignored-text"]],
  [".scope\n.fn\n.endfn", ["1:1 outside-fn"]],
  [".meta\nanything\n.fn\n.endfn", ["1:1 unknown-section"]],
  [".fn\n.chunk\nint=8\n.endfn", ["2:1 chunk-position"]],
  [".chunk version=0x53\n.fn\n.endfn", ["1:16 header-value"]],
  [".chunk int=3 int=4\n.fn\n.endfn", ["1:12 header-value"]],
  [".fn\n.stripped now\n.endfn", ["2:11 ignored-text"]],
  ['.fn\n.upvalue\nU0 = L1 R0\nU1 = L1 R1 "x"\n.stripped\n.endfn', ["4:1 upvalue-name-order"]],
])("%j: %j", (text, expected) => {
  expect(places(text)).toEqual(expected);
});

test("integral chunks take integers in range only", () => {
  const chunk = (value: string): string =>
    `.chunk integral=1, number=4\n.fn\n.const\nK0 = ${value}\n.endfn\n`;
  expect(places(chunk("2147483648"))).toEqual(["4:6 const-value"]);
  expect(places(chunk("1.5"))).toEqual(["4:6 const-value"]);
  expect(places(chunk("nan"))).toEqual(["4:6 const-value"]);
  expect(places(chunk("-2147483648"))).toEqual([]);
});

test("strict makes every warning an error", () => {
  const result = assemble(".fn\n.instruction\nLOADNIL R0 R0\nRETURN R0 1\n.endfn\n", { strict: true });
  expect(result.ok).toBe(false);
  expect(result.diagnostics.map(({ severity }) => severity)).toEqual(["error"]);
});

test("columns count UTF-16 units, from bytes as from text, with or without a byte order mark", () => {
  const text = '.fn\n.const\n  K0 = "\u00e9\u{1f600}" ; \u00e9\n\u00e9 \u{1f600}K = x\n.endfn\n';
  const bytes = new TextEncoder().encode(text);
  expect(places(text)).toEqual(["4:1 const-syntax"]);
  expect(places(bytes)).toEqual(places(text));
  expect(places(`\ufeff${text}`)).toEqual(places(text));
  const accents = `.fn\n.instruction\nMOVE \u{1f600} K0\n.endfn\n`;
  expect(places(accents)).toEqual(["3:6 bad-operand", "3:9 bad-operand"]);
  const [first] = assemble(accents).diagnostics;
  expect(first?.sourceLine).toBe("MOVE \u{1f600} K0");
  expect(first?.message).toContain("\u{1f600}");
  // Bytes that are no UTF-8 are shown one by one.
  expect(
    places(new Uint8Array([...".fn\n.const\n"].map((char) => char.charCodeAt(0)).concat(0xff, 0x20, 0x78))),
  ).toEqual(["1:1 fn-unclosed", "3:1 const-syntax"]);
});

test("what is wrong with a function that is not closed is reported as well", () => {
  expect(places(".fn\n.instruction\nJMP L9\nJMP L8\nL8:\n.locals\nx 0 L7\n")).toEqual([
    "1:1 fn-unclosed",
    "3:5 unknown-label",
    "7:5 unknown-label",
  ]);
  // The second function may have taken over lines of the first, with labels among them.
  const inner = ".fn\n.instruction\nJMP L2\nRETURN R0 1\n";
  expect(places(`.fn\n.instruction\nJMP L1\nJMP L9\n${inner}\tL1: RETURN R0 1\nL2:\n.endfn\n`)).toEqual([
    "1:1 fn-unclosed",
    "4:5 unknown-label",
  ]);
  expect(places(`.fn\n.instruction\nJMP L1\n${inner}`)).toEqual([
    "1:1 fn-unclosed",
    "3:5 unknown-label",
    "4:1 fn-unclosed",
    "6:5 unknown-label",
  ]);
});

test("of very many lost labels a hundred are looked for", () => {
  const jumps = Array.from({ length: 5000 }, (_, index) => `JMP L${index}`).join("\n");
  const found = places(`.fn\n.instruction\n${jumps}\n.fn\n.endfn\n`);
  expect(found.filter((place) => place.endsWith("unknown-label")).length).toBe(100);
});

test("functions can be nested 200 deep, no deeper", () => {
  const nest = (depth: number): string => `${".fn\n".repeat(depth)}${".endfn\n".repeat(depth)}`;
  expect(assemble(nest(200)).ok).toBe(true);
  expect(places(nest(201))).toEqual(["201:1 depth"]);
  expect(places(nest(100_000))).toEqual(["201:1 depth"]);
});

test("a jump to a label too far away is an error", () => {
  const text = `.fn\n.instruction\nJMP far\n${"MOVE R0 R0\n".repeat(131_073)}far: RETURN R0 1\n.endfn\n`;
  expect(places(text)).toEqual(["3:5 jump-range"]);
});

test("of one kind at most 100 are shown, and the rest is counted", () => {
  const text = `.fn\n.instruction\n${"BAD\n".repeat(150)}${"MOVE R256 R0\n".repeat(3)}.endfn\n`;
  const { diagnostics } = assemble(text);
  expect(diagnostics).toHaveLength(104);
  expect(diagnostics.at(-1)).toMatchObject({ severity: "note", message: expect.stringContaining("50 more") });
});

test("hints say what was probably meant", () => {
  const hintOf = (line: string): string | undefined =>
    assemble(`.fn\n.instruction\nL1:\nLoop:\n${line}\nRETURN R0 1\n.endfn\n`).diagnostics[0]?.hint;
  expect(hintOf("move R0 R1")).toContain("did you mean MOVE");
  expect(hintOf("GETABLE R0 R1 R2")).toContain("GETTABLE");
  expect(hintOf("GETGLOBAL R0 K0")).toContain("Lua 5.1");
  expect(hintOf("-- comment")).toContain(";");
  expect(hintOf("JMP Lopo")).toContain("Loop");
  expect(hintOf("XYZZYX")).toBeUndefined();
  expect(hintOf(`Q${"x".repeat(100)}`)).toBeUndefined();
  expect(hintOf("ADD R0 R1 K256")).toContain("LOADK");
  expect(hintOf("LOADKX R0 K5")).toContain("EXTRAARG");
});

test("lines beyond 32 bits need 8-byte ints, and come back", () => {
  const body = ".instruction\n.line 5\nMOVE R0 R0\n.line 5000000000\nMOVE R0 R0\n.line -6\nRETURN R0 1\n";
  const text = `.chunk int=8, instruction=8\n.fn\n.header lastlinedefined=9007199254740993\n${body}.word 0x123456789abcdef0\n.locals\nx 0 9007199254740995\n.endfn\n`;
  const result = assemble(text);
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  const { main } = result.chunk;
  expect([...main.lineInfo]).toEqual([5n, 5000000000n, -6n, -6n]);
  expect([...(main.codeHigh ?? [])]).toEqual([0, 0, 0, 0x12345678]);
  const back = disassemble(result.bytes);
  const again = assemble(back.ok ? back.text : "");
  expect(again.ok && again.bytes).toEqual(result.bytes);
  expect(places(text.replace("int=8", "int=4"))).toHaveLength(3);
});

test("what the layout cannot hold is an error that names it", () => {
  const { ok, diagnostics } = assemble(
    `.chunk size_t=2\n.fn\n.const\nK0 = "${"x".repeat(70_000)}"\n.endfn\n`,
  );
  expect(ok).toBe(false);
  expect(diagnostics[0]?.message).toContain("K0");
});

test("time is linear in long runs of blanks, quotes, scopes and names", () => {
  const many = 200_000;
  const texts = [
    `.fn\n.instruction\nMOVE${" ".repeat(many)}R0${" ".repeat(many)}R1 ;${" ".repeat(many)}\n.endfn\n`,
    `.fn\n.const\nK0 = "${'" '.repeat(many)}x"\n.endfn\n`,
    `.fn\n.const\nK0 = ${"x ".repeat(many)}\n.endfn\n`,
    `.fn\n.instruction\n${".scope\n".repeat(many)}MOVE $a $b\nRETURN R0 1\n.endfn\n`,
    `.fn\n.instruction\nMOVE ${"$a ".repeat(many)}\nRETURN R0 1\n.endfn\n`,
    `.fn\n.instruction\n${"FORPREP R1 0\nMOVE $val R0\n".repeat(many / 10)}RETURN R0 1\n.endfn\n`,
    `.fn\n.lineinfo\n${"1*100 ".repeat(many / 10)}\n.endfn\n`,
    `.fn\n.const\nK0 = ${"9".repeat(many)}\n.endfn\n`,
    `.fn\n.instruction\n${"L1x L2y\n".repeat(many)}.endfn\n`,
    `.fn\n.instruction\n${Array.from({ length: 900 }, (_, index) => `L${index}:\n`).join("")}${"JMP L1x\n".repeat(many)}.endfn\n`,
    `.fn\n.header\n${"colour=1 ".repeat(many)}\n.endfn\n`,
    `.fn\n${".nothing\n".repeat(many)}\n.endfn\n`,
    `.fn\n.instruction\nMOVE ${"R999 ".repeat(many)}\n.endfn\n`,
    `.fn\n.const\nK0 = 0x${"f".repeat(many)}p-${4 * many}\n.endfn\n`,
  ];
  for (const text of texts) assemble(text);
  expect(parse(texts[0] ?? "").ok).toBe(true);
});

test("registers of a line count as seen for the lines that follow", () => {
  const codeOf = (...lines: string[]): number[] => {
    const result = assemble(`.fn\n.instruction\n${lines.join("\n")}\n.endfn\n`);
    return result.ok ? [...result.chunk.main.code].map((word) => (word >>> 6) & 0xff) : [];
  };
  expect(codeOf("NEWTABLE R0 0 0", "GETTABLE $a R9 R8", "NEWTABLE $b 0 0")).toEqual([0, 1, 10]);
  expect(codeOf("LOADBOOL $a 1", "FORPREP R4 0", "LOADBOOL $b 1", "FORLOOP R4 -2", "LOADBOOL $c 1")).toEqual([
    1, 4, 8, 4, 9,
  ]);
});
