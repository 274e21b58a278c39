import { showValue } from "../../options.js";
import { type AnswerFormat, History, reasoningEffortOf } from "../history.js";
import { checkReadRequestOptions, type ReadRequestOptions, type RequestedFormat, Unsupported } from "../request.js";
import { RequestObject } from "../request-fields.js";
import { readSampling, readStop, SAMPLING_FIELDS } from "../sampling.js";
import type { ChatCompletionRequest } from "./chat-request.js";
import { readMessages } from "./read-messages.js";
import { readTools } from "./read-tools.js";

/** Fields that are read below, or in one of the other files of this folder. */
const READ: readonly string[] = [
  ...SAMPLING_FIELDS,
  "continue_final_message",
  "function_call",
  "functions",
  "max_completion_tokens",
  "max_tokens",
  "messages",
  "model",
  "n",
  "parallel_tool_calls",
  "reasoning_effort",
  "response_format",
  "stream",
  "stream_options",
  "tool_choice",
  "tools",
];

/** Fields that change nothing about what the model is told, nor about what the client gets. */
const WITHOUT_EFFECT: readonly string[] = [
  "add_generation_prompt",
  "metadata",
  "prediction",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
  "safety_identifier",
  "service_tier",
  "store",
  "user",
];

/** Fields that ask for something that there is not, unless they hold a value that asks for nothing. */
const WITHOUT_SUPPORT: ReadonlyMap<string, { readonly nothing?: readonly unknown[]; readonly why: string }> = new Map([
  ["audio", { why: "the model writes text only; leave it out" }],
  ["logprobs", { nothing: [false], why: "engines are not asked for probabilities; leave it out" }],
  ["moderation", { why: "nothing is moderated here; leave it out" }],
  ["top_logprobs", { nothing: [0], why: "engines are not asked for probabilities; leave it out" }],
  ["verbosity", { nothing: ["medium"], why: "the model has no verbosity; ask for short or long answers in a message" }],
  ["web_search_options", { why: "nothing searches the web here; declare a tool that does" }],
]);

/**
 * Reads a request of OpenAI's Chat Completions.
 *
 * @param body The body of the request, as JSON or as the official client takes it. A field that is `null` is absent.
 * @throws ApiError for what is malformed, and for what Harmony cannot say unless `unsupported` is `"drop"`; `param` is the
 *   path of the field.
 * @throws TypeError for an option that is not understood.
 */
export function readChatCompletionRequest(body: unknown, options: ReadRequestOptions = {}): ChatCompletionRequest {
  checkReadRequestOptions(options, [], "readChatCompletionRequest");
  const request = new RequestObject(body, "");
  const unsupported = new Unsupported(options.unsupported);
  const model = request.requiredName("model");
  noteUnsupported(request, unsupported);
  const { toolNames, choice, usesFunctions } = readTools(request, options, unsupported);
  const history = new History(toolNames);
  const continuesLast = request.boolean("continue_final_message") ?? false;
  const prefill = readMessages(request, { history, toolNames, unsupported, continuesLast });
  const format = readResponseFormat(request);
  const reasoningEffort = reasoningEffortOf(request.get("reasoning_effort"), "reasoning_effort");
  const count = { min: 1, isInteger: true };
  const maxTokens = request.number("max_tokens", count);
  return {
    history: history.finish({ reasoningEffort, options }, format?.answer),
    toolNames,
    ...choice,
    parallelToolCalls: !usesFunctions && (request.boolean("parallel_tool_calls") ?? true),
    responseFormat: format?.constraint,
    prefill,
    maxTokens: request.number("max_completion_tokens", count) ?? maxTokens,
    stop: readStop(request),
    sampling: readSampling(request),
    warnings: unsupported.warnings,
    model,
    stream: request.boolean("stream") ?? false,
    includeUsage: request.object("stream_options")?.boolean("include_usage") ?? false,
    n: request.number("n", { min: 1, max: 128, isInteger: true }) ?? 1,
    usesFunctions,
  };
}

function noteUnsupported(request: RequestObject, unsupported: Unsupported): void {
  for (const key of request.keys) {
    const value = request.get(key);
    if (value === undefined || READ.includes(key) || WITHOUT_EFFECT.includes(key)) continue;
    if (key === "modalities") {
      readModalities(request, unsupported);
      continue;
    }
    const known = WITHOUT_SUPPORT.get(key);
    if (known === undefined) {
      unsupported.note(request.at(key), `${showValue(key)} is not a field of a request; leave it out`);
    } else if (known.nothing?.includes(value) !== true) {
      unsupported.note(request.at(key), known.why);
    }
  }
}

function readModalities(request: RequestObject, unsupported: Unsupported): void {
  for (const [index, modality] of request.requiredList("modalities").entries()) {
    if (modality === "text") continue;
    unsupported.note(`modalities[${index}]`, `the model writes text only, not ${showValue(modality)}; leave it out`);
  }
}

/** What the model is told of the form of its answer, and what it is held to. */
function readResponseFormat(
  request: RequestObject,
): { readonly answer?: AnswerFormat; readonly constraint: RequestedFormat } | undefined {
  const format = request.object("response_format");
  if (format === undefined) return undefined;
  const type = format.word("type", ["text", "json_object", "json_schema"]);
  if (type === undefined) throw format.missing("type");
  if (type === "text") return undefined;
  if (type === "json_object") {
    return { constraint: { schema: { type: "object" }, strict: true, path: format.path } };
  }
  const described = format.object("json_schema");
  if (described === undefined) throw format.missing("json_schema");
  const name = described.requiredName("name");
  const description = described.string("description");
  const schema = described.object("schema")?.value ?? {};
  const strict = described.boolean("strict") ?? false;
  const path = described.at("schema");
  return { answer: { name, schema, description, path }, constraint: { schema, strict, path } };
}
