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
  putCall(indentation: string, offset: number, args: readonly string[]): string;
  sections(names: readonly string[]): readonly string[];
  type(typeNumber: number, ctype: string): readonly string[];
  /** `numbers` are the texts of the bytes. */
  actionList(name: string, numbers: readonly string[]): readonly string[];
  globals(prefix: string, names: readonly string[]): readonly string[];
  globalNames(name: string, names: readonly string[]): readonly string[];
  externNames(name: string, names: readonly string[]): readonly string[];
}

const lineWidth = 75;

/** The lines of numbers of an action list: two blanks, then numbers until the line is 75 characters long. */
export function wrapNumbers(numbers: readonly string[]): readonly string[] {
  const lines: string[] = [];
  let line = "  ";
  for (let at = 0; at < numbers.length - 1; at++) {
    line += `${numbers[at]},`;
    if (line.length >= lineWidth) {
      lines.push(line);
      line = "  ";
    }
  }
  lines.push(line + (numbers.at(-1) ?? "255"));
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
