import { PROGRAM, version } from "../program.js";
import type { CommandDescription, OptionDescription } from "./description.js";
import { optionHelp } from "./help.js";
import { COMMANDS, ENVIRONMENT, EXIT_CODES } from "./table.js";

/** The manual page, in the macros of man(7). */
export function manualPage(): string {
  return [
    `.TH HARMONY-FORMAT 1 "" "${PROGRAM} ${version()}" "User Commands"`,
    ".SH NAME",
    `${escaped(PROGRAM)} \\- render, parse and check the Harmony format of the gpt\\-oss models`,
    ".SH SYNOPSIS",
    `.B ${escaped(PROGRAM)}`,
    ".I COMMAND",
    "[options] [",
    ".I FILE",
    "\\&...]",
    ".SH DESCRIPTION",
    paragraph("Input is files, or standard input where none is named or the name is -."),
    ".SH COMMANDS",
    ...COMMANDS.flatMap(commandSection),
    ".SH EXIT STATUS",
    ...EXIT_CODES.flatMap(([code, meaning]) => [".TP", `.B ${code}`, paragraph(meaning)]),
    ".SH ENVIRONMENT",
    ...ENVIRONMENT.flatMap(([name, meaning]) => [".TP", `.B ${name}`, paragraph(meaning)]),
    "",
  ].join("\n");
}

function commandSection({ name, operands, description, options, examples }: CommandDescription): string[] {
  return [
    `.SS "${escaped(`${name} [options] ${operands}`.trim())}"`,
    ...description.flatMap((text, index) => (index === 0 ? [paragraph(text)] : [".PP", paragraph(text)])),
    ...options.flatMap((option) => [".TP", label(option), paragraph(optionHelp(option))]),
    ".PP",
    examples.length === 1 ? "Example:" : "Examples:",
    ...examples.flatMap(({ run, prints }) => [
      ".PP",
      ".RS 4",
      ".EX",
      ...`$ ${run}\n${prints}`.replace(/\n$/, "").split("\n").map(paragraph),
      ".EE",
      ".RE",
    ]),
  ];
}

function label({ name, short, placeholder }: OptionDescription): string {
  const value = placeholder === undefined ? "" : ` \\fI${escaped(placeholder)}\\fR`;
  const letter = short === undefined ? "" : `\\fB\\-${short}\\fR, `;
  return `${letter}\\fB${escaped(`--${name}`)}\\fR${value}`;
}

/** A line of text: without anything in it that would be taken for a request. */
function paragraph(text: string): string {
  return escaped(text).replace(/^([.'])/, "\\&$1");
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("'", "\\(aq").replaceAll('"', "\\(dq");
}
