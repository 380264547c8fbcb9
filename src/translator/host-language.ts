/**
 * Texts that depend on the language of the generated code. One implementation per host language;
 * everything else in the translator is the same for all of them.
 */
export interface HostLanguage {
  readonly name: "c" | "lua";
  /** Argument text for the address operand `&expression`. */
  address(expression: string): string;
  /** The two argument texts (low and high 32 bits) of a `mov64` immediate or address. */
  mov64Halves(expression: string): readonly [low: string, high: string];
  /** The two argument texts of an 8-byte data item. */
  qwordHalves(expression: string): readonly [low: string, high: string];
  /**
   * Argument text for the displacement of a `.type` access. `tail` is what follows the type name
   * (leading blanks removed), for example `->field` or `[i].field`. Returns undefined when this
   * host language cannot express it.
   */
  typeMember(typeNumber: number, tail: string): string | undefined;
  /** What `#Type` stands for. */
  sizeOf(ctype: string): string;
}
