import { parseArgs } from "node:util";
import { UsageError } from "../failures.js";
import { Settings, type SettingValue } from "../io.js";
import { PROGRAM } from "../program.js";
import type { CommandDescription, OptionDescription } from "./description.js";

/** What the arguments behind the name of a command say. */
export interface Arguments {
  readonly settings: Settings;
  readonly operands: readonly string[];
}

/**
 * Reads the arguments of a command.
 * @throws UsageError that names the argument and says what belongs there.
 */
export function readArguments(command: CommandDescription, argv: readonly string[]): Arguments {
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      command.options.map(({ name, short, kind }) => [
        name,
        { type: kind === "flag" ? "boolean" : "string", ...(short === undefined ? {} : { short }) } as const,
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: Record<string, SettingValue> = {};
  for (const { name, default: value } of command.options) if (value !== undefined) values[name] = value;
  const given = new Set<string>();
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    const option = command.options.find(({ name }) => name === token.name);
    if (option === undefined) throw unknownOption(command, token.rawName);
    const value = readValue(option, token.rawName, token.value);
    if (option.kind === "list") {
      values[option.name] = [...((values[option.name] as readonly string[] | undefined) ?? []), ...(value as string[])];
    } else if (given.has(option.name) && option.kind !== "flag") {
      throw new UsageError(`${token.rawName} is given twice; give it once`);
    } else {
      values[option.name] = value;
    }
    given.add(option.name);
  }
  return { settings: new Settings(values), operands };
}

function readValue(option: OptionDescription, rawName: string, value: string | undefined): SettingValue {
  if (option.kind === "flag") {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value; write ${rawName} alone`);
    return true;
  }
  if (value === undefined || (value === "" && option.kind !== "text")) {
    throw new UsageError(`${rawName} needs a value: ${expected(option)}`);
  }
  switch (option.kind) {
    case "number":
      return readNumber(option, rawName, value);
    case "choice":
      if (!option.choices!.includes(value)) throw wrongValue(option, rawName, value);
      return value;
    case "list":
      return value
        .split(",")
        .map((item) => item.trim())
        .filter((item) => item !== "");
    default:
      return value;
  }
}

/** The greatest number that an option takes: token counts stay far below it. */
const GREATEST = 2 ** 40;

function readNumber(option: OptionDescription, rawName: string, value: string): number {
  const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= (option.least ?? 1) && number <= GREATEST)) throw wrongValue(option, rawName, value);
  return number;
}

function wrongValue(option: OptionDescription, rawName: string, value: string): UsageError {
  const near = option.choices === undefined ? undefined : nearest(value, option.choices);
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  return new UsageError(`${rawName} cannot be ${quote(value)}${hint === "" ? `; it takes ${expected(option)}` : hint}`);
}

function expected({ kind, choices, least = 1, placeholder }: OptionDescription): string {
  if (choices !== undefined) return choices.join(", ");
  if (kind === "number") return `a whole number from ${least} on`;
  return kind === "file" ? "the name of a file" : (placeholder ?? "a text");
}

function unknownOption(command: CommandDescription, rawName: string): UsageError {
  const near = nearest(
    rawName,
    command.options.map(({ name }) => `--${name}`),
  );
  const hint = near === undefined ? `${PROGRAM} ${command.name} --help lists the options` : `did you mean ${near}?`;
  return new UsageError(`unknown option ${quote(rawName)}; ${hint}`);
}

/** A word as the user typed it, on one line and without what a terminal would take for a command. */
export function quote(word: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach the terminal.
  return /^[^\s\u0000-\u001f\u007f-\u009f"']{1,80}$/.test(word) ? word : JSON.stringify(word.slice(0, 80));
}

/** The word that was probably meant: the one with the fewest letters to change, if these are few. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const longer = words.filter((candidate) => word.length > 3 && candidate.startsWith(word));
  if (longer.length === 1) return longer[0];
  const most = word.length < 5 ? 1 : 2;
  const distances = words.map((candidate) => [distanceBetween(word, candidate), candidate] as const);
  return distances.filter(([distance]) => distance <= most).sort(([a], [b]) => a - b)[0]?.[1];
}

/** How many letters must be changed, added or removed to make one word of the other. */
function distanceBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const change = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}
