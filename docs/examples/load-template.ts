import { translate } from "dynasm";
import type * as dasm from "dynasm/dasm";

/** A function of a template: appends its code to an assembler. */
export type Emitter = (assembler: dasm.Assembler, ...values: readonly dasm.PutArgument[]) => void;

/** What a template becomes. */
export interface Template {
  readonly actions: Uint8Array;
  /** Source lines, names of global labels and of extern symbols. */
  readonly map: dasm.ActionSourceMap;
  /** The functions that the template declares at the beginning of a line, by name. */
  readonly emitters: Readonly<Record<string, Emitter>>;
}

/**
 * Translates a DynASM source whose host language is JavaScript. C mode serves for that, because
 * `dasm_put(Dst, 12, x);` is JavaScript, too; only its preprocessor lines have to go.
 */
export function loadTemplate(text: string, fileName: string): Template {
  const translation = translate(text, { fileName, lineDirectives: false, comments: "none" });
  if (!translation.ok) throw new Error(translation.diagnostics.map(({ message }) => message).join("\n"));
  const code = translation.output.replace(/^#.*$/gm, "");
  const names = [...code.matchAll(/^function (\w+)/gm)].map(([, name = ""]) => name);
  const evaluate = new Function("dasm_put", `"use strict";${code}\nreturn { ${names.join(", ")} };`);
  const put = (assembler: dasm.Assembler, start: number, ...values: dasm.PutArgument[]): void =>
    assembler.put(start, ...values);
  return { actions: translation.actions, map: translation.sourceMap(), emitters: evaluate(put) };
}
