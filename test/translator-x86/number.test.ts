import fc from "fast-check";
import { expect, test } from "vitest";
import { readNumber } from "../../src/translator/x86/number.js";

// biome-ignore format: pairs
const NUMBERS: readonly (readonly [text: string, value: number])[] = [
  ["0", 0], ["-0", -0], ["+5", 5], ["-5", -5], ["010", 10], [" 7\t", 7], ["1e3", 1000], ["1.5", 1.5], [".5", 0.5],
  ["5.", 5], ["0x10", 16], ["0X1f", 31], ["-0x10", -16], ["0b101", 5], ["-0B11", -3], [`0b${"0".repeat(9)}${"1".repeat(64)}`, 2 ** 64], ["0x1p4", 16], ["0x.8p1", 1], ["0x1.8", 1.5],
  ["123456789012345678", 123456789012345680], ["0xffffffff", 4294967295],
  ["inf", Number.NaN], ["-Infinity", Number.NaN], ["nan", Number.NaN],
];

test("literal numbers", () => {
  for (const [text, value] of NUMBERS) expect(readNumber(text), text).toBe(value);
});

test("expressions are no numbers", () => {
  for (const text of [
    "",
    " ",
    "x",
    "- 5",
    "+",
    "-",
    ".",
    "1u",
    "5L",
    "0x",
    "0xg",
    "0b",
    "0b12",
    `0b${"1".repeat(65)}`,
    "1_000",
    "1e",
    "e1",
    "1 2",
    "0x1p",
    "n",
    "i",
    "infx",
    "--5",
    "1.2.3",
  ]) {
    expect(readNumber(text), text).toBeUndefined();
  }
});

test("every integer reads back", () => {
  fc.assert(fc.property(fc.maxSafeInteger(), (value) => readNumber(String(value)) === value));
  fc.assert(fc.property(fc.nat(), (value) => readNumber(`0x${value.toString(16)}`) === value));
});

test("long texts take no longer than their length asks for", () => {
  const digits = "1".repeat(300_000);
  expect(readNumber(`${digits}x`)).toBeUndefined();
  expect(readNumber(`0x${digits}x`)).toBeUndefined();
  expect(readNumber(digits)).toBe(Number.POSITIVE_INFINITY);
});
