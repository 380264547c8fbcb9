// Two functions that are reached through their global labels; one of them calls the other and the C library.
import * as dasm from "dynasm/dasm";
import { loadTemplate } from "./load-template.js";

const source = `
|.arch x64
function functions(Dst, offset) {
  |->distance:              // int distance(int a, int b): |a - b| + offset
  | push rbx
  | sub edi, esi
  | call extern abs
  | add eax, offset
  | pop rbx
  | ret
  |
  |->perimeter:             // int perimeter(int a, int b): 2 * (distance(a, 0) + distance(b, 0))
  | push rbx
  | push r12
  | push r13
  | mov ebx, esi
  | xor esi, esi
  | call ->distance
  | mov r12d, eax
  | mov edi, ebx
  | xor esi, esi
  | call ->distance
  | add eax, r12d
  | add eax, eax
  | pop r13
  | pop r12
  | pop rbx
  | ret
}
`;

const { actions, map, emitters } = loadTemplate(source, "two-functions.dasc");
using assembler = dasm.new(actions, { map });
emitters["functions"]?.(assembler, 0);
using code = assembler.build();
const distance = code.fn<number>("int (int, int)", "distance");
const perimeter = code.fn<number>("int (int, int)", "perimeter");
console.log("distance(3, 10) =", distance(3, 10));
console.log("perimeter(-3, 4) =", perimeter(-3, 4));
console.log("labels:", Object.keys(code.globals()).join(", "));
