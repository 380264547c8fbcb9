import { cEmitter } from "./emit/c.js";
import { createX86Architecture } from "./x86/index.js";

/** The description of an architecture that `-A` prints, or undefined if there is no such architecture. */
export function describeArchitecture(name: string): string | undefined {
  if (name !== "x86" && name !== "x64") return undefined;
  const architecture = createX86Architecture(name, {
    engine: "1.5",
    host: cEmitter,
    globalLabelNumber: () => 10,
    externNumber: () => 0,
    declaredType: () => undefined,
  });
  return `DynASM version 1.5.0, released 2021-05-02, https://luajit.org/dynasm.html\n${architecture.describe()}`;
}
