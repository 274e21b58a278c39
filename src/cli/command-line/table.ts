import { COMPLETION_COMMANDS } from "./completion-commands.js";
import { CONVERSATION_COMMANDS } from "./conversation-commands.js";
import type { CommandDescription } from "./description.js";
import { TOOL_COMMANDS } from "./tool-commands.js";

const ORDER = ["render", "train", "parse", "explain", "tokens", "decode", "count", "check", "schema", "constrain"];

/** All commands, in the order of the help. */
export const COMMANDS: readonly CommandDescription[] = [
  ...CONVERSATION_COMMANDS,
  ...COMPLETION_COMMANDS,
  ...TOOL_COMMANDS,
].sort((a, b) => placeOf(a.name) - placeOf(b.name));

function placeOf(name: string): number {
  const place = ORDER.indexOf(name);
  return place === -1 ? ORDER.length : place;
}

/** What each exit code means, in a line. */
export const EXIT_CODES: readonly (readonly [code: number, meaning: string])[] = [
  [0, "All went well."],
  [1, "Something in the data is wrong: a line was left out, or check found something."],
  [2, "The command line is wrong."],
  [3, "Something could not be read or written."],
  [130, "It was stopped with Ctrl-C."],
];

/** The environment variables that matter. */
export const ENVIRONMENT: readonly (readonly [name: string, meaning: string])[] = [
  ["NO_COLOR", "If it is set and not empty, nothing is coloured."],
  ["FORCE_COLOR", "If it is set and neither empty nor 0, views are coloured even where the output is not a terminal."],
];
