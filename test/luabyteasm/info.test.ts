import { describe, expect, test } from "vitest";
import { describeHeader, renderHeaderInfo } from "../../src/luabyteasm/header-info.js";
import { writeChunk } from "../../src/luabyteasm/write-chunk.js";
import { chunkOfCode } from "./chunk-text.js";
import { fromHex, type RoundTripVector, readVectors } from "./chunk-vectors.js";

function infoOf(bytes: string | Uint8Array): ReturnType<typeof describeHeader> {
  return describeHeader(typeof bytes === "string" ? fromHex(bytes.replace(/ /g, "")) : bytes);
}

function differing(bytes: string): string[] {
  return infoOf(bytes).fields.flatMap(({ name, bytes: found, expected }) =>
    expected === null ? [] : [`${name} ${found} not ${expected}`],
  );
}

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("Lua 5.2", () => {
  test("a stock chunk: every field, sums, nothing to do", () => {
    const written = writeChunk(chunkOfCode("LOADK R0 K0\nRETURN R0 1", ".const\nK0 = 1\n.fn\n.endfn"));
    if (!written.ok) throw new Error("not written");
    const info = describeHeader(written.bytes);
    expect(info).toMatchObject({ kind: "Lua 5.2 chunk", readable: true, loadable: true, advice: [] });
    expect(info.fields.map(({ offset }) => offset)).toEqual([0, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(info.summary).toEqual({
      source: "@t.lua",
      functions: 2,
      instructions: 2,
      constants: 1,
      depth: 2,
      stripped: false,
    });
    const text = renderHeaderInfo(info);
    expect(text).toContain("Lua 5.2 chunk, loads in stock Lua 5.2\n");
    expect(text).toContain("little-endian");
    expect(text).toContain(
      "  source: t.lua\n  2 functions, 2 instructions, 1 constant, depth 2, with debug information\n",
    );
  });

  test("another layout: which field differs, and how to convert", () => {
    const vectors = readVectors<RoundTripVector>("roundtrip.jsonl.gz");
    const other = vectors.find(({ id }) => id === "c-hdr-be-size_t4-int4")?.hex ?? "";
    expect(differing(other)).toEqual(["byte order 00 not 01", "size of size_t 04 not 08"]);
    const { advice, readable, loadable } = infoOf(other);
    expect([readable, loadable]).toEqual([true, false]);
    expect(advice.join()).toContain("convert --endian little --size-t 8");
    expect(renderHeaderInfo(infoOf(other))).toContain("big-endian   <- stock Lua 5.2: 01");
  });

  test("damaged headers", () => {
    expect(differing("1b4c7561520001040804080019930a1a0a")).toEqual([
      "tail 19 93 0A 1A 0A not 19 93 0D 0A 1A 0A",
    ]);
    expect(infoOf("1b4c7561520001040804080019930a1a0a").advice.join()).toContain("text mode");
    expect(differing("1b4c75615200020308040802")).toContain("byte order 02 not 01");
    const cut = infoOf("1b4c75615200");
    expect(cut.fields.at(-1)?.meaning).toContain("missing");
    expect(cut.diagnostics[0]).toMatchObject({ code: "truncated", offset: 4 });
    expect(renderHeaderInfo(cut)).toContain(
      "error: the file ends inside the header (byte offset 4) [truncated]",
    );
    const trailing = writeChunk(chunkOfCode("RETURN R0 1"));
    if (!trailing.ok) throw new Error("not written");
    const longer = Uint8Array.from([...trailing.bytes, 1, 2]);
    expect(renderHeaderInfo(describeHeader(longer))).toContain("warning: 2 bytes after the main function");
  });
});

describe("other bytecode", () => {
  test("Lua 5.1", () => {
    expect(infoOf("1b4c7561 51 00 01 04 04 04 08 00").kind).toBe("Lua 5.1 chunk");
    expect(differing("1b4c7561 51 00 01 04 04 04 08 00")).toEqual([
      "version 51 not 52",
      "size of size_t 04 not 08",
    ]);
    expect(renderHeaderInfo(infoOf("1b4c7561 51 00 01 04 04 04 08 00"))).toContain("<- stock Lua 5.1: 08");
  });

  test("Lua 5.3 and 5.4", () => {
    const lua53 = "1b4c7561 53 00 19930d0a1a0a 04 08 04 08 08 7856000000000000 0000000000287740 01";
    expect(differing(lua53)).toEqual(["version 53 not 52"]);
    expect(infoOf(lua53).fields.at(-2)?.meaning).toBe("370.5, little-endian");
    const lua54 = "1b4c7561 54 00 19930d0a1a0a 04 08 08 7856000000000000 0000000000287740 01";
    expect(differing(lua54)).toEqual(["version 54 not 52"]);
    expect(infoOf(lua54).fields.map(({ name }) => name)).toContain("size of integer");
    expect(infoOf(lua54).advice.join()).toContain("luac5.2");
    const big = "1b4c7561 54 00 19930d0a1a0a 04 04 04 00005678 43b94000 01";
    expect(
      infoOf(big)
        .fields.slice(-3)
        .map(({ meaning }) => meaning),
    ).toEqual(["0x5678, big-endian", "370.5, big-endian", "1"]);
    const damaged = "1b4c7561 54 00 19930d0a1a0a 04 08 08 1111111111111111 2222222222222222 01";
    expect(
      infoOf(damaged)
        .fields.slice(-3, -1)
        .map(({ meaning }) => meaning),
    ).toEqual(["not 0x5678: damaged", "not 370.5: damaged"]);
  });

  test("other versions", () => {
    expect(infoOf("1b4c7561 50 01 04 04").kind).toBe("Lua 5.0 chunk");
    expect(infoOf("1b4c7561 99").kind).toBe("version 0x99 chunk");
    expect(infoOf("1b4c7561 50 01 04 04").advice.join()).toContain("not decoded");
  });

  test("LuaJIT", () => {
    const info = infoOf("1b4c4a 02 0a 00");
    expect(info.kind).toBe("LuaJIT bytecode");
    expect(info.fields.map(({ meaning }) => meaning)).toEqual([
      'ESC "LJ"',
      "LuaJIT 2.1",
      "stripped, 64-bit frames (FR2)",
    ]);
    expect(infoOf("1b4c4a 09 00").fields.map(({ meaning }) => meaning)).toContain(
      "unknown bytecode version 9",
    );
    expect(infoOf("1b4c4a 01 00").fields.map(({ meaning }) => meaning)).toContain("none");
  });
});

describe("anything else", () => {
  test.each([
    [new Uint8Array(), "empty file", "18 bytes"],
    [ascii("\x1bL"), "truncated Lua chunk", "ends after 2 bytes"],
    [ascii("\x1bLua"), "truncated Lua chunk", "ends after 4 bytes"],
    [ascii("\x7fELF\x02"), "ELF file", "7F 45 4C 46"],
    [fromHex("1f8b0800"), "gzip archive", "unpack"],
    [ascii("-- hello\nprint('x')\n"), "text, probably Lua source", "luac5.2"],
    [ascii("; a\n.fn @x\n.endfn\n"), "luabyteasm source text", "assemble"],
    [ascii("hello world"), "text", "luac5.2"],
    [fromHex("00010203"), "unknown file", "00 01 02 03"],
    [ascii("LuaR\0\x01\x04"), "damaged Lua chunk", "byte 0"],
    [ascii("\0\0\x1bLuaR"), "file with a Lua chunk inside", "byte 2"],
    [fromHex("efbfbd4c7561520001040804080019930d0a1a0a"), "damaged Lua chunk", "signature is destroyed"],
  ])("%s is %s", (bytes, kind, advice) => {
    const info = describeHeader(bytes);
    expect(info.kind).toBe(kind);
    expect(info.advice.join("; ")).toContain(advice);
    expect(info).toMatchObject({ readable: false, loadable: false, summary: null });
    expect(renderHeaderInfo(info).startsWith(`${kind}\n`)).toBe(true);
  });
});
