import { type Emitter, labelIdentifier, typeSuffix, upperCase, wrapNumbers } from "./emitter.js";

function stringArray(name: string, entries: readonly string[]): readonly string[] {
  return [
    `static const char *const ${name}[] = {`,
    ...entries.map((entry) => `  "${entry}",`),
    "  (const char *)0",
    "};",
  ];
}

/** Prints C. */
export const cEmitter: Emitter = {
  name: "c",

  address: (expression) => `(ptrdiff_t)(${expression})`,
  mov64Halves: (expression) => [`(unsigned int)(${expression})`, `(unsigned int)((${expression})>>32)`],
  qwordHalves: (expression) => [
    `(unsigned int)(${expression})`,
    `(unsigned int)((unsigned long long)(${expression})>>32)`,
  ],
  typeMember: (typeNumber, tail) => `Dt${typeSuffix(typeNumber)}(${tail})`,
  sizeOf: (ctype) => `sizeof(${ctype})`,

  headerVersion: (engine) => `${engine}.0`,
  header: ({ architecture, fileName, version }) => [
    "/*",
    "** This file has been pre-processed with DynASM.",
    "** https://luajit.org/dynasm.html",
    `** DynASM version ${version}, DynASM ${architecture} version ${version}`,
    `** DO NOT EDIT! The original file is in "${fileName}".`,
    "*/",
    "",
  ],
  versionCheck: (versionNumber) => [
    `#if DASM_VERSION != ${versionNumber}`,
    '#error "Version mismatch between DynASM and included encoding engine"',
    "#endif",
  ],
  putCall: (indentation, offset, args) => `${indentation}dasm_put(Dst, ${offset}${args});`,
  sections: (names) => [
    ...names.map((name, index) => `#define DASM_SECTION_${upperCase(name)}\t${index}`),
    `#define DASM_MAXSECTION\t\t${names.length}`,
  ],
  type: (typeNumber, ctype) => [
    `#define Dt${typeSuffix(typeNumber)}(_V) (int)(ptrdiff_t)&(((${ctype} *)0)_V)`,
  ],
  actionList: (name, count, numbers) => [
    `static const unsigned char ${name}[${count}] = {`,
    ...wrapNumbers(numbers),
    "};",
    "",
  ],
  globals: (prefix, names) => [
    "enum {",
    ...names.map((name) => `  ${prefix}${labelIdentifier(name)},`),
    `  ${prefix}_MAX`,
    "};",
  ],
  globalNames: stringArray,
  externNames: stringArray,
};
