import type { CommandDescription } from "./description.js";
import { COLOR, COMPLETION_INPUT, HELP, inputOption, OUTPUT, PARSING, RECORDS } from "./shared-options.js";

const COMPLETION =
  "'<|channel|>analysis<|message|>Easy.<|end|><|start|>assistant<|channel|>final<|message|>Four.<|return|>'";
const READS =
  "A completion is a list of ids, a text with special tokens as they are written (<|end|>), or an engine's answer that holds either; in JSONL, one a line. It follows a prompt that ends with <|start|>assistant, unless --role says otherwise.";

/** The commands that read completions, and those for bare texts and ids. */
export const COMPLETION_COMMANDS: readonly CommandDescription[] = [
  {
    name: "parse",
    summary: "read completions as messages",
    description: [
      "Reads what a model wrote, and writes its messages.",
      READS,
      "What departs from the format is repaired, and reported on standard error. The modes strict and permissive refuse it instead, as the reference does; they need ids.",
    ],
    operands: "[FILE ...]",
    options: [
      {
        name: "format",
        short: "f",
        kind: "choice",
        placeholder: "FORMAT",
        choices: ["json", "messages"],
        default: "json",
        help: 'Writes an object {"messages": [...]} for each completion, or a message a line.',
      },
      {
        name: "final",
        kind: "flag",
        help: "Writes only the answer to the user: as it is for a file with one completion, and as a JSON string a line (null if there is none) for JSONL.",
      },
      {
        name: "mode",
        kind: "choice",
        placeholder: "MODE",
        choices: ["resilient", "permissive", "strict"],
        default: "resilient",
        help: "What to do where a completion departs from the format.",
      },
      ...PARSING,
      {
        name: "diagnostics",
        kind: "choice",
        placeholder: "WHERE",
        choices: ["stderr", "json", "none"],
        default: "stderr",
        help: "Where departures from the format are reported. json: in the objects of the output.",
      },
      COMPLETION_INPUT,
      ...RECORDS,
      HELP,
    ],
    examples: [
      {
        run: `echo ${COMPLETION} | harmony-format parse --format messages --diagnostics none`,
        prints: `{"role":"assistant","content":"Easy.","channel":"analysis"}
{"role":"assistant","content":"Four.","channel":"final"}
`,
      },
      { run: `printf %s ${COMPLETION} | harmony-format parse --final`, prints: "Four.\n" },
      { run: "echo '[200005,17196,200008,35604,13,200002]' | harmony-format parse --final", prints: '"Four."\n' },
    ],
  },
  {
    name: "explain",
    summary: "show how a completion is read, and where it departs from the format",
    description: [
      "Shows each message of a completion with its header, content and terminator, and under each place that departs from the format what was done about it, and how to avoid it.",
      "The input is a list of ids, a text with special tokens as they are written, or what an engine answered: a saved response, or the log of its stream, of llama.cpp, vLLM, SGLang or Ollama. Which it is, is recognised by its content.",
    ],
    operands: "[FILE ...]",
    options: [
      {
        name: "format",
        short: "f",
        kind: "choice",
        placeholder: "FORMAT",
        choices: ["text", "json"],
        default: "text",
        help: "Writes a view for people, or the same as JSON.",
      },
      ...PARSING,
      COLOR,
      OUTPUT,
      inputOption(["json", "ids", "text", "u32le"]),
      HELP,
    ],
    examples: [
      {
        run: "printf %s '<|channel|>final<|message|>Four.<|end|><|end|>' | harmony-format explain",
        prints: `a text of 46 characters: 1 message, 1 departure from the format

message 1: assistant on final (characters 0 to 39)
  header      <|channel|>final<|message|>
  content     Four.
  terminator  <|end|>

between messages (characters 39 to 46)
  skipped     <|end|>
              ^^^^^^^
              stray-stop: A stop token has no message to end. (skipped)
              To avoid it: nothing to do: the messages are complete.
`,
      },
    ],
  },
  {
    name: "tokens",
    summary: "encode text, and show the piece that each token is",
    description: [
      "Encodes a text, and shows for each token its id and the bytes that it stands for.",
      "Each file is one text, and in JSONL each line a JSON string. Special tokens that the text spells are ordinary text unless --special is given.",
    ],
    operands: "[FILE ...]",
    options: [
      {
        name: "format",
        short: "f",
        kind: "choice",
        placeholder: "FORMAT",
        choices: ["table", "ids", "json", "view"],
        default: "table",
        help: "What to write: a line a token, the ids, an object with ids and pieces, or the text with its pieces in colours.",
      },
      {
        name: "special",
        kind: "flag",
        help: "Reads special tokens that the text spells as such.",
      },
      {
        name: "text",
        short: "t",
        kind: "text",
        placeholder: "TEXT",
        help: "Encodes TEXT instead of files.",
      },
      COLOR,
      inputOption(["text", "jsonl"]),
      ...RECORDS,
      HELP,
    ],
    examples: [
      {
        run: "harmony-format tokens --text 'Hello, world'",
        prints: `13225  "Hello"
11     ","
2375   " world"
`,
      },
      { run: "harmony-format tokens --special --format ids --text '<|start|>user'", prints: "200006 1428\n" },
    ],
  },
  {
    name: "decode",
    summary: "turn ids back into text",
    description: [
      "Decodes ids, and writes exactly the bytes that they stand for.",
      "Ids are numbers with anything but digits between them, over any number of lines, or a JSON list. In JSONL each line is a list, and the text of each is written as a JSON string a line.",
    ],
    operands: "[FILE ...]",
    options: [inputOption(["jsonl", "json", "ids", "u32le"]), ...RECORDS, HELP],
    examples: [
      { run: "echo 13225 11 2375 | harmony-format decode", prints: "Hello, world" },
      { run: "echo '[200006,1428]' | harmony-format decode", prints: '"<|start|>user"\n' },
    ],
  },
];
