import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { translateStream } from "../../src/cli/node-api.js";
import {
  type TranslateOptions,
  TranslationError,
  type TranslationResult,
  translate,
  translateTo,
  translateToIterator,
} from "../../src/translator/index.js";
import { fixtureRoot } from "./fixtures.js";

const sources: readonly string[] = readdirSync(fixtureRoot, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.das[cli]$/.test(name))
  .map((name) => readFileSync(join(fixtureRoot, name), "latin1"))
  .filter((text) => text.length < 4000);

const directives =
  ".define x, y|.define y, z|.if 1|.if x|.elif 1|.else|.endif|.include a|.include b|.macro m, a, b|.macro m|.endmacro|m 1, 2|m|.capture c|.endcapture|.dumpcapture c|.section code, data|.code|.data|.globals G_|.globalnames g|.externnames e|.type T, int, rbx|.type U, int|.nop".split(
    "|",
  );
const statements =
  ".byte 1, x|.sbyte -1|.word 65535|.dword -1|.qword x|.aword ->g|.space 3, 4|.align 16|1:|->g:|=>x:|.label 1, &x|jmp <1|jmp >1|jmp ->g|call extern f|call =>x|push &x|mov eax, 1|mov eax, [rax+rcx*8+16]|mov Rd(x), Rd(y)|mov eax, T->x|mov rax, #T|mov64 rax, x|movsd xmm0, qword [rax]|vaddps ymm0, ymm1, [rax]|lock; nop|nop; ret|mov eax, f(x, y)".split(
    "|",
  );
const mistakes =
  ".arch x64|.arch mips|.define 1, 2|.if (1|.define y, x x|.elif|.error e|.fatal f|.word -1|.dword 1.5|.align 3|mov rax, U->x|movv eax|mov eax|mov eax, rax|(|)|[|]|{|}|,|;|:|//|--|..|...|\"|'|\\|@d0|0x|1e999".split(
    "|",
  );
const goodStatement = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...statements) },
  { weight: 1, arbitrary: fc.constantFrom(...directives) },
);
const fragments = fc.constantFrom(...directives, ...statements, ...mistakes, "|");

const word = fc.oneof(
  fragments,
  fc.string({ maxLength: 8 }),
  fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
    maxLength: 6,
  }),
);

const assemblerLine = fc
  .tuple(
    fc.constantFrom("|", "  | ", "\t|", "  || "),
    fc.oneof(
      { weight: 15, arbitrary: goodStatement },
      {
        weight: 1,
        arbitrary: fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(" ")),
      },
    ),
  )
  .map(([start, text]) => start + text);

const hostLine = fc.constantFrom(
  "int x;",
  "if (x)",
  "else",
  "return 1;",
  "",
  "/*",
  '"|"',
  "local x = [[",
  "]]",
  "#if 1",
);

const program = fc
  .tuple(
    fc.nat({ max: 9 }).map((number) => number > 0),
    fc.array(fc.oneof({ weight: 4, arbitrary: assemblerLine }, { weight: 1, arbitrary: hostLine }), {
      maxLength: 30,
    }),
    fc.constantFrom("\n", "\r\n"),
  )
  .map(([isComplete, lines, lineEnd]) =>
    [...(isComplete ? ["|.arch x64", "|.actionlist a"] : []), ...lines].join(lineEnd),
  );

/** A fixture with some characters removed, repeated, replaced or swapped with others. */
const mutant = fc
  .tuple(
    fc.constantFrom(...sources),
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 5 }), fc.oneof(word, fc.constant(""))), {
      minLength: 1,
      maxLength: 5,
    }),
  )
  .map(([text, edits]) =>
    edits.reduce((current, [at, length, inserted]) => {
      const start = at % (current.length + 1);
      return current.slice(0, start) + inserted + current.slice(start + length);
    }, text),
  );

const anySource = fc.oneof(
  { weight: 6, arbitrary: program },
  { weight: 5, arbitrary: mutant },
  { weight: 1, arbitrary: fc.string({ maxLength: 200 }) },
);

const options: fc.Arbitrary<TranslateOptions> = fc.record(
  {
    language: fc.constantFrom("c", "lua"),
    comments: fc.constantFrom("cpp", "c", "none"),
    macroComments: fc.boolean(),
    lineDirectives: fc.boolean(),
    flushLines: fc.boolean(),
    keepLines: fc.boolean(),
    dasmVersion: fc.constantFrom("1.3", "1.4", "1.5"),
    maxErrors: fc.nat({ max: 3 }),
    dumpDefinitions: fc.nat({ max: 2 }),
  },
  { requiredKeys: [] },
);

const includes: Readonly<Record<string, string>> = {
  a: "included();\n  | nop\n|.define fromA, 1\n",
  b: "|.include a\n|.macro fromB; ret; .endmacro\n",
};

function readInclude(path: string): string | undefined {
  return Object.hasOwn(includes, path) ? includes[path] : undefined;
}

function run(source: string, given: TranslateOptions = {}): TranslationResult {
  return translate(source, { readInclude, ...given });
}

/** What a result says, for comparisons. */
function summary(result: TranslationResult): unknown {
  return { ok: result.ok, output: result.ok ? result.output : undefined, diagnostics: result.diagnostics };
}

const runs = { numRuns: 1500 };

describe("any input", () => {
  test("has warnings about an unbraced statement at its keyword, whatever host lines follow", () => {
    const source = "|.arch x64\r\n|.actionlist a\r\nif (x)\r\n\r\n  // why\r\n|.byte 1, x\r\n|.byte 1, x\r\n";
    const [warning] = run(source, { flushLines: true }).diagnostics;
    expect(warning?.code).toBe("unbraced-control");
    expect(warning?.span).toMatchObject({ line: 3, column: 1, endColumn: 3 });
    expect(warning?.sourceLine).toBe("if (x)");
  });

  test("gives an output or an error, with places inside the source", () => {
    fc.assert(
      fc.property(anySource, options, (source, given) => {
        const result = run(source, given);
        const errors = result.diagnostics.filter(({ severity }) => severity === "error");
        expect(result.ok).toBe(errors.length === 0);
        for (const { span, sourceLine, message } of result.diagnostics) {
          if (span === undefined) continue;
          expect(message.length).toBeLessThan(1000);
          expect(span.line).toBeGreaterThan(0);
          expect(span.column).toBeGreaterThan(0);
          expect(span.endColumn).toBeGreaterThanOrEqual(span.column);
          if (sourceLine !== undefined) expect(span.endColumn).toBeLessThanOrEqual(sourceLine.length + 2);
        }
      }),
      runs,
    );
  });

  test("gives the same result again", () => {
    fc.assert(
      fc.property(anySource, options, (source, given) => {
        expect(summary(run(source, given))).toEqual(summary(run(source, given)));
      }),
      { numRuns: 300 },
    );
  });

  test("has a map that covers the action list", () => {
    fc.assert(
      fc.property(anySource, (source) => {
        const result = run(source);
        if (!result.ok) return;
        const map = result.sourceMap();
        const lineCount = source.split("\n").length + 5;
        for (const [start, end, file, line] of map.entries) {
          expect(start).toBeLessThan(end);
          expect(end).toBeLessThanOrEqual(result.actions.length);
          expect(map.files[file]).toBeDefined();
          expect(line).toBeLessThanOrEqual(lineCount);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("is treated alike with LF and CRLF, but for the carriage returns of host lines and comments", () => {
    fc.assert(
      fc.property(program, options, (source, given) => {
        const text = source.replaceAll("\r", "");
        const plain = run(text, given);
        const dos = run(text.replaceAll("\n", "\r\n"), given);
        expect(dos.ok).toBe(plain.ok);
        if (!dos.ok || !plain.ok) return;
        expect([...dos.actions]).toEqual([...plain.actions]);
        expect(dos.output.replaceAll("\r", "")).toBe(plain.output.replaceAll("\r", ""));
      }),
      { numRuns: 500 },
    );
  });
});

describe("all ways in and out", () => {
  test("agree on the output", () => {
    fc.assert(
      fc.property(anySource, fc.array(fc.nat({ max: 40 })), (source, cuts) => {
        const whole = run(source);
        const pieces: string[] = [];
        let from = 0;
        for (const length of cuts) {
          pieces.push(source.slice(from, from + length));
          from += length;
        }
        pieces.push(source.slice(from));
        expect(summary(translate(pieces, { readInclude }))).toEqual(summary(whole));
        const written: string[] = [];
        translateTo(source, (piece) => written.push(piece), { readInclude });
        if (!whole.ok) {
          expect(written).toEqual([]);
          expect(() => translateToIterator(source, { readInclude })).toThrow(TranslationError);
          return;
        }
        expect([...whole.pieces()].join("")).toBe(whole.output);
        expect(written.join("")).toBe(whole.output);
        expect([...translateToIterator(source, { readInclude })].join("")).toBe(whole.output);
        for (const piece of written) expect(piece.endsWith("\n")).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("agree with Node streams", async () => {
    await fc.assert(
      fc.asyncProperty(anySource, fc.integer({ min: 1, max: 50 }), async (source, size) => {
        // Characters beyond a byte cannot come out of a stream of bytes.
        const text = source.replaceAll(/[^\0-\xff]/g, "?");
        const bytes = Buffer.from(text, "latin1");
        const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, part) =>
          bytes.subarray(part * size, (part + 1) * size),
        );
        const written: Buffer[] = [];
        const output = new Writable({
          highWaterMark: 16,
          write(chunk: Buffer, _encoding, done) {
            written.push(chunk);
            setImmediate(done);
          },
        });
        const result = await translateStream(Readable.from(parts), output, { readInclude });
        const expected = run(text, { fileName: "(stream)" });
        expect(summary(result)).toEqual(summary(expected));
        await new Promise((resolve) => output.end(resolve));
        expect(Buffer.concat(written).toString("latin1")).toBe(expected.ok ? expected.output : "");
      }),
      { numRuns: 100 },
    );
  });
});
