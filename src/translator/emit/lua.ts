import { type Emitter, labelIdentifier, typeSuffix, upperCase, wrapNumbers } from "./emitter.js";

function zeroBasedList(name: string, entries: readonly string[], indentation: string): readonly string[] {
  return [
    `local ${name} = {`,
    ...entries.map((entry, index) => `${indentation}${index === 0 ? "[0] = " : ""}"${entry}",`),
    "}",
  ];
}

/** The bracketed text at the start, brackets included. */
function indexAtStart(text: string): string | undefined {
  if (!text.startsWith("[")) return undefined;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "[") depth++;
    else if (character === "]" && --depth === 0) return text.slice(0, at + 1);
  }
  return undefined;
}

/** An optional index in brackets, then a field; what follows an index and is no field has no meaning. */
function typeMember(typeNumber: number, tail: string): string | undefined {
  const number = typeSuffix(typeNumber);
  const index = indexAtStart(tail);
  const rest = index === undefined ? tail : tail.slice(index.length);
  const field = /^(?:->|\.)([\s\S]*)$/.exec(rest)?.[1];
  const indexText = index === undefined ? undefined : `Da${number}(${index.slice(1, -1)})`;
  const fieldText = field === undefined ? undefined : `Dt${number}("${field}")`;
  if (indexText !== undefined && fieldText !== undefined) return `${indexText}+${fieldText}`;
  return indexText ?? fieldText;
}

function typeFunctions(typeNumber: number, ctype: string): readonly string[] {
  const number = typeSuffix(typeNumber);
  return [
    `local Dt${number}; do local ct=ffi.typeof("${ctype}"); function Dt${number}(f) return ffi.offsetof(ct,f) or error(string.format("'struct ${ctype}' has no member named '%s'", f)) end; end`,
    `local Da${number}; do local sz=ffi.sizeof("${ctype}"); function Da${number}(i) return i*sz end; end`,
  ];
}

/** Prints Lua for LuaJIT. */
export const luaEmitter: Emitter = {
  name: "lua",

  address: (expression) => `(${expression})`,
  mov64Halves: (expression) => [
    `ffi.cast("uintptr_t", ${expression}) % 2^32`,
    `ffi.cast("uintptr_t", ${expression}) / 2^32`,
  ],
  qwordHalves: (expression) => [
    `ffi.cast("uint64_t", ${expression}) % 2^32`,
    `ffi.cast("uint64_t", ${expression}) / 2^32`,
  ],
  typeMember,
  sizeOf: (ctype) => `ffi.sizeof("${ctype}")`,

  headerVersion: (engine) => (engine === "1.4" ? "1.4.0_luamode" : `${engine}.0`),
  header: ({ architecture, fileName, version }) => [
    "--",
    "-- This file has been pre-processed with DynASM.",
    "-- http://luajit.org/dynasm.html",
    `-- DynASM version ${version}, DynASM ${architecture} version ${version}`,
    `-- DO NOT EDIT! The original file is in "${fileName}".`,
    "--",
    "",
  ],
  versionCheck: (versionNumber) => [
    `if dasm._VERSION ~= ${versionNumber} then`,
    '  error("Version mismatch between DynASM and included encoding engine")',
    "end",
  ],
  putCall: (indentation, offset, args) => `${indentation}dasm.put(Dst, ${offset}${args})`,
  sections: (names) => [
    ...names.map((name, index) => `local DASM_SECTION_${upperCase(name)}\t= ${index}`),
    `local DASM_MAXSECTION\t= ${names.length}`,
  ],
  type: typeFunctions,
  actionList: (name, count, numbers) => [
    `local ${name} = ffi.new('const uint8_t[${count}]', {`,
    ...wrapNumbers(numbers),
    "})",
    "",
  ],
  globals: (prefix, names) => [
    ...names.map((name, index) => `local ${prefix}${labelIdentifier(name)}\t= ${index}`),
    `local ${prefix}_MAX\t= ${names.length}`,
    `local DASM_MAXGLOBAL\t= ${names.length}`,
  ],
  globalNames: (name, entries) => zeroBasedList(name, entries, "  "),
  externNames: (name, entries) => zeroBasedList(name, entries, ""),
};
