import { type Emitter, loadTemplate } from "../../docs/examples/load-template.js";
import type { Assembler, AssemblerOptions, PutArgument } from "../../src/dasm/index.js";
import { createAssembler } from "../../src/dasm/index.js";

/** An assembler for a DynASM source, with its functions. */
export interface SourceAssembler {
  readonly assembler: Assembler;
  emit(name: string, ...values: readonly PutArgument[]): void;
}

/** Opens a source whose host language is JavaScript. Without `.arch` it is x64. */
export function openSource(source: string, options: AssemblerOptions = {}): SourceAssembler {
  const text = source.includes(".arch") ? source : `|.arch x64\n${source}`;
  const { actions, map, emitters } = loadTemplate(text, "test.dasc");
  const assembler = createAssembler(actions, { map, ...options });
  const emit = (name: string, ...values: readonly PutArgument[]): void => {
    const emitter: Emitter | undefined = emitters[name];
    if (emitter === undefined) throw new Error(`no function ${name}`);
    emitter(assembler, ...values);
  };
  return { assembler, emit };
}

/** Opens a source that consists of assembler lines alone and puts all of them. */
export function assembleLines(lines: string, options: AssemblerOptions = {}, pcLabels = 0): Assembler {
  const { assembler, emit } = openSource(`function all(Dst) {\n${lines}\n}\n`, options);
  assembler.growPc(pcLabels);
  emit("all");
  return assembler;
}
