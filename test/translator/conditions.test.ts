import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import * as luaparse from "luaparse";
import { describe, expect, test } from "vitest";
import { evaluateCondition } from "../../src/translator/lua-condition.js";
import { findLuaSyntaxMessage } from "../../src/translator/lua-syntax-message.js";
import { ConditionError } from "../../src/translator/lua-value.js";
import { hasNative } from "../support/native.js";

type Answer = "true" | "false" | "error";

function evaluate(text: string): Answer {
  try {
    return evaluateCondition(text, () => luaparse) ? "true" : "false";
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    return "error";
  }
}

/** The message of a condition that is refused. */
function refusal(text: string): string | undefined {
  try {
    evaluateCondition(text, () => luaparse);
    return undefined;
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    return error.message;
  }
}

// biome-ignore format: one condition per line
const holds: readonly string[] = [
  "1", "1, 2", "true", "'0'", "''", "{}", "0x10 == 16", "1e2 == 100", ".5 + .5 == 1", "0b101 == 5", "0x.8p1 == 1",
  "not nil", "not undefined", "nil == undefined", "1 and 2", "nil or 3", "false or 'x'", "not (1 and nil)",
  "1 < 2", "2 <= 2", "'a' < 'b'", "'B' < 'a'", "not (1 > 2)", "3 ~= 4", "1 ~= '1'",
  "1 + 2 * 3 == 7", "(1 + 2) * 3 == 9", "2 ^ 3 ^ 2 == 512", "-2 ^ 2 == -4", "7 % 3 == 1", "-7 % 3 == 2", "7 % -3 == -2",
  "10 / 4 == 2.5", "1 / 0 > 1e308", "0 / 0 ~= 0 / 0", "- -1 == 1", "'10' + 5 == 15", "'0x10' * 1 == 16", "' 5 ' - 0 == 5",
  "1 .. 2 == '12'", "'a' .. 'b' .. 'c' == 'abc'", "0.1 .. '' == '0.1'", "1e15 .. '' == '1e+15'",
  "#'abc' == 3", "#[[\nx]] == 1", "#'\\n\\065\\x41\\z  b' == 4", "#{1, 2, nil} == 2", "({x = 5}).x == 5", "({7})[1] == 7",
  "({['k'] = 1}).k == 1", "('abc'):upper() == 'ABC'", "('ABC'):lower() == 'abc'", "('abc'):len() == 3", "('abc'):sub(2) == 'bc'",
  "('abc'):sub(-2, -2) == 'b'", "('ab'):rep(3) == 'ababab'", "('abc'):reverse() == 'cba'", "('a'):byte() == 97",
  "('x.y'):find('.', 1, true) == 2", "('%d-%s-%x-%%'):format(5, 'a', 255) == '5-a-ff-%'", "(function() return 1 end)()",
  "1LL == 1", "10LL / 3 == 3LL", "-7LL % 3 == -1LL", "2LL ^ 10 == 1024", "1LL / 0 < 0", "1ULL + 1 == 2", "5LL > 4", "1LL",
  "('%5d'):format(3) == '    3'", "('%-4s|%04d|%04d'):format('a', 7, -7) == 'a   |0007|-007'",
];

// biome-ignore format: one condition per line
const fails: readonly string[] = [
  "0", "0.0", "-0", "0x0", "nil", "false", "undefined", "1 - 1", "nil and 1", "false or nil", "1 > 2", "'a' == 'b'", "1 == '1'",
  "{} == {}", "0LL", "not 1", "--", "-- a comment", "...", "({}).x", "(function() end)()",
];

// biome-ignore format: one condition per line
const errors: readonly string[] = [
  "1 +", "(", ")", "a b", "1 2", "&&", "!x", "a != b", "x = 1", "x + 1", "nil .. 'x'", "1 < 'x'", "{} < {}", "nil < 1", "#5",
  "-{}", "'x' + 1", "undefined.x", "undefined()", "print(1)", "os.exit()", "('x'):gsub('x', 'y').z", "return", "'unclosed",
  "if x then", "(function() while true do end end)()", "('x'):nothing()", "nil ^ 2", "1 2 3",
];

describe("conditions", () => {
  test.each(holds)("%s holds", (text) => expect(evaluate(text)).toBe("true"));
  test.each(fails)("%s does not hold", (text) => expect(evaluate(text)).toBe("false"));
  test.each(errors)("%s is an error", (text) => expect(evaluate(text)).toBe("error"));
});

const atoms = fc.constantFrom(
  ..."0 1 2 -3 0.5 1e3 0x1F '' '0' 'a' '10' nil true false x {} 1LL 7LL ({1,2})[1] #'ab' ('ab'):len()".split(
    " ",
  ),
);
const operators = fc.constantFrom(
  "+",
  "-",
  "*",
  "/",
  "%",
  "^",
  "..",
  "==",
  "~=",
  "<",
  "<=",
  ">",
  ">=",
  "and",
  "or",
);

const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    atoms,
    fc
      .tuple(tie("expression"), operators, tie("expression"))
      .map(([left, operator, right]) => `${left} ${operator} ${right}`),
    fc
      .tuple(fc.constantFrom("not ", "- ", "#"), tie("expression"))
      .map(([operator, operand]) => operator + operand),
    tie("expression").map((inner) => `(${inner})`),
  ),
}));

/** Evaluates each line as a condition of the original would be. */
const valueOracle = `
for line in io.lines() do
  local compiled = loadstring("return " .. line)
  local ok, value = false, nil
  if compiled then ok, value = pcall(setfenv(compiled, {})) end
  if not ok then print("error")
  else print(value and value ~= 0 and "true" or "false") end
end
`;

/** What the original's host says when a line, taken as an expression without variables, has no value. */
const failureOracle = `
for line in io.lines() do
  local ok, message = pcall(setfenv(assert(loadstring("return " .. line, "=expr")), {}))
  print(ok and "" or (message:gsub("^expr:1: ", "")))
end
`;

/** What the original's host says about the syntax of each line. */
const syntaxOracle = `
for line in io.lines() do
  local compiled, message = loadstring("return " .. line, "=expr")
  print(compiled and "" or (message:gsub("^expr:1: ", "")))
end
`;

/** The answer to each line of a LuaJIT program that answers with a line. */
function askLuajit(program: string, lines: readonly string[]): readonly string[] {
  const { stdout } = spawnSync("luajit", ["-e", program], {
    input: `${lines.join("\n")}\n`,
    encoding: "latin1",
    maxBuffer: 1 << 26,
  });
  const answers = stdout.split("\n").slice(0, -1);
  expect(answers).toHaveLength(lines.length);
  return answers;
}

const tokens = fc.constantFrom(
  ..."x y 1 2.5 0x1F 1..2 1e 'a' \"b\" 'a\\q 'c [[d]] [=[e ( ) [ ] { } , ; = == ~= ~ < <= + - * / % ^ # . .. ... : :: not and or nil true end until then goto return function ! && || @ ? -- --[[ $ \\ \t".split(
    " ",
  ),
);
const tokenSequence = fc
  .tuple(fc.array(tokens, { minLength: 1, maxLength: 7 }), fc.constantFrom(" ", " ", ""))
  .map(([parts, separator]) => parts.join(separator));

describe.skipIf(!hasNative("luajit", ["-v"]))("random conditions", () => {
  test("have LuaJIT's message if their syntax is wrong", () => {
    const texts = fc.sample(tokenSequence, { numRuns: 6000, seed: 1 });
    const expected = askLuajit(syntaxOracle, texts);
    const wrong = texts.flatMap((text, index) => {
      // Functions are left to the parser, which has its own words.
      if (/function/.test(text)) return [];
      const message = findLuaSyntaxMessage(text) ?? "";
      return message === expected[index] ? [] : [`${text}: ${message}, LuaJIT: ${expected[index]}`];
    });
    expect(wrong.slice(0, 20)).toEqual([]);
    expect(new Set(expected).size).toBeGreaterThan(50);
  });

  test("are refused with LuaJIT's message", () => {
    const texts = fc.sample(tokenSequence, { numRuns: 6000, seed: 2 });
    const expected = askLuajit(syntaxOracle, texts);
    const wrong = texts.flatMap((text, index) => {
      if (/function/.test(text)) return [];
      const message = refusal(text) ?? "";
      // What LuaJIT compiles may still have no value.
      if (expected[index] === "" && /^attempt to /.test(message)) return [];
      return message === expected[index] ? [] : [`${text}: ${message}, LuaJIT: ${expected[index]}`];
    });
    expect(wrong.slice(0, 20)).toEqual([]);
  });

  test.each(
    "x + 1,1 - x,x.y,x.y.z,x(),x.y(),x:y(),('a'):foo(),({}).a.b,({}).a(),({}):a(),#x,#1,-x,-{},'a' + 1,1 + {},x .. 1,1 .. {}"
      .split(",")
      .concat("nil < 1", "1 < 'x'", "{} < {}", "x <= x", "true > 1", "({1})[2] + 1", "(x or nil) + 1"),
  )("%s: LuaJIT's message", (text) => {
    expect([refusal(text)]).toEqual(askLuajit(failureOracle, [text]));
  });

  test("have the value that LuaJIT gives them", () => {
    const expressions = fc.sample(expression, { numRuns: 4000, seed: 1 });
    const expected = askLuajit(valueOracle, expressions);
    const wrong = expressions.flatMap((text, index) => {
      const answer = evaluate(text);
      return answer === expected[index] ? [] : [`${text}: ${answer}, LuaJIT: ${expected[index]}`];
    });
    expect(wrong.slice(0, 20)).toEqual([]);
    expect(new Set(expected).size).toBe(3);
  });
});
