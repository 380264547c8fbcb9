import type { CommandModel, OptionModel } from "./command-model.js";

/** What a page says besides the commands and options. */
export interface ManualPageText {
  readonly version: string;
  /** Paragraphs of the description. */
  readonly description: readonly string[];
  /** Sections behind the commands: entries of a term and its text. */
  readonly sections: readonly {
    readonly title: string;
    readonly entries: readonly (readonly [term: string, text: string])[];
  }[];
  readonly seeAlso: string;
}

/** Text that roff prints as it is. */
function escapeRoff(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("'", "\\(aq")
    .replaceAll("`", "\\(ga")
    .replace(/^\./gm, "\\&.");
}

function argument(text: string): string {
  return `"${escapeRoff(text).replaceAll('"', "\\(dq")}"`;
}

function entry(term: string, text: string): string {
  return `.TP\n${term}\n${escapeRoff(text)}\n`;
}

function optionTerm({ names, value }: OptionModel): string {
  const shown = names.map((name) => `\\fB${escapeRoff(name)}\\fR`).join(", ");
  return value === undefined ? shown : `${shown} \\fI${escapeRoff(value)}\\fR`;
}

function optionEntry(option: OptionModel): string {
  const { choices, description } = option;
  const told = choices.every((choice) => description.includes(choice));
  return entry(optionTerm(option), told ? description : `${description} (${choices.join(", ")})`);
}

function commandSection(command: CommandModel, path: string): string {
  const usage = `\\fB${escapeRoff(path)}\\fR ${escapeRoff(command.usage)}`.trimEnd();
  const operands = command.operands
    .filter(({ description }) => description !== "")
    .map(({ name, description, choices }) => {
      const list = choices.length === 0 || command.name === "help" ? "" : `: ${choices.join(", ")}`;
      return entry(`\\fI${escapeRoff(name)}\\fR`, description + list);
    });
  const options = command.options.map(optionEntry);
  const children = command.commands.map((child) => commandSection(child, `${path} ${child.name}`));
  const own = `.SS ${argument(path)}\n${usage}\n.PP\n${escapeRoff(command.description)}\n${operands.join("")}${options.join("")}`;
  return own + children.join("");
}

/** Makes a manual page (section 1, in roff with the man macros) for a command. */
export function manualPage(command: CommandModel, text: ManualPageText): string {
  const { name, description } = command;
  const usages = command.commands.map(
    (child) => `.br\n\\fB${escapeRoff(`${name} ${child.name}`)}\\fR ${escapeRoff(child.usage)}\n`,
  );
  const sections = text.sections.map(
    ({ title, entries }) =>
      `.SH ${argument(title)}\n${entries.map(([term, body]) => entry(`\\fB${escapeRoff(term)}\\fR`, body)).join("")}`,
  );
  return `.\\" Made from the definitions of the command line by \`dynasm man ${name}'.
.TH ${argument(name.toUpperCase())} 1 "" ${argument(`${name} ${text.version}`)} "User Commands"
.SH NAME
${escapeRoff(name)} \\- ${escapeRoff(description)}
.SH SYNOPSIS
${usages.join("").replace(/^\.br\n/, "")}.SH DESCRIPTION
${text.description.map(escapeRoff).join("\n.PP\n")}
.SH COMMANDS
${command.commands.map((child) => commandSection(child, `${name} ${child.name}`)).join("")}${sections.join("")}.SH "SEE ALSO"
${escapeRoff(text.seeAlso)}
`;
}
