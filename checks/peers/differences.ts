// Where a peer's prompt departs from this package's, as rewritings of the latter: a prompt is explained when the rewritings
// that touch it make exactly the peer's out of ours.
import type { ChatRequest } from "./conversations.js";

export interface Difference {
  readonly peer: "huggingFace" | "nodeLlamaCpp";
  /** What the peer does, as the page says it. */
  readonly what: string;
  /** What it means, or why this package does otherwise. */
  readonly why: string;
  /** This package's prompt with what the peer writes instead. */
  rewrite(prompt: string, request: ChatRequest): string;
}

const RESULT = /( to=assistant<\|channel\|>commentary<\|message\|>)(.*?)(<\|end\|>)/g;
const OLD_THOUGHT =
  /<\|start\|>assistant<\|channel\|>analysis<\|message\|>[^<]*<\|end\|>(?=<\|start\|>assistant<\|channel\|>final)/g;
const LATER_DEVELOPER = /(<\|start\|>user[\s\S]*)<\|start\|>developer<\|message\|># Instructions\n\n([^<]*)<\|end\|>/;
const INSTRUCTIONS_ALONE =
  /^(<\|start\|>system[^<]*<\|message\|>[^<]*<\|end\|><\|start\|>developer<\|message\|>)# Instructions\n\n([^<#]*)<\|end\|>/;

/** In the order in which they are applied. */
export const DIFFERENCES: readonly Difference[] = [
  {
    peer: "huggingFace",
    what: "Two line breaks behind instructions when there are no tools.",
    why: "openai-harmony writes none.",
    rewrite: (prompt) => prompt.replace(INSTRUCTIONS_ALONE, "$1# Instructions\n\n$2\n\n<|end|>"),
  },
  {
    peer: "huggingFace",
    what: "A tool whose schema has no properties is written like one without a schema.",
    why: "openai-harmony writes an empty object.",
    rewrite: (prompt) => prompt.replace("(_: {\n})", "()"),
  },
  {
    peer: "huggingFace",
    what: "A comma behind the comment with the default.",
    why: "openai-harmony writes it before the comment.",
    rewrite: (prompt) => prompt.replace(/, (\/\/ default: [^\n]*)\n/g, ", $1,\n"),
  },
  {
    peer: "huggingFace",
    what: "The properties of an object within an object: without indentation, broken behind the colon, no comma behind the last.",
    why: "openai-harmony indents them and writes one in a line.",
    rewrite: (prompt) => prompt.replace(/\{\n {4}(\w+\??): (\w+),\n {4}\}/g, "{\n$1: \n                $2}"),
  },
  {
    peer: "huggingFace",
    what: "A call's content type without `<|constrain|>`.",
    why: "The model writes `<|constrain|>` most often, and openai-harmony renders what it is given.",
    rewrite: (prompt) => prompt.replaceAll("<|channel|>commentary <|constrain|>json", "<|channel|>commentary json"),
  },
  {
    peer: "huggingFace",
    what: "Arguments that come as text, which is OpenAI's form, are encoded as JSON once more.",
    why: "The model wrote an object. A program that parses the arguments first, as transformers asks for, does not meet this.",
    rewrite: (prompt) =>
      prompt.replace(/(commentary json<\|message\|>)(.*?)(<\|call\|>)/g, (_, before, json, after) => {
        return `${before}${JSON.stringify(json)}${after}`;
      }),
  },
  {
    peer: "huggingFace",
    what: "Results are encoded as JSON: a text gets quotes, and JSON is encoded once more.",
    why: "openai-harmony writes the result as it is. A result that is given as an object is written once.",
    rewrite: (prompt) => prompt.replace(RESULT, (_, before, text, after) => `${before}${JSON.stringify(text)}${after}`),
  },
  {
    peer: "huggingFace",
    what: "What the model told the user before a call becomes a thought.",
    why: "The model wrote it on `commentary`, for the user.",
    rewrite: (prompt) =>
      prompt.replaceAll(
        "<|start|>assistant<|channel|>commentary<|message|>",
        "<|start|>assistant<|channel|>analysis<|message|>",
      ),
  },
  {
    peer: "huggingFace",
    what: "Only the first call of a turn is kept; all results are said to be from its tool.",
    why: "The model would meet results of calls that it never made.",
    rewrite: (prompt) => {
      const second = /(<\|call\|>)<\|start\|>assistant to=[\s\S]*?<\|call\|>/;
      if (!second.test(prompt)) return prompt;
      return prompt
        .replace(second, "$1")
        .replace("functions.get_time to=assistant", "functions.get_weather to=assistant");
    },
  },
  {
    peer: "huggingFace",
    what: "The thoughts of all earlier answers are left out.",
    why: "openai-harmony leaves out those before the first answer. Sessions of this package leave out all: `keepAnalysis`.",
    rewrite: (prompt) => prompt.replace(OLD_THOUGHT, ""),
  },
  {
    peer: "huggingFace",
    what: "A system or developer message that is not the first is left out.",
    why: "It is a part of the conversation.",
    rewrite: (prompt) => prompt.replace(LATER_DEVELOPER, "$1"),
  },
  {
    peer: "huggingFace",
    what: "A content in parts is written as JSON.",
    why: "The parts are the text; this package puts each on a line.",
    rewrite: (prompt, { messages }) => {
      const parts = messages.map(({ content }) => content).filter((content) => Array.isArray(content));
      return parts.reduce<string>((text, content) => {
        const json = content.map((part) => `{"type": "text", "text": ${JSON.stringify(part.text)}}`);
        return text.replace(content.map((part) => part.text).join("\n"), json.join(","));
      }, prompt);
    },
  },
  {
    peer: "nodeLlamaCpp",
    what: "The heading `# Instruction` when there are no tools.",
    why: "openai-harmony writes `# Instructions` always.",
    rewrite: (prompt) => prompt.replace(INSTRUCTIONS_ALONE, "$1# Instruction\n\n$2<|end|>"),
  },
  {
    peer: "nodeLlamaCpp",
    what: "An empty section of instructions before tools.",
    why: "openai-harmony writes none.",
    rewrite: (prompt) => prompt.replace("developer<|message|># Tools", "developer<|message|># Instructions\n\n# Tools"),
  },
  {
    peer: "nodeLlamaCpp",
    what: "A tool without properties is written like one without a schema.",
    why: "openai-harmony writes an empty object.",
    rewrite: (prompt) => prompt.replace("(_: {\n})", "()"),
  },
  {
    peer: "nodeLlamaCpp",
    what: "`integer` is `bigint`, and defaults are left out.",
    why: "openai-harmony writes `number`, and the default as a comment.",
    rewrite: (prompt) => prompt.replace(/: number, \/\/ default: [^\n]*\n/g, ": bigint,\n"),
  },
  {
    peer: "nodeLlamaCpp",
    what: "Optional parameters look like required ones.",
    why: "openai-harmony marks them with `?`.",
    rewrite: (prompt) => prompt.replace(/^( *\w+)\?: /gm, "$1: "),
  },
  {
    peer: "nodeLlamaCpp",
    what: "Properties without a description stand in one line, and no comma follows the last.",
    why: "openai-harmony gives each a line.",
    rewrite: (prompt) =>
      prompt
        .replace(/\{\n((?: *\w+\??: [^{}\n]*,\n)+) *\}/g, (_, lines: string) => {
          return `{${lines.trim().replace(/,\n */g, ", ").replace(/,$/, "")}}`;
        })
        .replace(/,\n\}\) => any/g, "\n}) => any"),
  },
  {
    peer: "nodeLlamaCpp",
    what: "The recipient of a call behind its channel, no space before `<|constrain|>`.",
    why: 'openai-harmony renders it behind the role. The model writes it there, with a space: `recipientPlace: "channel"`.',
    rewrite: (prompt) =>
      prompt.replace(
        /assistant to=([\w.]+)<\|channel\|>commentary <\|constrain\|>json/g,
        "assistant<|channel|>commentary to=$1<|constrain|>json",
      ),
  },
  {
    peer: "nodeLlamaCpp",
    what: "A result that is a text gets quotes.",
    why: "openai-harmony writes the result as it is.",
    rewrite: (prompt) =>
      prompt.replace(RESULT, (whole, before, text, after) => {
        return text.startsWith("{") ? whole : `${before}${JSON.stringify(text)}${after}`;
      }),
  },
  {
    peer: "nodeLlamaCpp",
    what: "Each result stands behind its own call.",
    why: "Both calls were made before the first result was known.",
    rewrite: (prompt) =>
      prompt.replace(
        /(<\|call\|>)(<\|start\|>assistant<\|channel\|>commentary to=[\s\S]*?<\|call\|>)(<\|start\|>functions[\s\S]*?<\|end\|>)/,
        "$1$3$2",
      ),
  },
  {
    peer: "nodeLlamaCpp",
    what: "The thoughts of all earlier answers are left out.",
    why: "openai-harmony leaves out those before the first answer. Sessions of this package leave out all: `keepAnalysis`.",
    rewrite: (prompt) => prompt.replace(OLD_THOUGHT, ""),
  },
  {
    peer: "nodeLlamaCpp",
    what: "A later system or developer message has no heading.",
    why: "openai-harmony writes `# Instructions` above all instructions.",
    rewrite: (prompt) => prompt.replace(LATER_DEVELOPER, "$1<|start|>developer<|message|>$2<|end|>"),
  },
];

/** The differences that make a peer's prompt out of this package's, by their numbers; `undefined` if they do not. */
export function explanationOf(
  peer: Difference["peer"],
  ours: string,
  theirs: string,
  request: ChatRequest,
): number[] | undefined {
  const numbers: number[] = [];
  let prompt = ours;
  for (const [index, difference] of DIFFERENCES.entries()) {
    if (difference.peer !== peer) continue;
    const rewritten = difference.rewrite(prompt, request);
    if (rewritten !== prompt) numbers.push(index + 1);
    prompt = rewritten;
  }
  return prompt === theirs ? numbers : undefined;
}

/** What a difference changes in a prompt: the stretch in which the two differ, and what is right before and behind it. */
export function exampleOf(ours: string, theirs: string): { readonly ours: string; readonly theirs: string } {
  const [left, right] = [piecesOf(ours), piecesOf(theirs)];
  const shorter = Math.min(left.length, right.length);
  let before = 0;
  while (before < shorter && left[before] === right[before]) before++;
  let after = 0;
  while (after < shorter - before && left.at(-1 - after) === right.at(-1 - after)) after++;
  const cut = (pieces: readonly string[]): string =>
    pieces.slice(Math.max(0, before - 1), pieces.length - Math.max(0, after - 1)).join("");
  return { ours: cut(left), theirs: cut(right) };
}

/** Markers, and words with the spaces behind them. */
function piecesOf(prompt: string): string[] {
  return prompt.match(/<\|\w+\|>|[^\s<]+\s*|[\s<]+/g) ?? [];
}
