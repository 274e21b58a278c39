/** Answers of engines, short ones, as somebody would paste them. */
const sse = (objects: readonly object[], end = ""): string =>
  `${objects.map((object) => `data: ${JSON.stringify(object)}`).join("\n\n")}\n\n${end}`;

const TOKENS = [200005, 17196, 200008, 13022, 11, 326, 9059, 13, 200002];
const TEXTS = ["<|channel|>", "final", "<|message|>", "Yes", ",", " and", " warm", ".", ""];

export const SAVED_ANSWERS: readonly { readonly name: string; readonly text: string }[] = [
  {
    name: "Token ids",
    text: `[${TOKENS.join(", ")}]`,
  },
  {
    name: "llama.cpp, event stream",
    text: sse([
      ...TOKENS.slice(0, -1).map((token, index) => ({ index: 0, content: TEXTS[index], tokens: [token], stop: false })),
      { index: 0, content: "", tokens: [200002], stop: false },
      { index: 0, content: "", tokens: [], stop: true, stop_type: "eos", tokens_predicted: TOKENS.length },
    ]),
  },
  {
    name: "vLLM, response",
    text: JSON.stringify(
      {
        object: "text_completion",
        model: "openai/gpt-oss-20b",
        choices: [{ index: 0, text: TEXTS.join(""), token_ids: TOKENS, finish_reason: "stop", stop_reason: null }],
      },
      null,
      2,
    ),
  },
  {
    name: "SGLang, event stream",
    text: sse(
      [3, 6, TOKENS.length].map((count) => ({
        text: TEXTS.slice(0, count).join(""),
        output_ids: TOKENS.slice(0, count),
        meta_info: {
          id: "1",
          completion_tokens: count,
          finish_reason: count === TOKENS.length ? { type: "stop", matched: 200002 } : null,
        },
      })),
      "data: [DONE]\n",
    ),
  },
  {
    name: "Ollama, stream of JSON lines",
    text: `${TEXTS.map((response) => JSON.stringify({ model: "gpt-oss:20b", response, done: false })).join("\n")}\n${JSON.stringify({ model: "gpt-oss:20b", response: "", done: true, done_reason: "stop" })}\n`,
  },
  {
    name: "Text whose markers were dropped",
    text: "analysisThey want to know whether it is warm.assistantfinalYes, and it stays so.",
  },
];
