import fc from "fast-check";
import { expect, test } from "vitest";
import { actionText, appendChunk, createDedupeIndex, findChunk } from "../../src/translator/dedupe-index.js";

/** Literal bytes, escaped bytes and operands that look like STOP and SECTION. */
const bytes = fc.constantFrom(
  "\x01",
  "\x02",
  "\xfc\xff",
  "\xfc\xfe",
  "\xf5\xff",
  "\xf5\xfe",
  "\xfc\xfc",
  "\xf5\xfc",
  "abcdefghijklmnop",
  "abcdefghijklmnopqrstuvwxyz0123456789",
);
const end = fc.constantFrom("\xff", "\xff", "\xff", "\xfe\x00", "\xfe\x01");
const chunk = fc
  .tuple(fc.array(bytes, { minLength: 1, maxLength: 8 }), end)
  .map(([body, last]) => body.join("") + last);

test("a chunk is found at its first occurrence, also inside and across others", () => {
  fc.assert(
    fc.property(fc.array(chunk, { minLength: 60, maxLength: 200 }), (chunks) => {
      const index = createDedupeIndex();
      let list = "";
      for (const text of chunks) {
        const found = findChunk(index, text);
        expect(found).toBe(list.indexOf(text));
        if (found >= 0) continue;
        expect(appendChunk(index, text)).toBe(list.length);
        list += text;
      }
      expect(actionText(index)).toBe(list);
    }),
  );
});

test("thousands of chunks that differ in their first bytes only are told apart", () => {
  const index = createDedupeIndex();
  const tail = `${"x".repeat(200)}\xff`;
  for (let number = 0; number < 3000; number++) {
    const head = String.fromCharCode(number & 127, number >> 7);
    for (const length of [0, 7, 13, 30]) {
      const text = head + tail.slice(-length - 1);
      const found = findChunk(index, text);
      if (found < 0) appendChunk(index, text);
      expect(findChunk(index, text)).toBeGreaterThanOrEqual(0);
    }
  }
  expect(findChunk(index, `\x05\x17${tail.slice(-31)}`)).toBeGreaterThanOrEqual(0);
  expect(findChunk(index, `\x05\x18${tail.slice(-31)}`)).toBe(-1);
});
