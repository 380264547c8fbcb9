// Makes a function that multiplies by a constant, and calls it.
import * as dasm from "dynasm/dasm";
import { loadTemplate } from "./load-template.js";

const source = `
|.arch x64
function multiplyBy(Dst, factor) {
  | imul eax, edi, factor
  | ret
}
`;

const { actions, map, emitters } = loadTemplate(source, "multiply.dasc");
using assembler = dasm.new(actions, { map });
emitters["multiplyBy"]?.(assembler, 21);
using code = assembler.build();
const multiply = code.fn<number>("int32_t (int32_t)");
console.log(multiply(2));
console.log(code.dump({ stable: true }));
