import type { CommandModel, OptionModel } from "./command-model.js";

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** The switches of fish's `complete` for the spellings of an option. */
function spellings(names: readonly string[]): string {
  return names
    .map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`))
    .join(" ");
}

function optionLine(start: string, option: OptionModel): string {
  const value = option.value === undefined ? "" : option.choices.length > 0 ? " -x" : " -r";
  const choices = option.choices.length > 0 ? ` -a ${quote(option.choices.join(" "))}` : "";
  return `${start} ${spellings(option.names)}${value}${choices} -d ${quote(option.description)}\n`;
}

function linesOf(program: string, path: readonly string[], command: CommandModel): string {
  const start = `complete -c ${program} -n ${quote(`__dynasm_at ${path.join(" ")}`.trimEnd())}`;
  const children = command.commands.map(
    ({ name, description }) => `${start} -a ${quote(name)} -d ${quote(description)}\n`,
  );
  const choices = (command.operands[0]?.choices ?? []).map(
    (choice) => `${start} -f -a ${quote(choice)} -d ${quote(command.operands[0]?.description ?? "")}\n`,
  );
  const options = command.options.map((option) => optionLine(start, option));
  const below = command.commands.map((child) => linesOf(program, [...path, child.name], child));
  return [...children, ...choices, ...options, ...below].join("");
}

/** All ways to subcommands, as words joined by blanks. */
function pathsOf(command: CommandModel, before: string): readonly string[] {
  return command.commands.flatMap((child) => {
    const path = `${before} ${child.name}`;
    return [path, ...pathsOf(child, path)];
  });
}

/** Makes the fish completion script for commands. */
export function fishCompletion(commands: readonly CommandModel[]): string {
  const paths = commands.flatMap((command) => pathsOf(command, command.name));
  return `# fish completion for ${commands.map(({ name }) => name).join(" and ")}, made by \`dynasm completion fish'.

# Whether the words before the cursor lead to the subcommand given by the arguments.
function __dynasm_at
    set -l words (commandline -opc)
    set -l path (string replace -r '.*/' '' -- $words[1])
    set -l wanted (string join ' ' -- $path $argv)
    for word in $words[2..-1]
        switch "$path $word"
            case ${paths.map(quote).join(" ")}
                set path "$path $word"
        end
    end
    test "$path" = "$wanted"
end

${commands.map((command) => linesOf(command.name, [], command)).join("\n")}`;
}
