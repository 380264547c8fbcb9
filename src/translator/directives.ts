import { runCapture, runDumpcapture, runEndcapture } from "./captures.js";
import { isIdentifier, isWord } from "./characters.js";
import { runElif, runElse, runEndif, runIf } from "./conditionals.js";
import { setDefine, setRegisters, setTypeSize } from "./defines.js";
import { runInclude } from "./includes.js";
import { runEndmacro, runMacroDirective } from "./macros.js";
import type { DeferredBlock } from "./output.js";
import { appendSectionSwitch, flush } from "./pending-code.js";
import { fatalError, statementError, wholeStatement } from "./problems.js";
import { type Directive, forgetStatements, type StatementAction } from "./state.js";
import { defineStatement, hasStatement } from "./statement-table.js";
import { writeBlock, writeLines } from "./write-output.js";

const versionNumbers = { "1.3": 10300, "1.4": 10400, "1.5": 10500 } as const;

const runArch: StatementAction = (state, [name = ""]) => {
  const loaded = state.architecture;
  if (loaded !== undefined) {
    if (state.options.language !== "lua") {
      throw fatalError("duplicate-arch", "duplicate .arch statement", wholeStatement);
    }
    if (loaded.name === name) return;
    // The reference's text ends here, without the name.
    throw fatalError("duplicate-arch", "invalid .arch statement. arch already loaded: `");
  }
  for (let at = 0; at < name.length; at++) {
    if (!isWord(name.charCodeAt(at))) throw fatalError("bad-arch-name", "bad arch name");
  }
  if (name === "") throw fatalError("bad-arch-name", "bad arch name");
  const architecture = state.createArchitecture(name, state);
  if (architecture === undefined) {
    throw fatalError(
      "unknown-arch",
      `cannot load module: unknown architecture \`${name}'`,
      { kind: "parameter", index: 0 },
      "the architectures are x86 and x64",
    );
  }
  state.architecture = architecture;
  setRegisters(state.defines, architecture.registerTokens());
  forgetStatements(state);
  writeLines(state, state.emitter.versionCheck(versionNumbers[state.options.dasmVersion]));
};

const runDefine: StatementAction = (state, [name = "", value = "1"]) => {
  if (!isIdentifier(name)) {
    throw statementError(
      "bad-define",
      "bad or duplicate define",
      undefined,
      "a name is a letter or _ followed by letters, digits and _; known names are replaced by their values first",
    );
  }
  setDefine(state.defines, name, value);
  forgetStatements(state);
};

const runError: StatementAction = (_, [message = ""]) => {
  throw statementError("user-error", message, wholeStatement);
};

const runFatal: StatementAction = (_, [message = ""]) => {
  throw fatalError("user-fatal", message, wholeStatement);
};

const sectionName = /^[A-Za-z][A-Za-z0-9_]*$/;

const runSection: StatementAction = (state, names) => {
  if (state.sections.length > 0) {
    throw statementError("duplicate-section", "duplicate section definition", wholeStatement);
  }
  flush(state);
  names.forEach((name, index) => {
    const opcode = `.${name}`;
    const clashes = hasStatement(state, opcode, 0);
    if (!sectionName.test(name) || clashes) {
      throw statementError("bad-section-name", `bad section name \`${name}'`, { kind: "parameter", index });
    }
    state.sections = [...state.sections, name];
    defineStatement(state, opcode, 0, (current) => appendSectionSwitch(current, index));
  });
  writeLines(state, state.emitter.sections(names));
};

/** A directive whose text is written where it stands, but with the final contents. */
function deferred(block: (name: string) => DeferredBlock): StatementAction {
  return (state, [name = ""]) => writeBlock(state, block(name));
}

const runType: StatementAction = (state, [name = "", ctype = "", register]) => {
  if (!isIdentifier(name)) throw statementError("bad-type-name", `bad type name \`${name}'`);
  if (state.types.has(name)) throw statementError("duplicate-type", `duplicate type \`${name}'`);
  const token = register === undefined ? undefined : state.architecture?.baseRegister(register);
  const number = state.types.size + 1;
  state.types.set(name, { name, number, ctype, ...(token === undefined ? {} : { register: token }) });
  setTypeSize(state.defines, name, state.emitter.sizeOf(ctype));
  state.architecture?.forgetTypes();
  forgetStatements(state);
  writeLines(state, state.emitter.type(number, ctype));
};

/** Opcodes that only exist to be ignored. */
const ignore: StatementAction = () => {};

/** The translator's own statements. Adding one means adding a row. */
export const directives: ReadonlyMap<string, Directive> = new Map<string, Directive>([
  [".arch", { minimum: 1, maximum: 1, beforeArch: true, run: runArch }],
  [".include", { minimum: 1, maximum: 1, beforeArch: true, run: runInclude }],
  [".if", { minimum: 1, maximum: 1, beforeArch: true, run: runIf }],
  [".elif", { minimum: 1, maximum: 1, beforeArch: true, run: runElif }],
  [".else", { minimum: 0, maximum: 0, beforeArch: true, run: runElse }],
  [".endif", { minimum: 0, maximum: 0, beforeArch: true, run: runEndif }],
  [".define", { minimum: 1, maximum: 2, run: runDefine }],
  [".error", { minimum: 1, maximum: 1, run: runError }],
  [".fatal", { minimum: 1, maximum: 1, run: runFatal }],
  [".nop", { minimum: 0, maximum: Number.POSITIVE_INFINITY, run: ignore }],
  [".macro", { minimum: 0, maximum: Number.POSITIVE_INFINITY, run: runMacroDirective }],
  [".endmacro", { minimum: 0, maximum: 0, run: runEndmacro }],
  [".capture", { minimum: 1, maximum: 1, run: runCapture }],
  [".endcapture", { minimum: 0, maximum: 0, run: runEndcapture }],
  [".dumpcapture", { minimum: 1, maximum: 1, run: runDumpcapture }],
  [".section", { minimum: 0, maximum: Number.POSITIVE_INFINITY, run: runSection }],
  [".actionlist", { minimum: 1, maximum: 1, run: deferred((name) => ({ kind: "action-list", name })) }],
  [".globals", { minimum: 1, maximum: 1, run: deferred((prefix) => ({ kind: "globals", prefix })) }],
  [".globalnames", { minimum: 1, maximum: 1, run: deferred((name) => ({ kind: "global-names", name })) }],
  [".externnames", { minimum: 1, maximum: 1, run: deferred((name) => ({ kind: "extern-names", name })) }],
  [".type", { minimum: 2, maximum: 3, run: runType }],
]);
