import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeRule } from "../../src/cli/depfile.js";
import { suggest } from "../../src/diagnostics/suggest.js";
import { isIdentifier } from "../../src/translator/characters.js";
import { joinLuaLines } from "../../src/translator/emit/join-lua.js";
import { findOpenControl } from "../../src/translator/open-control.js";
import { splitStatement } from "../../src/translator/split-statement.js";

describe("splitStatement", () => {
  test.each([
    ["mov eax, 1", "mov", ["eax", "1"]],
    ["  mov\teax ,[ebx+ecx*4] ", "mov", ["eax", "[ebx+ecx*4]"]],
    ["mov,eax,1", "mov", ["eax", "1"]],
    ["mov , eax", "mov", ["eax"]],
    ["mov eax,", "mov", ["eax", ""]],
    ["mov ,", "mov", [""]],
    ["ret", "ret", []],
    [".byte f(1, 2), g[{3, 4}]", ".byte", ["f(1, 2)", "g[{3, 4}]"]],
    ["1:", ".label", ["1"]],
    ["->name:  ", ".label", ["->name"]],
    [".if X:", ".label", [".if X"]],
    ["a:b:", ".label", ["a:b"]],
    [" :", ".label", [" "]],
    [":", ":", []],
    ["mov eax, a:b", "mov", ["eax", "a:b"]],
  ])("%j", (text, opcode, parameters) => {
    expect(splitStatement(text)).toEqual({ opcode, parameters });
  });
});

describe("isIdentifier", () => {
  test.each(["a", "_", "A9_z"])("%s is one", (text) => expect(isIdentifier(text)).toBe(true));
  test.each(["", "9a", "a-b", "\xe4", "a b"])("%j is none", (text) => expect(isIdentifier(text)).toBe(false));
});

describe("suggest", () => {
  const words = ["mov", "movd", "movaps", "imul", ".align", ".globals"];
  test.each([
    ["mvo", "mov"],
    ["imull", "imul"],
    ["movasp", "movaps"],
    [".algin", ".align"],
    [".global", ".globals"],
    ["xyzzy", undefined],
    ["a", undefined],
  ])("%s: %s", (word, expected) => expect(suggest(word, words)).toBe(expected));
});

describe("findOpenControl", () => {
  test.each([
    ["if (x)", "if"],
    ["  if (f(x) && (y))  ", "if"],
    ["x = 1;\n  else", "else"],
    ["} else if (x)", "if"],
    ["for (i = 0; i < 3; i++)", "for"],
    ["while (x) /* why */", "while"],
    ["if (x) // why", "if"],
    ['if (s == ")")', "if"],
    ["if (x) {", undefined],
    ["if (x) y();", undefined],
    ["f(x)", undefined],
    ["notif (x)", undefined],
    ["or_else", undefined],
    ["# if (X)", undefined],
    ["#if defined(X)", undefined],
    ["#else", undefined],
    ["if x)", undefined],
    ["", undefined],
  ])("%j: %s", (text, keyword) => expect(findOpenControl(text)?.keyword).toBe(keyword));
});

describe("joinLuaLines", () => {
  test.each([
    [[], ""],
    [["  a()  -- kept"], "  a()  -- kept"],
    [["  a() -- dropped", "  b()"], "  a() b()"],
    [["--| mov eax, 1", "dasm.put(Dst, 0)"], "dasm.put(Dst, 0) --| mov eax, 1"],
    [["--| one", "--| two"], "--| one --| two"],
    [["x = {", "  1,", "}"], "x = { 1, }"],
    [['x = [[\none\ntwo"\\]]', "y()"], 'x = "one\\ntwo\\"\\\\" y()'],
    [["x = [==[a]]b]==]", "y()"], "x = [==[a]]b]==] y()"],
    [["a = '--' .. \"[[\"", "b()"], "a = '--' .. \"[[\" b()"],
    [["--[[ long\ncomment ]] a()", "b()"], "a() b()"],
    [["a = 'x\\\ny'", "b()"], "a = 'x\\ny' b()"],
    [["a()\r", "b()\r"], "a() b()"],
  ])("%j", (pieces, expected) => expect(joinLuaLines(pieces)).toBe(expected));

  test("gives one line for whatever text", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (pieces) => {
        expect(joinLuaLines([...pieces, "x()", "y()"])).not.toContain("\n");
      }),
    );
  });
});

describe("makeRule", () => {
  test.each([
    ["o", ["a"], "o: a\n"],
    ["o", ["a", "b"], "o: a \\\n  b\n"],
    ["a b", ["c$d", "e#f"], "a\\ b: c$$d \\\n  e\\#f\n"],
    ["o", ["a\\ b"], "o: a\\\\\\ b\n"],
    ["o", ["a\\b"], "o: a\\b\n"],
    ["a:b", ["c::d"], "a\\:b: c\\:\\:d\n"],
    ["C:\\o", ["D:/a:b"], "C:\\o: D:/a\\:b\n"],
  ])("%j from %j", (target, sources, expected) => expect(makeRule(target, sources)).toBe(expected));
});
