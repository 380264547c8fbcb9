import type { HostLanguage } from "../host-language.js";

/** What the header comment says. */
export interface HeaderFacts {
  readonly architecture: string;
  readonly fileName: string;
  readonly version: string;
}

/**
 * Prints everything that the translator generates, in one host language. Texts are lists of lines
 * without line ends. To support another host language, add a file beside `c.ts` and `lua.ts`.
 */
export interface Emitter extends HostLanguage {
  /** The version string that the header shows for an encoder version. */
  headerVersion(engine: string): string;
  header(facts: HeaderFacts): readonly string[];
  versionCheck(versionNumber: number): readonly string[];
  /** `args` are the arguments, each with a comma in front. */
  putCall(indentation: string, offset: number, args: string): string;
  sections(names: readonly string[]): readonly string[];
  type(typeNumber: number, ctype: string): readonly string[];
  /** `numbers` are the bytes in decimal, separated by commas. */
  actionList(name: string, count: number, numbers: string): readonly string[];
  globals(prefix: string, names: readonly string[]): readonly string[];
  globalNames(name: string, names: readonly string[]): readonly string[];
  externNames(name: string, names: readonly string[]): readonly string[];
}

/** Two blanks, and the number that reaches column 75 is the last one of its line. */
const indentation = "  ";
const lineWidth = 75;

/** The lines of an action list, from its numbers separated by commas. */
export function wrapNumbers(numbers: string): readonly string[] {
  const lines: string[] = [];
  const leastComma = lineWidth - indentation.length - 1;
  let start = 0;
  for (;;) {
    const comma = numbers.indexOf(",", start + leastComma);
    if (comma < 0) break;
    lines.push(indentation + numbers.slice(start, comma + 1));
    start = comma + 1;
  }
  lines.push(indentation + numbers.slice(start));
  return lines;
}

/** The part of a global label's name that identifiers can carry: up to the first `@`. */
export function labelIdentifier(name: string): string {
  const at = name.indexOf("@");
  return at < 0 ? name : name.slice(0, at);
}

/** Upper case of ASCII letters only, whatever the bytes above mean. */
export function upperCase(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

/** The number of a type as generated names show it. */
export function typeSuffix(typeNumber: number): string {
  return typeNumber.toString(16).toUpperCase();
}
