import type { CommandDescription } from "./description.js";
import { HELP, OUTPUT } from "./shared-options.js";

const TOOL =
  '{"name": "get_time", "description": "The time.", "parameters": {"type": "object", "properties": {"zone": {"type": "string"}}}}';

/** The commands about tools and schemas, and those about the command line itself. */
export const TOOL_COMMANDS: readonly CommandDescription[] = [
  {
    name: "schema",
    summary: "show a JSON schema as the TypeScript-like text that the model reads",
    description: [
      "Writes what the model reads in place of a JSON schema. The input is a schema, a tool {name, description, parameters}, a list of tools, or a namespace {name, description, tools}; tools are written with the section around them.",
    ],
    operands: "[FILE ...]",
    options: [OUTPUT, HELP],
    examples: [
      {
        run: `echo '{"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}' | harmony-format schema`,
        prints: "{\ncity: string,\n}\n",
      },
      {
        run: `echo '${TOOL}' | harmony-format schema`,
        prints: `# Tools

## functions

namespace functions {

// The time.
type get_time = (_: {
zone?: string,
}) => any;

} // namespace functions
`,
      },
    ],
  },
  {
    name: "constrain",
    summary: "make the grammar that keeps an engine to tools and schemas",
    description: [
      "Writes a constraint on a whole completion as an engine takes it: headers, reasoning, calls with valid arguments, an answer of the given form.",
      "The input is a tool {name, description, parameters}, a list of tools, or a namespace {name, tools}. Standard input is read only where no file is named and the answer is not constrained either. What a grammar in GBNF cannot enforce is reported on standard error.",
    ],
    operands: "[FILE ...]",
    options: [
      {
        name: "format",
        short: "f",
        kind: "choice",
        placeholder: "FORMAT",
        choices: [
          "all",
          "structural-tag",
          "structural-tag-legacy",
          "gbnf",
          "gbnf-lazy",
          "gbnf-text",
          "lark",
          "two-phase",
          "stop-token-ids",
        ],
        default: "all",
        help: "What to write: structural-tag for vLLM and SGLang, its legacy form for WebLLM, gbnf for llama.cpp, lark for llguidance, two-phase for Ollama and LM Studio; or all, as one object.",
      },
      {
        name: "tool-choice",
        kind: "text",
        placeholder: "CHOICE",
        default: "auto",
        help: "auto: a call or an answer; none: an answer; required: a call; or the name of the tool to call.",
      },
      { name: "schema", kind: "file", placeholder: "FILE", help: "The answer must be JSON of the schema in FILE." },
      { name: "regex", kind: "text", placeholder: "REGEX", help: "The answer must match REGEX as a whole." },
      {
        name: "choice",
        kind: "list",
        placeholder: "TEXTS",
        help: "The answer must be one of these texts; give it once for each, or with commas between them.",
      },
      { name: "parallel", kind: "flag", help: "Several calls may follow each other." },
      OUTPUT,
      HELP,
    ],
    examples: [
      {
        run: "harmony-format constrain --choice yes,no --format lark",
        prints: `start: (thought next)* (answer)
next: <|start|> "assistant"
thought: <|channel|> ("analysis" | "commentary") <|message|> TEXT <|end|>
answer: <|channel|> "final" ("") <|message|> content <|return|>?
content: "yes" | "no"
TEXT: /(.|\\n)*/
`,
      },
      { run: "harmony-format constrain --choice yes,no --format stop-token-ids", prints: "[200002,200012,199999]\n" },
    ],
  },
  {
    name: "completion",
    summary: "write the script that completes command lines in a shell",
    description: [
      "Writes a script for bash, zsh or fish that completes commands, options and their values.",
      "bash: harmony-format completion bash >> ~/.bash_completion",
      "zsh: harmony-format completion zsh > ~/.zfunc/_harmony-format, with ~/.zfunc in fpath",
      "fish: harmony-format completion fish > ~/.config/fish/completions/harmony-format.fish",
    ],
    operands: "SHELL",
    operandChoices: ["bash", "zsh", "fish"],
    options: [HELP],
    examples: [
      {
        run: "harmony-format completion fish | grep -c 'complete -c harmony-format' | sed 's/[0-9][0-9]*/some/'",
        prints: "some\n",
      },
    ],
  },
  {
    name: "man",
    summary: "write the manual page",
    description: [
      "Writes the manual page in the format of man.",
      "To read it: harmony-format man > harmony-format.1; man ./harmony-format.1",
    ],
    operands: "",
    options: [HELP],
    examples: [{ run: "harmony-format man | head -n 1 | cut -d ' ' -f 1-3", prints: ".TH HARMONY-FORMAT 1\n" }],
  },
];
