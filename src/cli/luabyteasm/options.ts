import type { OptionSpec } from "./command.js";

export const outputOption: OptionSpec = {
  long: "output",
  short: "o",
  value: "file",
  help: "where to write; - is standard output",
};

export const folderOption: OptionSpec = {
  long: "output-dir",
  short: "d",
  value: "folder",
  help: "write one file per input into this folder, which is created if need be",
};

export const depfileOption: OptionSpec = {
  long: "depfile",
  value: "file",
  help: "write make rules that say what each output depends on",
};

export const strictOption: OptionSpec = {
  long: "strict",
  help: "treat warnings about the text as errors",
};

export const checkOption: OptionSpec = {
  long: "check",
  help: "run the verifier first; its errors keep the command from going on",
};

/** Options about messages, which every command has. */
export const messageOptions: readonly OptionSpec[] = [
  {
    long: "diagnostics-format",
    value: "format",
    choices: ["gnu", "json"],
    help: "gnu: file:line:column: severity: text [code]; json: one object per line",
  },
  {
    long: "color",
    value: "when",
    choices: ["auto", "always", "never"],
    help: "colour messages: auto (the default: on a terminal), always or never",
  },
];
