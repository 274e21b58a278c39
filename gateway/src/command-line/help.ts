import { FLAGS, type Flag } from "./flags.js";

const WIDTH = 96;
const INDENT = 30;

/** What `--help` writes. */
export function helpText(): string {
  const flags = Object.entries<Flag>(FLAGS).map(([name, { placeholder, help }]) => row(`--${name}`, placeholder, help));
  return `harmony-gateway: everything that speaks OpenAI's API speaks to gpt-oss.

Usage: harmony-gateway --upstream URL [FLAGS]
       harmony-gateway --demo

Flags:
${[
  ...flags,
  row("--config", "FILE", "A JSON file with any of these: a field for each flag, named as it is."),
  row("--help", undefined, "Writes this."),
  row("--version", undefined, "Writes the version."),
].join("\n")}

Every flag is a variable of the environment as well: --log-level is HARMONY_GATEWAY_LOG_LEVEL. A flag wins over the
environment, and the environment over the file. Limits take the word "none".

Exit codes: 0 stopped in good order, 1 could not run, or had to break answers off, 2 a flag is wrong.

Examples:
  harmony-gateway --engine llama.cpp --upstream http://localhost:8080
  harmony-gateway --engine vllm --model openai/gpt-oss-20b --upstream http://a:8000 --upstream http://b:8000
  HARMONY_GATEWAY_API_KEYS=secret harmony-gateway --upstream http://localhost:8080 --host 0.0.0.0
  harmony-gateway --config /etc/harmony-gateway.json
`;
}

function row(name: string, placeholder: string | undefined, help: string): string {
  const head = `  ${name}${placeholder === undefined ? "" : ` ${placeholder}`}`;
  const [first = "", ...rest] = wrapped(help, WIDTH - INDENT);
  const lines = [
    head.length < INDENT ? head.padEnd(INDENT) + first : `${head}\n${" ".repeat(INDENT)}${first}`,
    ...rest,
  ];
  return lines.join(`\n${" ".repeat(INDENT)}`);
}

/** A text in lines of a width at most. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
