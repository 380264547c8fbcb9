/** The warnings of the translator: name and meaning. `-Wno-NAME` turns one off. */
export const warningDescriptions = {
  "unbraced-control":
    "an if, else, for or while without braces is followed by assembler lines that become several statements",
  "duplicate-global-label": "a global label is defined twice",
  "undefined-global-label": "a global label is used and never defined",
  "stack-pointer-part": "sp, or esp in 64-bit code, is a register operand",
  "local-label-without-target": "<n or >n without such a label before or after it",
} as const satisfies Readonly<Record<string, string>>;

export type WarningName = keyof typeof warningDescriptions;

export function isWarningName(name: string): name is WarningName {
  return Object.hasOwn(warningDescriptions, name);
}
