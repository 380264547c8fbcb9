import type { EngineVersion } from "./architecture.js";
import { cEmitter } from "./emit/c.js";
import { luaEmitter } from "./emit/lua.js";
import { createX86Architecture } from "./x86/index.js";

/** First lines of the original's description, which name its versions. */
const TITLES: Readonly<Record<EngineVersion, string>> = {
  "1.3": "DynASM version 1.3.0, https://luajit.org/dynasm.html",
  "1.4": "DynASM version 1.4.0_luamode, released 2015-10-18, http://luajit.org/dynasm.html",
  "1.5": "DynASM version 1.5.0, released 2021-05-02, https://luajit.org/dynasm.html",
};

/** The description of an architecture that `-A` prints, or undefined if there is no such architecture. */
export function describeArchitecture(name: string, engine: EngineVersion): string | undefined {
  if (name !== "x86" && name !== "x64") return undefined;
  const architecture = createX86Architecture(name, {
    engine,
    host: engine === "1.4" ? luaEmitter : cEmitter,
    globalLabelNumber: () => 10,
    externNumber: () => 0,
    declaredType: () => undefined,
  });
  return `${TITLES[engine]}\n${architecture.describe()}`;
}
