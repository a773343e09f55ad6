// Completion for zsh.
import type { CommandWords, Flag, Value } from "./words.js";

export function zshCompletion(commands: readonly CommandWords[]): string {
  const described = commands.map(({ name, help }) => `    ${quote(`${escape(name)}:${help}`)}`);
  return `#compdef multi-node
# zsh completion of multi-node
_multi_node() {
  local command="" index
  local -a known=(
${described.join("\n")}
  )
  for ((index = 2; index < CURRENT; index++)); do
    [[ "\${words[index]}" == -- ]] && { _files; return }
    [[ -z "$command" && -n "\${known[(r)\${words[index]}:*]}" ]] && command="\${words[index]}"
  done
  if [[ -z "$command" && "\${words[CURRENT]}" != -* && "\${words[CURRENT - 1]}" != -* ]]; then
    _describe command known
    _files
    return
  fi
  case "$command" in
${commands.map(caseOfCommand).join("\n")}
  esac
}
if [[ "\${funcstack[1]}" == _multi_node || "\${funcstack[1]}" == _multi-node ]]; then
  _multi_node "$@"
else
  compdef _multi_node multi-node
fi
`;
}

function caseOfCommand({ name, flags, argument, isDefault }: CommandWords): string {
  const specs = [
    ...flags.flatMap(specsOf),
    ...(isDefault ? [] : [quote(`1:command:(${name})`)]),
    quote(argumentSpec(argument)),
  ];
  return [
    `    ${isDefault ? `""|${name}` : name})`,
    "      _arguments -s \\",
    `        ${specs.join(" \\\n        ")}`,
    "      ;;",
  ].join("\n");
}

function specsOf({ names, help, value }: Flag): string[] {
  return names.map((name) =>
    quote(`*${name}[${help.replace(/[[\]]/g, "\\$&")}]${value.kind === "none" ? "" : `:value:${actionOf(value)}`}`),
  );
}

function argumentSpec(argument: Value): string {
  return `*:argument:${actionOf(argument)}`;
}

function actionOf(value: Value): string {
  if (value.kind === "words") return `(${value.words.join(" ")})`;
  return value.kind === "path" ? "_files" : " ";
}

function escape(name: string): string {
  return name.replaceAll(":", "\\:");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
