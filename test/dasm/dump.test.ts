import { describe, expect, test } from "vitest";
import { dump } from "../../src/dasm/index.js";
import { assembleLines } from "./template.js";

const program = `  |->start:
  | push rbx
  | mov eax, [->table]
  |1:
  | sub eax, 1
  | jnz <1
  | call extern puts
  | call ->outside
  | jmp =>0
  | nop
  |=>0:
  | pop rbx
  | ret
  |->table:
  | .dword 5
  | .aword ->start`;

const options = { addresses: { outside: 0x1000 } };

function linked(): ReturnType<typeof assembleLines> {
  const assembler = assembleLines(program, options, 1);
  assembler.link();
  return assembler;
}

const stable = `->start:
  0000  53                        push rbx                              ; test.dasc:4
  0001  8b 05 14 00 00 00         mov eax, [->table]                    ; test.dasc:5
L1:
  0007  83 e8 01                  sub eax, 1                            ; test.dasc:7
  000a  75 fb                     jne L1                                ; test.dasc:8
  000c  e8 .. .. .. ..            call extern puts                      ; test.dasc:9
  0011  e8 .. .. .. ..            call ->outside                        ; test.dasc:10
  0016  eb 01                     jmp =>0                               ; test.dasc:11
  0018  90                        nop                                   ; test.dasc:12
=>0:
  0019  5b                        pop rbx                               ; test.dasc:14
  001a  c3                        ret                                   ; test.dasc:15
->table:
  001b  05 00 00 00               db 0x05, 0x00, 0x00, 0x00             ; test.dasc:17
  001f  .. .. .. .. .. .. .. ..   dq ->start                            ; test.dasc:18
`;

describe("dump", () => {
  test("of an assembler is the same wherever the code will stand", () => {
    expect(linked().dump({ stable: true })).toBe(stable);
  });

  test("shows addresses, and no bytes if they are not wanted", () => {
    const text = dump(Uint8Array.of(0xeb, 0xfe, 0xe8, 0, 0, 1, 0, 0x06), { base: 0x400000n, bytes: false });
    expect(text).toBe(`L1:
  00400000 0000  jmp L1
  00400002 0002  call 0x410007
  00400007 0007  db 0x06
`);
  });

  test("without addresses names what is outside", () => {
    const bytes = Uint8Array.of(
      0xe8,
      0,
      0,
      1,
      0,
      0x48,
      0x8b,
      0x05,
      0,
      0,
      0,
      0,
      0x48,
      0x8d,
      0x05,
      0xfd,
      255,
      255,
      255,
    );
    expect(dump(bytes, { stable: true, bytes: false })).toBe(`  0000  call (outside)
  0005  mov rax, [+0xc]
  000c  lea rax, [+0x10]
`);
  });

  test("decodes 32-bit code", () => {
    expect(dump(Uint8Array.of(0x40, 0xc3), { arch: "x86", stable: true })).toBe(
      "  0000  40                        inc eax\n  0001  c3                        ret\n",
    );
  });

  test("names addresses inside of instructions", () => {
    const bytes = Uint8Array.of(0xb8, 1, 0, 0, 0, 0xc3);
    const relocations = [{ offset: 1, size: 4, name: "extern value" }];
    expect(dump(bytes, { relocations, stable: true, labels: [{ offset: 6, name: "->end" }] })).toBe(
      "  0000  b8 .. .. .. ..            mov eax, extern value\n  0005  c3                        ret\n->end:\n",
    );
    expect(dump(Uint8Array.of(1, 2, 3, 4), { relocations: [{ offset: 0, size: 4, name: "x" }] })).toContain(
      "dd x",
    );
  });

  test("is hexadecimal without a disassembler", () => {
    const bytes = Uint8Array.from({ length: 20 }, (_, index) => index);
    const labels = [
      { offset: 0, name: "->a" },
      { offset: 17, name: "->b" },
      { offset: 20, name: "->end" },
    ];
    const sources = [{ offset: 17, sources: [{ file: "f.dasc", line: 3 }] }];
    expect(dump(bytes, { disassembler: null, stable: true, labels, sources })).toBe(`->a:
  0000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f
  0010  10
->b:
  0011  11 12 13  ; f.dasc:3
->end:
`);
  });

  test("of nothing is empty", () => {
    expect(dump(new Uint8Array(0))).toBe("");
  });
});
