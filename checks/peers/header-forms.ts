/** A header that calls the function `f`, as it stands between `<|start|>assistant` and `<|message|>`. */
export interface HeaderForm {
  readonly header: string;
  /** Who is known to write it. */
  readonly writtenBy: string;
}

/** The ways to write the header of a call that a reader of gpt-oss meets. */
export const HEADER_FORMS: readonly HeaderForm[] = [
  {
    header: "<|channel|>commentary to=functions.f <|constrain|>json",
    writtenBy: "gpt-oss, most often",
  },
  {
    header: " to=functions.f<|channel|>commentary <|constrain|>json",
    writtenBy: "openai-harmony and this package, in prompts",
  },
  {
    header: " to=functions.f<|channel|>commentary json",
    writtenBy: "the Hugging Face template, in prompts",
  },
  { header: "<|channel|>commentary to=functions.f json", writtenBy: "gpt-oss" },
  {
    header: "<|channel|>commentary to=functions.f<|constrain|>json",
    writtenBy: "node-llama-cpp, in prompts",
  },
  { header: "<|channel|>commentary to=functions.f", writtenBy: "gpt-oss" },
  { header: "<|channel|>analysis to=functions.f code", writtenBy: "gpt-oss" },
  { header: " to=functions.f<|channel|>analysis code", writtenBy: "openai-harmony, when it renders the one above" },
  { header: " to=functions.f<|channel|>commentary", writtenBy: "gpt-oss" },
  { header: "<|channel|>final to=functions.f <|constrain|>json", writtenBy: "gpt-oss, rarely" },
];

/** Headers that depart from the format, all seen in what gpt-oss wrote. */
export const MALFORMED_HEADERS: readonly string[] = [
  "<|channel|>commentary<|channel|>commentary to=functions.f json",
  "<|channel|>commentary to=functions.f<|channel|>commentary json",
  "assistant<|channel|>commentary to=functions.f json",
  "<|channel|>commentary to=functions.f to=functions.f json",
  "<|channel|>commentary to=functions.f <|constrain|> json",
  "<|channel|>commentary <|constrain|>json to=functions.f",
  "<|channel|>commentary? to=functions.f json",
  "<|channel|>commentary to=f json",
];

/** What the model thinks before each call, so that the header is not the first of the completion. */
const THOUGHT = "<|channel|>analysis<|message|>Let me ask.<|end|><|start|>assistant";

export const ARGUMENTS = '{"a": 1}';

/** A whole completion with a header: a thought, then the call. */
export function completionWith(header: string): string {
  return `${THOUGHT}${header}<|message|>${ARGUMENTS}<|call|>`;
}

/** The tool that the completions call. */
export const TOOL = {
  name: "f",
  description: "Does it.",
  parameters: { type: "object", properties: { a: { type: "number" } }, required: ["a"] },
} as const;
