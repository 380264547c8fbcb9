import { expect, test } from "vitest";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.js";
import { type Palette, plainPalette } from "../../src/diagnostics/palette.js";
import { renderGnu } from "../../src/diagnostics/render-gnu.js";
import { renderJson, renderJsonWith } from "../../src/diagnostics/render-json.js";
import { excerptSource } from "../../src/diagnostics/source-excerpt.js";

const sample: Diagnostic = {
  code: "operand-range",
  severity: "error",
  message: "register 256 is out of range",
  span: { file: "a.lasm", line: 5, column: 8, endColumn: 12 },
  sourceLine: "  MOVE R256 R0",
};

test("the gnu form has place, severity, text, code, source line and caret range", () => {
  expect(renderGnu(sample)).toBe(
    [
      "a.lasm:5:8: error: register 256 is out of range [operand-range]",
      "  MOVE R256 R0",
      "       ^~~~",
      "",
    ].join("\n"),
  );
});

test("a diagnostic without place or source line is one line", () => {
  expect(renderGnu({ code: "x", severity: "warning", message: "odd" })).toBe("warning: odd [x]\n");
});

test("notes carry their own place, the hint comes last", () => {
  const text = renderGnu({
    ...sample,
    notes: [
      {
        message: "expanded here",
        span: { file: "b", line: 1, column: 1, endColumn: 2 },
        sourceLine: "ab",
      },
      { message: "and so on" },
    ],
    hint: "did you mean R25",
  });
  expect(text.split("\n").slice(3)).toEqual([
    "b:1:1: note: expanded here",
    "ab",
    "^",
    "note: and so on",
    "  hint: did you mean R25",
    "",
  ]);
});

test("tabs are expanded alike in the source line and before the caret", () => {
  expect(excerptSource("\tab\tc", 2, 4)).toEqual({ text: "        ab      c", indent: 8, width: 2 });
  expect(excerptSource("\tab\tc", 5, 6)).toEqual({ text: "        ab      c", indent: 16, width: 1 });
  expect(excerptSource("\tab\tc", 4, 5)).toEqual({ text: "        ab      c", indent: 10, width: 6 });
});

test("a place past the end of the line is marked behind the last character", () => {
  expect(excerptSource("ab", 3, 3)).toEqual({ text: "ab", indent: 2, width: 1 });
  expect(excerptSource("", 1, 1)).toEqual({ text: "", indent: 0, width: 1 });
});

test("UTF-8 bytes in a latin-1 line count as the characters they are", () => {
  expect(excerptSource("\u00c3\u00a4 = x", 6, 7)).toEqual({ text: "\u00c3\u00a4 = x", indent: 4, width: 1 });
  expect(excerptSource("\u00e6\u0097\u00a5 x", 5, 6)).toEqual({
    text: "\u00e6\u0097\u00a5 x",
    indent: 3,
    width: 1,
  });
  expect(excerptSource("\u00f0\u009f\u0098\u0080 x", 6, 7)).toEqual({
    text: "\u00f0\u009f\u0098\u0080 x",
    indent: 3,
    width: 1,
  });
});

test("decoded text is measured by code point", () => {
  expect(excerptSource("\u00e4 = x", 5, 6)).toEqual({ text: "\u00e4 = x", indent: 4, width: 1 });
  expect(excerptSource("\u65e5 x", 3, 4)).toEqual({ text: "\u65e5 x", indent: 3, width: 1 });
  expect(excerptSource("e\u0301x", 3, 4)).toEqual({ text: "e\u0301x", indent: 1, width: 1 });
});

test("control characters cannot reach a terminal", () => {
  const text = renderGnu({ ...sample, message: "bad \x1b[31m", sourceLine: "\x1b[2J\u009b x" });
  expect(text).not.toMatch(/[\x1b\x9b]/);
});

test("a very long line is cut around the caret", () => {
  const line = `${"a".repeat(5000)}BAD${"c".repeat(5000)}`;
  const excerpt = excerptSource(line, 5001, 5004);
  expect(excerpt.text.length).toBeLessThan(200);
  expect(excerpt.text.slice(excerpt.indent, excerpt.indent + excerpt.width)).toBe("BAD");
  const whole = excerptSource("x".repeat(1000), 1, 1001);
  expect(whole.width).toBeLessThan(200);
});

test("a palette changes nothing but colours", () => {
  const mark = (text: string): string => `<${text}>`;
  const palette: Palette = {
    error: mark,
    warning: mark,
    note: mark,
    hint: mark,
    caret: mark,
    bold: mark,
  };
  const coloured = renderGnu({ ...sample, hint: "h" }, palette);
  expect(coloured).toContain("<error:>");
  expect(coloured.replaceAll(/[<>]/g, "")).toBe(renderGnu({ ...sample, hint: "h" }, plainPalette));
});

test("the json form is one object per line", () => {
  const line = renderJson({ ...sample, notes: [{ message: "n" }], hint: "h" });
  expect(line.endsWith("}\n")).toBe(true);
  expect(line.indexOf("\n")).toBe(line.length - 1);
  expect(JSON.parse(line)).toEqual({
    file: "a.lasm",
    line: 5,
    column: 8,
    endColumn: 12,
    severity: "error",
    code: "operand-range",
    message: "register 256 is out of range",
    sourceLine: "  MOVE R256 R0",
    hint: "h",
    notes: [{ message: "n" }],
  });
  const context = { file: "a.luac" };
  expect(
    JSON.parse(renderJsonWith(context, { code: "x", severity: "error", message: "m", offset: 7 })),
  ).toEqual({
    file: "a.luac",
    offset: 7,
    code: "x",
    severity: "error",
    message: "m",
  });
  expect(JSON.parse(renderJson({ code: "x", severity: "note", message: "m" }))).toEqual({
    code: "x",
    severity: "note",
    message: "m",
  });
});
