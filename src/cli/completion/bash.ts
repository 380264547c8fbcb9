import type { CommandModel, OptionModel } from "./command-model.js";

/** A word that neither the shell nor a pattern sees as anything else. */
function quote(words: readonly string[]): string {
  return `'${words.join(" ").replaceAll("'", "'\\''")}'`;
}

interface Place {
  /** Names from the root on, joined by blanks. */
  readonly path: string;
  readonly command: CommandModel;
}

function placesOf(command: CommandModel, before = ""): readonly Place[] {
  const path = before + command.name;
  return [{ path, command }, ...command.commands.flatMap((child) => placesOf(child, `${path} `))];
}

function withValue({ value }: OptionModel): boolean {
  return value !== undefined;
}

/** Case branches for the way from one command to its subcommands. */
function descend({ path, command }: Place): string {
  return command.commands.map(({ name }) => `      '${path}:${name}') path='${path} ${name}' ;;\n`).join("");
}

/** Case branches for the options whose value is the next word. */
function valueOptions({ path, command }: Place): string {
  const names = command.options.filter(withValue).flatMap((option) => option.names);
  if (names.length === 0) return "";
  return `    ${names.map((name) => `'${path}:${name}'`).join(" | ")}) return 0 ;;\n`;
}

/** Case branches for values to choose from. */
function choices({ path, command }: Place): string {
  return command.options
    .filter((option) => option.choices.length > 0)
    .map((option) => {
      const patterns = option.names.map((name) => `'${path}:${name}'`).join(" | ");
      return `    ${patterns}) words=${quote(option.choices)} ;;\n`;
    })
    .join("");
}

/** The words that may stand at a place: options behind a dash, else subcommands and choices. */
function words({ path, command }: Place): string {
  const options = command.options.flatMap(({ names }) => names);
  const others = [...command.commands.map(({ name }) => name), ...(command.operands[0]?.choices ?? [])];
  return `    '${path}') options=${quote(options)} others=${quote(others)} ;;\n`;
}

/** Makes the bash completion script for commands. Files are completed by readline wherever no words are known. */
export function bashCompletion(commands: readonly CommandModel[]): string {
  const places = commands.flatMap((command) => placesOf(command));
  const make = (part: (place: Place) => string): string => places.map(part).join("");
  return `# bash completion for ${commands.map(({ name }) => name).join(" and ")}, made by \`dynasm completion bash'.

# Whether the value of an option is the next word.
_dynasm_takes_value() {
  case $1 in
${make(valueOptions)}  esac
  return 1
}

_dynasm_complete() {
  local path=\${1##*/} current=\${COMP_WORDS[COMP_CWORD]} previous= word words= options= others= operands=0 i
  COMPREPLY=()
  # The equals sign of --option=value is a word of its own.
  if [[ $current == = ]]; then
    previous=\${COMP_WORDS[COMP_CWORD - 1]} current=
  elif [[ $COMP_CWORD -gt 1 && \${COMP_WORDS[COMP_CWORD - 1]} == = ]]; then
    previous=\${COMP_WORDS[COMP_CWORD - 2]}
  else
    previous=\${COMP_WORDS[COMP_CWORD - 1]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == = ]]; then
      ((i++))
    elif [[ $word == -?* ]]; then
      if _dynasm_takes_value "$path:$word" && [[ \${COMP_WORDS[i + 1]} != = ]]; then ((i++)); fi
    elif [[ $operands -eq 0 ]]; then
      case $path:$word in
${make(descend)}      *) operands=1 ;;
      esac
    else
      operands=$((operands + 1))
    fi
  done
  case $path:$previous in
${make(choices)}  esac
  if [[ -z $words ]] && _dynasm_takes_value "$path:$previous"; then return 0; fi
  if [[ -z $words ]]; then
    case $path in
${make(words)}    esac
    if [[ $current == -* ]]; then
      words=$options
    elif [[ $operands -eq 0 ]]; then
      words=$others
    fi
  fi
  [[ -n $words ]] && COMPREPLY=($(compgen -W "$words" -- "$current"))
  return 0
}

complete -o bashdefault -o default -F _dynasm_complete ${commands.map(({ name }) => name).join(" ")}
`;
}
