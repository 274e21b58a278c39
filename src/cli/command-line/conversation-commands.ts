import type { CommandDescription } from "./description.js";
import { COLOR, COMPLETION, HELP, inputOption, PARSING, RECORDS, RENDERING } from "./shared-options.js";

const HI = `'{"messages": [{"role": "user", "content": "Hi"}]}'`;
const CONVERSATIONS = inputOption(["jsonl", "json"]);
const READS =
  "Reads conversations in their canonical JSON: one in a file, or one a line (JSONL). Files may be compressed with gzip or zstd.";

/** The commands that read conversations. */
export const CONVERSATION_COMMANDS: readonly CommandDescription[] = [
  {
    name: "render",
    summary: "write conversations as the tokens of a prompt",
    description: [
      "Writes each conversation as the tokens, or the text, that the model reads.",
      READS,
      "The format json is a list of ids a line, which the other commands read back; ids is the same without brackets and commas; u32le is bare 32-bit numbers, the conversations one behind the other. Text is written as it is for a conversation in a file of its own, and as one JSON string a line for JSONL, since it may have line breaks itself.",
    ],
    operands: "[FILE ...]",
    options: [
      {
        name: "format",
        short: "f",
        kind: "choice",
        placeholder: "FORMAT",
        choices: ["json", "ids", "u32le", "text", "view"],
        default: "json",
        help: "What to write. view: the text for people, with the special tokens in colour.",
      },
      COMPLETION,
      {
        name: "training",
        kind: "flag",
        help: "Ends a last answer with return instead of end, as the reference does for training. For loss masks, see train.",
      },
      ...RENDERING,
      {
        name: "parts",
        kind: "flag",
        help: "With --format json: writes also from which part of which message each token comes.",
      },
      COLOR,
      CONVERSATIONS,
      ...RECORDS,
      HELP,
    ],
    examples: [
      {
        run: `echo ${HI} | harmony-format render --completion assistant`,
        prints: "[200006,1428,200008,12194,200007,200006,173781]\n",
      },
      {
        run: `echo ${HI} | harmony-format render --input json --format text`,
        prints: "<|start|>user<|message|>Hi<|end|>",
      },
    ],
  },
  {
    name: "train",
    summary: "write conversations as tokens with loss masks",
    description: [
      "Writes each conversation as tokens with a mask: 1 for what the model itself wrote and is to learn, 0 for what is only context. Reasoning is kept unless --analysis says otherwise.",
      READS,
      'The format jsonl is an object {"tokens": [...], "mask": [...]} a line. The format shards makes a folder, which --output names: 32-bit tokens, masks of a byte each, 64-bit offsets of where each sequence begins, and a manifest.json.',
      "--pack puts several conversations into one sequence, so that few places are left empty. No conversation is cut to fill a sequence, and the offsets of each conversation are kept, so that no token need see another conversation.",
      "The output depends on the input and the options alone: not on --jobs, nor on how fast the input arrives.",
    ],
    operands: "[FILE ...]",
    options: [
      {
        name: "format",
        short: "f",
        kind: "choice",
        placeholder: "FORMAT",
        choices: ["jsonl", "shards"],
        default: "jsonl",
        help: "What to write.",
      },
      {
        name: "max-tokens",
        kind: "number",
        placeholder: "N",
        help: "The most tokens that a sequence may have. With --pack, its length is the default.",
      },
      {
        name: "overflow",
        kind: "choice",
        placeholder: "RULE",
        choices: ["drop", "split", "error"],
        default: "drop",
        help: "What becomes of a conversation beyond --max-tokens. split: cut between messages, and inside one only where it is too long by itself. error: a bad line.",
      },
      {
        name: "pack",
        kind: "number",
        placeholder: "LENGTH",
        help: "Packs conversations into sequences of at most LENGTH tokens, by best fit.",
      },
      {
        name: "seed",
        kind: "number",
        least: 0,
        placeholder: "N",
        help: "Shuffles the sequences, within windows of some four million tokens, in an order that follows from N. Default: the order of the input.",
      },
      {
        name: "shard-tokens",
        kind: "number",
        placeholder: "N",
        default: 67_108_864,
        help: "About how many tokens a shard holds.",
      },
      {
        name: "train-on",
        kind: "choice",
        placeholder: "TURNS",
        choices: ["all-turns", "last-turn"],
        default: "all-turns",
        help: "Which of the assistant's messages the mask has.",
      },
      {
        name: "past-answers-end-with",
        kind: "choice",
        placeholder: "TOKEN",
        choices: ["end", "return"],
        default: "end",
        help: "How an answer ends that is not the last message: as in every prompt, or as the model wrote it.",
      },
      {
        name: "continue-after-call",
        kind: "flag",
        help: "A call that follows another was written in the same completion: the mask has its start token, too.",
      },
      ...RENDERING,
      {
        name: "manifest",
        kind: "file",
        placeholder: "FILE",
        help: "Where to write the manifest: counts, lengths, what was left out and why, checksums. Default: manifest.json in the folder of the shards, or OUTPUT.manifest.json.",
      },
      CONVERSATIONS,
      ...RECORDS,
      HELP,
    ],
    examples: [
      {
        run: `echo '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "channel": "final", "content": "Hello."}]}' | harmony-format train`,
        prints:
          '{"tokens":[200006,1428,200008,12194,200007,200006,173781,200005,17196,200008,13225,13,200002],"mask":[0,0,0,0,0,0,0,1,1,1,1,1,1]}\n',
      },
    ],
  },
  {
    name: "count",
    summary: "count the tokens of conversations or texts",
    description: [
      "Counts the tokens that each conversation renders to, or that a text is encoded to.",
      "Input that begins with a brace is a conversation, or one a line (JSONL); all other input is one text. --input text takes any file as a text.",
    ],
    operands: "[FILE ...]",
    options: [
      {
        name: "by",
        kind: "choice",
        placeholder: "UNIT",
        choices: ["total", "message", "section"],
        default: "total",
        help: "Counts each message by itself, or its header, content and terminator as well.",
      },
      {
        name: "format",
        short: "f",
        kind: "choice",
        placeholder: "FORMAT",
        choices: ["text", "json"],
        default: "text",
        help: "Writes bare numbers and a table, or JSON.",
      },
      COMPLETION,
      ...RENDERING,
      inputOption(["jsonl", "json", "text"]),
      ...RECORDS,
      HELP,
    ],
    examples: [
      { run: "printf 'Hello, world' | harmony-format count", prints: "3\n" },
      {
        run: `echo ${HI} | harmony-format count --by message --completion assistant --format json`,
        prints: '{"tokens":7,"messages":[{"role":"user","tokens":5}],"next":2}\n',
      },
    ],
  },
  {
    name: "check",
    summary: "report what is wrong with conversations or completions",
    description: [
      "Reports everything that is wrong, with its file, line, JSON path and remedy: JSON that cannot be read, conversations that do not say to the model what they seem to say, completions that depart from the format.",
      "An object with messages, or a file of such, is a conversation; ids, texts and the answers of engines are completions. The exit code is 1 if anything was found.",
    ],
    operands: "[FILE ...]",
    options: [
      {
        name: "format",
        short: "f",
        kind: "choice",
        placeholder: "FORMAT",
        choices: ["text", "json", "github"],
        default: "text",
        help: "A line each for people, an object each, or annotations for GitHub Actions.",
      },
      ...PARSING,
      inputOption(["jsonl", "json", "ids", "text", "u32le"]),
      ...RECORDS,
      HELP,
    ],
    examples: [
      {
        run: `echo '{"messages": [{"role": "bot", "content": "Hi"}]}' | harmony-format check || echo exit code $?`,
        prints: `-:1: messages[0].role: unknown role: bot; expected "user", "assistant", "system", "developer" or "tool" (unknown-role)
exit code 1
`,
      },
    ],
  },
];
