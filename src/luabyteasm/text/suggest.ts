import { suggest } from "../../diagnostics/suggest.js";

const longestWord = 40;

/** The known word that a mistyped one probably means: the same but for case, or a near one. */
export function suggestWord(word: string, known: Iterable<string>): string | undefined {
  if (word.length > longestWord) return undefined;
  const byLowerCase = new Map(Array.from(known, (name) => [name.toLowerCase(), name]));
  const lower = word.toLowerCase();
  return byLowerCase.get(lower) ?? byLowerCase.get(suggest(lower, byLowerCase.keys()) ?? "");
}

/** `did you mean X?`, or undefined when nothing is near. */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  const suggestion = suggestWord(word, known);
  return suggestion === undefined ? undefined : `did you mean ${suggestion}?`;
}
