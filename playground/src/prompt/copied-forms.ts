import type { PageState } from "../link/page-state.js";
import type { PromptAnswer } from "../worker/answers.js";

type ShownPrompt = NonNullable<PromptAnswer["prompt"]>;

/** The prompt in every form in which it can be copied. What is left out of the prompt is in none but the JSON. */
export function formsOf(prompt: ShownPrompt, state: PageState["prompt"]): Readonly<Record<string, () => string>> {
  const { canonical } = prompt;
  return {
    "Token ids": () => `[${idsOf(prompt).join(", ")}]`,
    Text: () => textOf(prompt),
    JSON: () => canonical,
    TypeScript: () => typeScript(canonical, state),
    Python: () => python(canonical, state),
    "curl, llama.cpp": () => curl("http://127.0.0.1:8080/completion", llamaCpp(prompt)),
    "curl, vLLM": () => curl("http://127.0.0.1:8000/v1/completions", vllm(prompt)),
  };
}

function idsOf({ pieces, messages }: ShownPrompt): number[] {
  const ids: number[] = [];
  for (const { start, end, offset } of messages) {
    if (offset < 0) continue;
    for (let at = start; at < end; at++) ids.push(pieces.tokens[at]!);
  }
  return ids;
}

function textOf({ pieces, messages }: ShownPrompt): string {
  const { text, ends } = pieces;
  return messages
    .filter(({ offset }) => offset >= 0)
    .map(({ start, end }) => text.slice(start === 0 ? 0 : ends[start - 1], ends[end - 1]))
    .join("");
}

function typeScript(canonical: string, { end, keepAnalysis, recipientPlace }: PageState["prompt"]): string {
  const options = [
    ...(keepAnalysis === "reference" ? [] : [`keepAnalysis: "${keepAnalysis}"`]),
    ...(recipientPlace === "role" ? [] : [`recipientPlace: "${recipientPlace}"`]),
  ];
  const given = options.length === 0 ? "" : `, { ${options.join(", ")} }`;
  const method = {
    completion: `renderConversationForCompletion(conversation, "assistant"${given})`,
    none: `renderConversation(conversation${given})`,
    training: `renderConversationForTraining(conversation${given})`,
  }[end];
  return `import { type ConversationLike, loadHarmonyEncoding } from "harmony-format";

const conversation: ConversationLike = ${canonical};

const tokens = loadHarmonyEncoding().${method};
`;
}

function python(canonical: string, { end, keepAnalysis }: PageState["prompt"]): string {
  const config = keepAnalysis === "all" ? ", config=RenderConversationConfig(auto_drop_analysis=False)" : "";
  const imports = ["Conversation", "HarmonyEncodingName", "Role", "load_harmony_encoding"];
  if (config !== "") imports.splice(2, 0, "RenderConversationConfig");
  const method = {
    completion: `render_conversation_for_completion(conversation, Role.ASSISTANT${config})`,
    none: `render_conversation(conversation${config})`,
    training: `render_conversation_for_training(conversation${config})`,
  }[end];
  return `from openai_harmony import ${imports.join(", ")}

# JSON, written as a Python string.
conversation = Conversation.from_json(${JSON.stringify(JSON.stringify(JSON.parse(canonical)))})

encoding = load_harmony_encoding(HarmonyEncodingName.HARMONY_GPT_OSS)
tokens = encoding.${method}
`;
}

/** llama.cpp's own defaults sample otherwise than the model's authors recommend; return_tokens gives ids back. */
function llamaCpp(prompt: ShownPrompt): object {
  const sampling = { temperature: 1, top_k: 0, top_p: 1, min_p: 0, repeat_penalty: 1 };
  return { prompt: idsOf(prompt), n_predict: 1024, return_tokens: true, ...sampling };
}

/** Without max_tokens, vLLM stops after 16. */
function vllm(prompt: ShownPrompt): object {
  return {
    model: "openai/gpt-oss-20b",
    prompt: idsOf(prompt),
    max_tokens: 1024,
    return_token_ids: true,
    skip_special_tokens: false,
    spaces_between_special_tokens: false,
    stop_token_ids: [200002, 200012],
  };
}

function curl(url: string, body: object): string {
  return `curl ${url} \\
  -H 'content-type: application/json' \\
  -d '${JSON.stringify(body)}'
`;
}
