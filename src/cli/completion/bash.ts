// Completion for bash, without the package bash-completion.
import type { CommandWords, Flag, Value } from "./words.js";

export function bashCompletion(commands: readonly CommandWords[]): string {
  const names = commands.map(({ name }) => name);
  return `# bash completion of multi-node
_multi_node() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD - 1]}" command="" flags="" words="" index
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "\${COMP_WORDS[index]}" in
      --) COMPREPLY=($(compgen -f -- "$word")); return ;;
      ${names.join("|")}) command="\${command:-\${COMP_WORDS[index]}}" ;;
    esac
  done
  case "$command" in
${commands.map(caseOfCommand).join("\n")}
  esac
  if [[ "$word" == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$word"))
  elif [[ -z "$command" ]]; then
    COMPREPLY=($(compgen -W "${names.join(" ")}" -- "$word") $(compgen -f -- "$word"))
  elif [[ "$words" == "<path>" ]]; then
    COMPREPLY=($(compgen -f -- "$word"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$word"))
  fi
}
complete -o filenames -F _multi_node multi-node
`;
}

/** The default command is also what holds where none is named. */
function caseOfCommand({ name, flags, argument, isDefault }: CommandWords): string {
  const after = flags.filter(({ value }) => value.kind !== "none").map(caseOfFlag);
  const choice = after.length === 0 ? [] : ['      case "$before" in', ...after, "      esac"];
  return [
    `    ${isDefault ? `""|${name}` : name})`,
    `      flags="${flags.flatMap(({ names }) => names).join(" ")}"`,
    `      words="${wordsOf(argument)}"`,
    ...choice,
    "      ;;",
  ].join("\n");
}

function caseOfFlag({ names, value }: Flag): string {
  const reply = value.kind === "path" ? '-f -- "$word"' : `-W "${wordsOf(value)}" -- "$word"`;
  return `        ${names.join("|")}) COMPREPLY=($(compgen ${reply})); return ;;`;
}

function wordsOf(value: Value): string {
  if (value.kind === "words") return value.words.join(" ");
  return value.kind === "path" ? "<path>" : "";
}
