import { expect, test } from "vitest";
import { crashRecordSize, describeCrash, readCrashRecord } from "../../src/cli/crash-record.js";

interface Entry {
  readonly address: bigint;
  readonly size: bigint;
  readonly text: string;
}

/** A record as runtime/driver/crash.dasl writes it. */
function makeRecord(instruction: bigint, stack: readonly bigint[], entries: readonly Entry[]): Uint8Array {
  const bytes = new Uint8Array(crashRecordSize);
  const view = new DataView(bytes.buffer);
  const words = [11n, 0x20n, instruction, 0n, BigInt(stack.length), ...stack];
  for (const [index, word] of words.entries()) view.setBigUint64(index * 8, word, true);
  view.setBigUint64(40 + 4096 * 8, BigInt(entries.length), true);
  for (const [index, { address, size, text }] of entries.entries()) {
    const at = 40 + 4096 * 8 + 8 + (index % 8192) * 128;
    bytes.fill(0, at, at + 128);
    view.setBigUint64(at, address, true);
    view.setBigUint64(at + 8, size, true);
    bytes.set(Buffer.from(text), at + 16);
  }
  return bytes;
}

function describeBytes(bytes: Uint8Array): string {
  const record = readCrashRecord(bytes);
  return record === undefined ? "no record" : describeCrash(record, "SIGSEGV");
}

const old = [
  { address: 0x1000n, size: 64n, text: "old.dasl:1" },
  { address: 0x1000n, size: 0n, text: "old" },
];
const code = [
  { address: 0x1000n, size: 100n, text: "a.dasl:3" },
  { address: 0x1010n, size: 0n, text: "first" },
  { address: 0x1020n, size: 0n, text: "second" },
  { address: 0x3000n, size: 0n, text: "elsewhere" },
];

test("the function is the label before the instruction, in the latest code at this address", () => {
  const places = [0x100fn, 0x1010n, 0x1023n, 0x1063n].map((instruction) => {
    const text = describeBytes(makeRecord(instruction, [], [...old, ...code]));
    expect(text).toMatch(/^ {2}access to address 0x20\n/);
    return text.split("\n")[1];
  });
  expect(places).toEqual([
    "  in offset 0xf of the code built at a.dasl:3",
    "  in first+0x0, offset 0x10 of the code built at a.dasl:3",
    "  in second+0x3, offset 0x23 of the code built at a.dasl:3",
    "  in second+0x43, offset 0x63 of the code built at a.dasl:3",
  ]);
});

test("outside of generated code the stack tells the caller", () => {
  expect(describeBytes(makeRecord(0n, [1n, 0x1064n, 0x1022n, 0x1012n], code))).toBe(
    "  access to address 0x20\n  at 0x0, outside of the generated code\n  probably called from second+0x2, offset 0x22 of the code built at a.dasl:3\n",
  );
  expect(describeBytes(makeRecord(0n, [1n], code))).toMatch(/outside of the generated code\n$/);
});

test("of more entries than there is room for, the last ones count", () => {
  const many = Array.from({ length: 9000 }, (_, index) => ({
    address: 0x10000n + BigInt(index) * 16n,
    size: 16n,
    text: `f:${index}`,
  }));
  expect(describeBytes(makeRecord(0x10000n + 8999n * 16n, [], many))).toContain("f:8999");
  expect(describeBytes(makeRecord(0x10000n, [], many))).toContain("outside");
});

test("a record that was not written is none", () => {
  expect(readCrashRecord(new Uint8Array(crashRecordSize))).toBe(undefined);
  expect(readCrashRecord(new Uint8Array(3))).toBe(undefined);
});
