import { PROGRAM } from "../program.js";
import type { CommandDescription, OptionDescription } from "./description.js";
import { COMMANDS, ENVIRONMENT, EXIT_CODES } from "./table.js";

/** How many characters a line of the help has at most; examples are left as they are. */
const WIDTH = 80;

/** The help of the whole program. */
export function programHelp(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length)) + 2;
  return [
    `Usage: ${PROGRAM} COMMAND [options] [FILE ...]`,
    "",
    ...wrap(
      "Renders, parses and checks the Harmony format of the gpt-oss models. Input is files, or standard input where none is named or the name is -.",
    ),
    "",
    "Commands:",
    ...COMMANDS.flatMap(({ name, summary }) => hanging(`  ${name.padEnd(width)}`, summary)),
    "",
    "Options:",
    ...hanging("  -h, --help     ", `Shows this help; ${PROGRAM} COMMAND --help shows that of a command.`),
    ...hanging("  -V, --version  ", "Shows the version."),
    "",
    ...exitCodes(),
    "",
  ].join("\n");
}

/** The help of a command. */
export function commandHelp(command: CommandDescription): string {
  const { name, operands, description, options, examples } = command;
  const labels = options.map((option) => `  ${optionLabel(option)}`);
  const width = Math.min(28, Math.max(...labels.map((label) => label.length)) + 2);
  return [
    `Usage: ${[PROGRAM, name, "[options]", operands].filter((word) => word !== "").join(" ")}`,
    "",
    ...description.flatMap((paragraph) => [...wrap(paragraph), ""]),
    "Options:",
    ...options.flatMap((option, index) => hanging(labels[index]!.padEnd(width), optionHelp(option))),
    "",
    examples.length === 1 ? "Example:" : "Examples:",
    ...examples.flatMap(({ run, prints }) => [
      `  $ ${run}`,
      ...prints
        .replace(/\n$/, "")
        .split("\n")
        .map((line) => (line === "" ? "" : `  ${line}`)),
      "",
    ]),
    ...exitCodes(),
    "",
  ].join("\n");
}

/** How an option is written: `-f, --format FORMAT`. */
export function optionLabel({ name, short, placeholder }: OptionDescription): string {
  const letter = short === undefined ? "    " : `-${short}, `;
  return `${letter}--${name}${placeholder === undefined ? "" : ` ${placeholder}`}`;
}

/** What an option does, with its choices and its default. */
export function optionHelp({ help, choices, default: value }: OptionDescription): string {
  const listed = choices === undefined ? "" : ` One of ${choices.join(", ")}.`;
  return `${help}${listed}${value === undefined ? "" : ` Default: ${value}.`}`;
}

function exitCodes(): string[] {
  return [
    "Exit codes:",
    ...EXIT_CODES.flatMap(([code, meaning]) => hanging(`  ${String(code).padEnd(5)}`, meaning)),
    "",
    "Environment:",
    ...ENVIRONMENT.flatMap(([name, meaning]) => hanging(`  ${name.padEnd(13)}`, meaning)),
  ];
}

/** A paragraph behind a label, in a column of its own; below the label if that is too long. */
function hanging(label: string, text: string): string[] {
  const column = Math.min(label.length, 28);
  const lines = wrap(text, WIDTH - column).map((line) => " ".repeat(column) + line);
  if (!label.endsWith(" ")) return [label, ...lines];
  return [label + lines[0]!.slice(column), ...lines.slice(1)];
}

function wrap(text: string, width: number = WIDTH): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
