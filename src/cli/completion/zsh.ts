import type { CommandModel, OptionModel } from "./command-model.js";

/** A description inside the brackets of an _arguments specification, within single quotes. */
function escapeSpec(text: string): string {
  return text
    .replaceAll("\\", "\\\\")
    .replaceAll("'", "'\\''")
    .replace(/[[\]:]/g, "\\$&");
}

/** Not just the command's name: that one belongs to the function that chooses between the commands. */
function functionName(path: readonly string[]): string {
  return `_dynasm__${path.join("_").replace(/[^A-Za-z0-9_]/g, "_")}`;
}

function valueAction(option: OptionModel): string {
  if (option.value === undefined) return "";
  const name = escapeSpec(
    option.value
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, " ")
      .trim(),
  );
  if (option.choices.length > 0) return `:${name}:(${option.choices.join(" ")})`;
  if (option.value === "DIR") return `:${name}:_files -/`;
  return `:${name}:${/FILE|PATH|^OUT/i.test(option.value) ? "_files" : "_default"}`;
}

/** Specifications of an option; it may be given again. */
function optionSpecs(option: OptionModel): readonly string[] {
  return option.names.map((name) => {
    const joined = option.value !== undefined && name.startsWith("--") ? "=" : "";
    return `'*${name}${joined}[${escapeSpec(option.description)}]${valueAction(option)}'`;
  });
}

function operandSpec(command: CommandModel): string {
  const choices = command.operands[0]?.choices ?? [];
  return choices.length > 0
    ? `'1:${escapeSpec(command.operands[0]?.name ?? "")}:(${choices.join(" ")})'`
    : "";
}

function leafFunction(path: readonly string[], command: CommandModel): string {
  const specs = [...command.options.flatMap(optionSpecs), operandSpec(command), "'*:file:_files'"];
  return `${functionName(path)}() {
  _arguments -S ${specs.filter((spec) => spec !== "").join(" \\\n    ")}
}
`;
}

/** A command with subcommands: the first word chooses; a file name is what the command itself works on. */
function branchFunction(path: readonly string[], command: CommandModel): string {
  const name = functionName(path);
  const names = command.commands.map(
    (child) => `    '${escapeSpec(child.name)}:${escapeSpec(child.description)}'`,
  );
  const branches = command.commands.map(
    (child) => `      ${child.name}) ${functionName([...path, child.name])} ;;`,
  );
  return `${name}_commands() {
  local -a commands=(
${names.join("\n")}
  )
  _describe command commands
  _files
}

${name}() {
  local curcontext=$curcontext state line
  _arguments -C ${[...command.options.flatMap(optionSpecs), `'1: :${name}_commands'`, "'*::argument:->rest'"].join(" \\\n    ")}
  if [[ $state == rest ]]; then
    case $line[1] in
${branches.join("\n")}
      *) _files ;;
    esac
  fi
}

${command.commands.map((child) => makeFunctions([...path, child.name], child)).join("\n")}`;
}

function makeFunctions(path: readonly string[], command: CommandModel): string {
  return command.commands.length === 0 ? leafFunction(path, command) : branchFunction(path, command);
}

/** Makes the zsh completion script for commands. */
export function zshCompletion(commands: readonly CommandModel[]): string {
  const names = commands.map(({ name }) => name);
  return `#compdef ${names.join(" ")}
# zsh completion for ${names.join(" and ")}, made by \`dynasm completion zsh'.

${commands.map((command) => makeFunctions([command.name], command)).join("\n")}
_dynasm() {
  case $service in
${names.map((name) => `    ${name}) ${functionName([name])} ;;`).join("\n")}
  esac
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _dynasm "$@"
else
  compdef _dynasm ${names.join(" ")}
fi
`;
}
