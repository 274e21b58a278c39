import { PROGRAM } from "../program.js";
import type { CommandDescription, OptionDescription } from "./description.js";
import { COMMANDS } from "./table.js";

/** The shells that command lines can be completed in. */
export type Shell = "bash" | "zsh" | "fish";

/** The script that completes command lines in a shell. */
export function completionScript(shell: Shell): string {
  return { bash, zsh, fish }[shell]();
}

const NAMES = COMMANDS.map(({ name }) => name);

function words({ options }: CommandDescription): string {
  return options
    .flatMap(({ name, short }) => (short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`]))
    .join(" ");
}

/** How an option with a value is written, for the pattern of a case: `--format|-f`. */
function pattern({ name, short }: OptionDescription): string {
  return short === undefined ? `--${name}` : `--${name}|-${short}`;
}

function bash(): string {
  const commands = COMMANDS.map((command) => {
    const values = command.options.flatMap((option) => {
      if (option.kind === "flag") return [];
      if (option.choices !== undefined) {
        return [
          `        ${pattern(option)}) COMPREPLY=($(compgen -W '${option.choices.join(" ")}' -- "$word")); return ;;`,
        ];
      }
      const reply = option.kind === "file" ? 'COMPREPLY=($(compgen -f -- "$word")); return' : "return";
      return [`        ${pattern(option)}) ${reply} ;;`];
    });
    const operands =
      command.operandChoices === undefined
        ? 'COMPREPLY=($(compgen -f -- "$word"))'
        : `COMPREPLY=($(compgen -W '${command.operandChoices.join(" ")}' -- "$word"))`;
    return `    ${command.name})
      case $previous in
${[...values, "        *) ;;"].join("\n")}
      esac
      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W '${words(command)}' -- "$word"))
      else ${operands}; fi
      ;;`;
  });
  return `# bash completion for ${PROGRAM}
_harmony_format() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W '${NAMES.join(" ")} help --help --version' -- "$word"))
    return
  fi
  case \${COMP_WORDS[1]} in
    help) COMPREPLY=($(compgen -W '${NAMES.join(" ")}' -- "$word")) ;;
${commands.join("\n")}
  esac
}
complete -o filenames -F _harmony_format ${PROGRAM}
`;
}

function zsh(): string {
  const commands = COMMANDS.map((command) => {
    const options = command.options.map((option) => {
      const text = zshText(option.help);
      const value = option.kind === "flag" ? "" : `:${option.placeholder ?? "VALUE"}:${zshValues(option)}`;
      const repeats = option.kind === "list" ? "*" : "";
      if (option.short === undefined) return `'${repeats}--${option.name}[${text}]${value}'`;
      return `'(-${option.short} --${option.name})'{-${option.short},--${option.name}}'[${text}]${value}'`;
    });
    const operands =
      command.operandChoices === undefined ? "'*:file:_files'" : `'1:shell:(${command.operandChoices.join(" ")})'`;
    return `    ${command.name})
      _arguments ${[...options, operands].join(" \\\n        ")}
      ;;`;
  });
  return `#compdef ${PROGRAM}
_harmony_format() {
  local -a commands
  commands=(
${COMMANDS.map(({ name, summary }) => `    '${name}:${zshText(summary)}'`).join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
    help) _describe command commands ;;
${commands.join("\n")}
  esac
}
compdef _harmony_format ${PROGRAM}
`;
}

function zshText(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll("[", "\\[").replaceAll("]", "\\]").replaceAll(":", "\\:");
}

function zshValues({ choices, kind }: OptionDescription): string {
  if (choices !== undefined) return `(${choices.join(" ")})`;
  return kind === "file" ? "_files" : "";
}

function fish(): string {
  const start = `complete -c ${PROGRAM}`;
  const lines = [
    `# fish completion for ${PROGRAM}`,
    `${start} -n __fish_use_subcommand -f -l help -s h -d 'Shows the help.'`,
    `${start} -n __fish_use_subcommand -f -l version -s V -d 'Shows the version.'`,
    ...COMMANDS.map(({ name, summary }) => `${start} -n __fish_use_subcommand -f -a ${name} -d '${fishText(summary)}'`),
  ];
  for (const { name, options, operandChoices } of COMMANDS) {
    const condition = `-n '__fish_seen_subcommand_from ${name}'`;
    if (operandChoices !== undefined) lines.push(`${start} ${condition} -f -a '${operandChoices.join(" ")}'`);
    for (const option of options) {
      const letter = option.short === undefined ? "" : ` -s ${option.short}`;
      const value =
        option.kind === "flag"
          ? ""
          : option.choices !== undefined
            ? ` -x -a '${option.choices.join(" ")}'`
            : option.kind === "file"
              ? " -r -F"
              : " -x";
      lines.push(`${start} ${condition} -l ${option.name}${letter}${value} -d '${fishText(option.help)}'`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function fishText(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
}
