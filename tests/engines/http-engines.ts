// The engines behind HTTP, and how each of them says the same things on the wire.
import { expect } from "vitest";
import {
  type Engine,
  type EngineOutput,
  type EngineRequest,
  type HttpEngineOptions,
  ollama,
  type Sampling,
  sglang,
  vllm,
  vllmGenerate,
} from "../../src/engines.js";
import { loadHarmonyEncoding } from "../../src/index.js";
import { readExchange } from "./exchange.js";
import { bodyOf, drain, fetchOf } from "./http/answers.js";

export const encoding = loadHarmonyEncoding();

/** `<|start|>user<|message|>Hi<|end|><|start|>assistant` */
export const PROMPT: readonly number[] = [200006, 1428, 200008, 12194, 200007, 200006, 173781];

/** All that chooses a token but the bias, each value different from its default. */
export const EVERY_SAMPLING: Sampling = {
  temperature: 0.5,
  topP: 0.9,
  topK: 40,
  minP: 0.05,
  seed: 7,
  frequencyPenalty: 0.1,
  presencePenalty: 0.2,
  repetitionPenalty: 1.1,
};

/** An engine, and what its server says. */
export interface HttpEngineCase {
  /** The name of the function that makes it. */
  readonly factory: string;
  /** Its name in errors. */
  readonly name: string;
  readonly make: (options: Partial<HttpEngineOptions>) => Engine;
  readonly path: string;
  readonly contentType: string;
  /** An exchange with a whole completion of the model, and what it holds. */
  readonly exchange: string;
  readonly tokens: readonly number[];
  /** The pieces of a stream that gives these tokens one by one, with the end if there is a reason. */
  readonly stream: (tokens: readonly number[], finish?: string) => string[];
  /** A piece of a stream that says that something is wrong. */
  readonly errorEvent: string;
}

const baseURL = "http://engine:1";

/** What the tiny model wrote to vLLM, stop token included. */
const RECORDED: readonly number[] = tokensOfRecording("vllm/completions-stream-ids");

/** `<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Hi 🙂!<|return|>` */
const WRITTEN: readonly number[] = [
  200005, 35644, 200008, 198558, 13, 200007, 200006, 173781, 200005, 17196, 200008, 12194, 26192, 0, 200002,
];

function tokensOfRecording(name: string): number[] {
  const text = new TextDecoder().decode(Buffer.concat(readExchange(name).chunks));
  return Array.from(text.matchAll(/"token_ids":\[([\d,]*)\]\}/g)).flatMap(([, ids]) => ids!.split(",").map(Number));
}

function events(objects: readonly object[]): string[] {
  return [...objects.map((object) => `data: ${JSON.stringify(object)}\n\n`), "data: [DONE]\n\n"];
}

/** A stream of vLLM; both endpoints agree on these fields. */
function vllmStream(tokens: readonly number[], finish?: string): string[] {
  const chunks = tokens.map((id, index) => ({
    choices: [
      {
        index: 0,
        text: "",
        token_ids: [id],
        finish_reason: index === tokens.length - 1 ? (finish ?? null) : null,
        stop_reason: null,
      },
    ],
  }));
  const usage = { prompt_tokens: 7, completion_tokens: tokens.length, prompt_tokens_details: { cached_tokens: 5 } };
  return events(finish === undefined ? chunks : [...chunks, { choices: [], usage }]).slice(
    0,
    finish === undefined ? -1 : undefined,
  );
}

function sglangStream(tokens: readonly number[], finish?: string): string[] {
  const chunks = tokens.map((_, index) => ({
    text: "",
    output_ids: tokens.slice(0, index + 1),
    meta_info: {
      finish_reason: finish !== undefined && index === tokens.length - 1 ? { type: finish } : null,
      prompt_tokens: 7,
      completion_tokens: index + 1,
      cached_tokens: 5,
    },
  }));
  return events(chunks).slice(0, finish === undefined ? -1 : undefined);
}

function ollamaStream(tokens: readonly number[], finish?: string): string[] {
  const lines: object[] = tokens.map((token) => ({ response: encoding.decode([token]), done: false }));
  if (finish !== undefined) {
    const counts = { prompt_eval_count: 7, eval_count: tokens.length };
    lines.push({ response: "", done: true, done_reason: finish, ...counts });
  }
  return lines.map((line) => `${JSON.stringify(line)}\n`);
}

const SSE = "text/event-stream; charset=utf-8";
const VLLM_ERROR = `data: {"error":{"message":"EngineCore died","type":"InternalServerError","param":null,"code":500}}\n\n`;

export const HTTP_ENGINES: readonly HttpEngineCase[] = [
  {
    factory: "vllm",
    name: "vLLM",
    make: (options) => vllm({ baseURL, model: "tiny", contextSize: 1024, ...options }),
    path: "/v1/completions",
    contentType: SSE,
    exchange: "vllm/completions-stream-ids",
    tokens: RECORDED,
    stream: vllmStream,
    errorEvent: VLLM_ERROR,
  },
  {
    factory: "vllmGenerate",
    name: "vLLM",
    make: (options) => vllmGenerate({ baseURL, ...options }),
    path: "/inference/v1/generate",
    contentType: SSE,
    exchange: "vllm/generate-stream",
    tokens: RECORDED,
    stream: vllmStream,
    errorEvent: VLLM_ERROR,
  },
  {
    factory: "sglang",
    name: "SGLang",
    make: (options) => sglang({ baseURL, ...options }),
    path: "/generate",
    contentType: SSE,
    exchange: "from-source/sglang-cumulative",
    tokens: WRITTEN,
    stream: sglangStream,
    errorEvent: `data: {"error":{"message":"EngineCore died","type":"internal","code":500,"retryable":false}}\n\n`,
  },
  {
    factory: "ollama",
    name: "Ollama",
    make: (options) => ollama({ baseURL, model: "gpt-oss:20b", ...options }),
    path: "/api/generate",
    contentType: "application/x-ndjson",
    exchange: "from-source/ollama",
    tokens: WRITTEN.slice(0, -1),
    stream: ollamaStream,
    errorEvent: `{"error":"EngineCore died"}\n`,
  },
];

/** An engine whose server answers with an exchange, and what it was asked. */
export function replay(
  make: HttpEngineCase["make"],
  ...names: readonly string[]
): { engine: Engine; asked: ReturnType<typeof fetchOf>["asked"] } {
  const answers = names.map((name) => () => {
    const { chunks, status, headers } = readExchange(name);
    return new Response(bodyOf(chunks), { status, headers });
  });
  const { fetch, asked } = fetchOf(...answers);
  return { engine: make({ fetch }), asked };
}

/** The body that an engine sends for a request, when its server answers with an exchange. */
export async function bodySentFor(make: HttpEngineCase["make"], exchange: string, request: Partial<EngineRequest>) {
  const { engine, asked } = replay(make, exchange);
  expect((await drain(engine.generate({ tokens: PROMPT, encoding, ...request }))).error).toBeUndefined();
  return JSON.parse(String(asked.at(-1)!.init.body));
}

/** What an engine wrote, as one. */
export function joined(outputs: readonly EngineOutput[]): { tokens: number[]; text: string; end: EngineOutput[] } {
  return {
    tokens: outputs.flatMap((output) => ("tokens" in output ? output.tokens : [])),
    text: outputs.map((output) => ("text" in output ? output.text : "")).join(""),
    end: outputs.filter((output) => "finish" in output),
  };
}
