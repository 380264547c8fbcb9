import { StatementError } from "./statement-error.js";

/** What a name stands for. */
interface Replacement {
  readonly text: string;
  /** Whether nothing in the text can be replaced again, whatever is defined later. */
  readonly settled: boolean;
}

/** Names that stand for other text: the user's first, then those of the architecture and of types. */
export interface Defines {
  readonly user: Map<string, string>;
  /** Sizes of declared types under `#Type`. */
  readonly typeSizes: Map<string, string>;
  /** All names with what they are replaced with. */
  readonly replacements: Map<string, Replacement>;
  /** Whether a user define is named like the second half of a register token (`d0`) or like a number: then these can be replaced again. */
  shadowsSettled: boolean;
}

const maximumPasses = 100;

/** Longest text of one statement, in characters; growth beyond it is runaway expansion. */
export const maximumStatementLength = 1_000_000;

/** A register token, a number or nothing. */
const settledText = /^(?:@[qdwbfoy](?:[0-9a-f]R?)?|[0-9]\w*|)$/;
const settledName = /^(?:[qdwbfoy](?:[0-9a-f]R?)?|[0-9].*)$/;

export function createDefines(): Defines {
  return { user: new Map(), typeSizes: new Map(), replacements: new Map(), shadowsSettled: false };
}

/** Adds or replaces a user define. */
export function setDefine(defines: Defines, name: string, value: string): void {
  defines.user.set(name, value);
  defines.replacements.set(name, { text: value, settled: settledText.test(value) });
  if (settledName.test(name)) defines.shadowsSettled = true;
}

/** Adds the size of a declared type. */
export function setTypeSize(defines: Defines, type: string, size: string): void {
  const name = `#${type}`;
  defines.typeSizes.set(name, size);
  if (!defines.user.has(name)) defines.replacements.set(name, { text: size, settled: false });
}

/** Adds the register names of an architecture, which stand for internal tokens. */
export function setRegisters(
  defines: Defines,
  tokens: Iterable<readonly [name: string, token: string]>,
): void {
  for (const [name, token] of tokens) {
    if (!defines.user.has(name)) defines.replacements.set(name, { text: token, settled: true });
  }
}

/** Words, with the mark that the sizes of types have. */
const words = /#?[A-Za-z0-9_]+/g;

/** A text after one pass over its words. */
export interface Substitution {
  readonly text: string;
  /** The last word replaced, or undefined if nothing was. */
  readonly lastWord: string | undefined;
  /** Whether a further pass would find nothing. */
  readonly final: boolean;
}

/** Replaces all words once, from left to right. */
export function substituteOnce(defines: Defines, text: string): Substitution {
  const { replacements } = defines;
  let lastWord: string | undefined;
  let final = !defines.shadowsSettled;
  const output = text.replace(words, (word) => {
    const replacement = replacements.get(word);
    if (replacement === undefined) return word;
    final &&= replacement.settled;
    lastWord = word;
    return replacement.text;
  });
  return { text: output, lastWord, final: final || lastWord === undefined };
}

/**
 * Replaces the defined words of a text until nothing is left to replace.
 * Throws a fatal StatementError for a define that never comes to an end.
 */
export function substituteDefines(defines: Defines, text: string): string {
  let current = text;
  for (let pass = 1; pass <= maximumPasses; pass++) {
    const result = substituteOnce(defines, current);
    if (result.final) return result.text;
    if (pass === maximumPasses || result.text.length > maximumStatementLength) {
      throw new StatementError(
        { code: "recursive-define", classic: `recursive define involving \`${result.lastWord}'` },
        true,
      );
    }
    current = result.text;
  }
  return current;
}
