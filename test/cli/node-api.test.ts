import { Readable, Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { translateStream } from "../../src/cli/node-api.js";
import { translate } from "../../src/translator/index.js";

/** Line ends and a character of two bytes, so that pieces can be cut in all kinds of places. */
const text = "|.arch x64\r\n|.actionlist code\r\n// \u00fc\r\n| mov eax, 1\r\n| ret\r\n// end";
const bytes = Buffer.from(text, "utf8");
const longHost = `|.arch x64\n|.actionlist code\n${"host line;\n".repeat(40_000)}`;

function collector(): { readonly output: Writable; text(): string } {
  const written: Buffer[] = [];
  const output = new Writable({
    write(piece: Buffer, _encoding, done) {
      written.push(piece);
      done();
    },
  });
  return { output, text: () => Buffer.concat(written).toString("utf8") };
}

describe("translateStream", () => {
  const whole = translate(bytes.toString("latin1"), { fileName: "(stream)" });
  const expected = Buffer.from(whole.ok ? whole.output : "", "latin1").toString("utf8");

  test("takes bytes cut anywhere", async () => {
    const { output, text: result } = collector();
    await translateStream(Readable.from([...bytes].map((byte) => Buffer.of(byte))), output);
    expect(result()).toBe(expected);
    expect(result()).toContain("// \u00fc");
  });

  test.each(["utf8", "latin1", undefined] as const)("takes strings of the encoding %s", async (encoding) => {
    const input = Readable.from(encoding === undefined ? [text] : [bytes], {
      objectMode: encoding === undefined,
    });
    if (encoding !== undefined) input.setEncoding(encoding);
    const { output, text: result } = collector();
    await translateStream(input, output);
    expect(result()).toBe(expected);
  });

  test("fails when the output fails, instead of waiting for it", async () => {
    const failing = new Writable({
      highWaterMark: 1,
      write(_piece, _encoding, done) {
        done(new Error("disk full"));
      },
    });
    await expect(translateStream(Readable.from([longHost]), failing)).rejects.toThrow("disk full");
    await expect(translateStream(Readable.from([longHost]), failing)).rejects.toThrow();
  });

  test("fails when the output is closed", async () => {
    const closing = new Writable({
      highWaterMark: 1,
      write() {
        closing.destroy();
      },
    });
    await expect(translateStream(Readable.from([longHost]), closing)).rejects.toThrow(
      "the output was closed",
    );
  });

  test("fails when the input fails", async () => {
    const input = new Readable({
      read() {
        this.destroy(new Error("no such luck"));
      },
    });
    await expect(translateStream(input, collector().output)).rejects.toThrow("no such luck");
  });
});

test("bytes as a source are refused with advice", () => {
  const source = bytes as unknown as Iterable<string>;
  expect(() => translate(source)).toThrow("decode bytes as latin1");
  expect(() => translate([bytes] as unknown as string[])).toThrow(TypeError);
});
