import { isWord } from "./characters.js";
import { StatementError } from "./statement-error.js";

/** Names that stand for other text: the user's first, then those of the architecture. */
export interface Defines {
  readonly user: Map<string, string>;
  /** Sizes of declared types under `#Type`, which come after the user's names. */
  readonly typeSizes: Map<string, string>;
  /** Whether a user define is named like the second half of a register token (`d0`): then tokens can be replaced again. */
  shadowsTokens: boolean;
  registerToken: (word: string) => string | undefined;
}

const maximumPasses = 100;

/** Longest text of one statement, in characters; growth beyond it is runaway expansion. */
export const maximumStatementLength = 1_000_000;

const tokenSuffix = /^[qdwbfoy](?:[0-9a-f]R?)?$/;

export function createDefines(): Defines {
  return {
    user: new Map(),
    typeSizes: new Map(),
    shadowsTokens: false,
    registerToken: () => undefined,
  };
}

/** Adds or replaces a user define. */
export function setDefine(defines: Defines, name: string, value: string): void {
  defines.user.set(name, value);
  if (tokenSuffix.test(name)) defines.shadowsTokens = true;
}

interface Pass {
  readonly text: string;
  /** The last word replaced, or undefined if nothing was. */
  readonly lastWord: string | undefined;
  /** Whether only register names were replaced, whose tokens are never replaced again. */
  readonly final: boolean;
}

function lookUp(defines: Defines, word: string): string | undefined {
  const value = defines.user.get(word);
  if (value !== undefined) return value;
  return word.charCodeAt(0) === 35 ? defines.typeSizes.get(word) : undefined;
}

/** Replaces all words once, from left to right. */
function substituteOnce(defines: Defines, text: string): Pass {
  let output = "";
  let copied = 0;
  let lastWord: string | undefined;
  let final = !defines.shadowsTokens;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (!isWord(code) && !(code === 35 && isWord(text.charCodeAt(at + 1)))) {
      at++;
      continue;
    }
    const start = at++;
    while (at < text.length && isWord(text.charCodeAt(at))) at++;
    // Names never begin with a digit.
    if (code >= 48 && code <= 57) continue;
    const word = text.slice(start, at);
    let value = lookUp(defines, word);
    if (value !== undefined) final = false;
    else value = defines.registerToken(word);
    if (value === undefined) continue;
    output += text.slice(copied, start) + value;
    copied = at;
    lastWord = word;
  }
  return lastWord === undefined
    ? { text, lastWord, final: true }
    : { text: output + text.slice(copied), lastWord, final };
}

/**
 * Replaces the defined words of a text until nothing is left to replace.
 * Throws a fatal StatementError for a define that never comes to an end.
 */
export function substituteDefines(defines: Defines, text: string): string {
  let current = text;
  for (let pass = 1; pass <= maximumPasses; pass++) {
    const result = substituteOnce(defines, current);
    if (result.lastWord === undefined || result.final) return result.text;
    if (pass === maximumPasses || result.text.length > maximumStatementLength) {
      throw new StatementError(
        {
          code: "recursive-define",
          classic: `recursive define involving \`${result.lastWord}'`,
        },
        true,
      );
    }
    current = result.text;
  }
  return current;
}
