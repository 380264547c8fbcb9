// Character classes of the source text. They are defined over bytes; the host language's own
// notions of blank and word differ outside ASCII.

/** Tab, line feed, vertical tab, form feed, carriage return, blank. */
export function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

/** A letter, a digit or an underscore. */
export function isWord(code: number): boolean {
  return (
    (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95
  );
}

/** Index of the first character at or after `from` that is no blank, or the length of the text. */
export function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && isBlank(text.charCodeAt(at))) at++;
  return at;
}

/** The text without blanks at both ends. */
export function trimBlanks(text: string): string {
  const start = skipBlanks(text, 0);
  let end = text.length;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

/** A letter or an underscore, followed by any number of word characters. */
export function isIdentifier(text: string): boolean {
  if (text.length === 0) return false;
  const first = text.charCodeAt(0);
  if (!isWord(first) || (first >= 48 && first <= 57)) return false;
  for (let at = 1; at < text.length; at++) if (!isWord(text.charCodeAt(at))) return false;
  return true;
}
