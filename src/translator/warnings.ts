/** The warnings of the translator: name and meaning. `-Wno-NAME` turns one off. */
export const warningDescriptions = {
  "unbraced-control":
    "an if, else, for or while without braces is followed by assembler lines that become several statements",
  "duplicate-global-label": "a global label is defined twice",
  "undefined-global-label": "a global label is used and never defined",
  "local-label-without-target": "<n or >n without such a label before or after it",
  "stack-pointer-part": "sp, or esp in 64-bit code, is a register operand",
  "register-like-name": "a name that looks like a register is passed on as an expression",
  "register-in-expression": "a register inside an expression becomes text that the host language cannot read",
  "segment-expression": "fs:[...] and the like are passed on as expressions",
  "rip-expression": "[rip+...] is passed on as an expression",
  "ptr-expression": "the keyword ptr of other assemblers is passed on as an expression",
  "undeclared-type": "Type:register with a type that is not declared is passed on as an expression",
  "scale-digits": "only the first digit of a scale is read",
  "high-byte-with-rex": "ah, ch, dh or bh in an instruction with a REX prefix is another register",
  "label-displacement": "a label as displacement behind a register breaks the code in 64-bit mode",
  "address-displacement": "an address as displacement is taken for the number of a pc label",
  "size-keyword-changes-code": "a size keyword turns the instruction into another one",
  "wrong-encoding": "the version translated for encodes the instruction wrongly",
} as const satisfies Readonly<Record<string, string>>;

export type WarningName = keyof typeof warningDescriptions;

export function isWarningName(name: string): name is WarningName {
  return Object.hasOwn(warningDescriptions, name);
}
