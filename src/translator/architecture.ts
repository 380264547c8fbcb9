import type { AssembledStatement } from "./assembled-statement.js";
import type { HostLanguage } from "./host-language.js";

/** The encoder versions whose action lists can be produced. */
export type EngineVersion = "1.3" | "1.4" | "1.5";

/** A type declared with `.type`. */
export interface DeclaredType {
  readonly name: string;
  /** Counted from 1 in order of declaration. */
  readonly number: number;
  readonly ctype: string;
  /** Internal token of the default base register, for example `@q3`. */
  readonly register?: string;
}

/** What an architecture asks the translator core for while it assembles a statement. */
export interface AssemblyEnvironment {
  readonly engine: EngineVersion;
  readonly host: HostLanguage;
  /** Number (10..246) of a global label; allots the next one at the first use. Throws a StatementError when there are too many. */
  globalLabelNumber(name: string): number;
  /** Index (0..255) of an extern symbol; allots the next one at the first use. Throws a StatementError when there are too many. */
  externNumber(name: string): number;
  declaredType(name: string): DeclaredType | undefined;
}

/** An instruction set: everything of the translator that depends on the processor. */
export interface Architecture {
  readonly name: "x86" | "x64";
  /** The token of a register name, or undefined if the word is no register. */
  registerToken(word: string): string | undefined;
  /** Register names with the tokens that they are replaced with (`eax` with `@d0`). */
  registerTokens(): Iterable<readonly [name: string, token: string]>;
  /** Replaces register tokens by the names that users write, for dumps and messages. */
  showRegisters(text: string): string;
  /** Whether the opcode exists with this number of parameters (`exact`), only with other numbers, or not at all. */
  lookup(opcode: string, parameterCount: number): "exact" | "other-count" | "unknown";
  /** Whether the reference does not have this instruction, so that a macro or section may take its name. */
  isExtension(opcode: string, parameterCount: number): boolean;
  /**
   * Assembles one statement. Texts have had their defines substituted. Throws a StatementError; undefined if the
   * opcode does not exist with this number of parameters.
   */
  assemble(opcode: string, parameters: readonly string[]): AssembledStatement | undefined;
  /** To be called after a type was declared: operands may mean something else now. */
  forgetTypes(): void;
  /** Checks the register operand of `.type` and returns its token. Throws a StatementError. */
  baseRegister(text: string): string;
  /** All opcodes, for suggestions. */
  opcodes(): Iterable<string>;
  /** Whether an unknown opcode exists in the other mode of the processor: which one, as a hint for the user. */
  describeOtherMode?(opcode: string): string | undefined;
  /** All register names, for suggestions. */
  registers(): Iterable<string>;
  /** The forms of an opcode, one a line, as a hint for the user; undefined if there is no such opcode. */
  describeForms?(opcode: string): string | undefined;
  /** Description for `-A`, without the first line. */
  describe(): string;
}
