import type { OptionDescription } from "./description.js";

/** The roles of the format, as the values of an option. */
const ROLES: readonly string[] = ["user", "assistant", "system", "developer", "tool"];

export const HELP: OptionDescription = { name: "help", short: "h", kind: "flag", help: "Shows this help." };

export const COLOR: OptionDescription = {
  name: "color",
  kind: "choice",
  placeholder: "WHEN",
  choices: ["auto", "always", "never"],
  default: "auto",
  help: "Whether to write in colour. auto: on a terminal, unless NO_COLOR is set; FORCE_COLOR asks for it elsewhere.",
};

export const OUTPUT: OptionDescription = {
  name: "output",
  short: "o",
  kind: "file",
  placeholder: "FILE",
  help: "Writes to FILE instead of standard output. It appears when it is complete; until then there is FILE.partial.",
};

const QUIET: OptionDescription = {
  name: "quiet",
  short: "q",
  kind: "flag",
  help: "Shows no progress, no summary, and nothing that is not an error.",
};

/** What every command has that goes through its input record by record. */
export const RECORDS: readonly OptionDescription[] = [
  OUTPUT,
  {
    name: "resume",
    kind: "flag",
    help: "With --output: goes on where an earlier run of the same command line was stopped.",
  },
  {
    name: "jobs",
    short: "j",
    kind: "number",
    placeholder: "N",
    default: 1,
    help: "Works with N threads. The output is the same, byte for byte, as with one.",
  },
  { name: "strict", kind: "flag", help: "Stops at the first bad line, instead of leaving it out." },
  {
    name: "errors",
    kind: "file",
    placeholder: "FILE",
    help: "Writes what is wrong with bad lines to FILE as JSON, one a line, instead of standard error.",
  },
  QUIET,
];

/** The option that says how the input is written. */
export function inputOption(choices: readonly string[]): OptionDescription {
  return {
    name: "input",
    short: "i",
    kind: "choice",
    placeholder: "FORMAT",
    choices: ["auto", ...choices],
    default: "auto",
    help: "How the input is written. auto: recognised by its content.",
  };
}

/** How a conversation is rendered. */
export const RENDERING: readonly OptionDescription[] = [
  {
    name: "analysis",
    kind: "choice",
    placeholder: "POLICY",
    choices: ["reference", "after-last-final", "this-turn", "all"],
    help: "Which of the assistant's reasoning is kept.",
  },
  {
    name: "recipient-place",
    kind: "choice",
    placeholder: "PLACE",
    choices: ["role", "channel"],
    default: "role",
    help: "Whether a recipient stands behind the role, as the reference writes it, or behind the channel, as models do.",
  },
];

export const COMPLETION: OptionDescription = {
  name: "completion",
  kind: "choice",
  placeholder: "ROLE",
  choices: ROLES,
  help: "Ends with the beginning of a message of ROLE, which the model is to write: nearly always assistant.",
};

/** How a completion is read. */
export const PARSING: readonly OptionDescription[] = [
  {
    name: "role",
    kind: "choice",
    placeholder: "ROLE",
    choices: [...ROLES, "none"],
    default: "assistant",
    help: "Whose message the prompt has begun. none: the input begins with a start token, as a prompt does.",
  },
  {
    name: "tools",
    kind: "list",
    placeholder: "NAMES",
    help: "The declared tools, such as functions.get_weather,python: calls of others are reported.",
  },
  {
    name: "continue-after-call",
    kind: "flag",
    help: "Reads what follows a call as the next message: for engines that do not stop at a call.",
  },
  {
    name: "markers-dropped",
    kind: "flag",
    help: "The server has dropped the special tokens from the text: guesses where messages begin by their words.",
  },
];

/** What the input of a command is that reads completions. */
export const COMPLETION_INPUT: OptionDescription = inputOption(["jsonl", "json", "ids", "text", "u32le"]);
