import { showValue } from "../../options.js";
import { type AnswerFormat, History, reasoningEffortOf } from "../history.js";
import { checkReadRequestOptions, type HarmonyRequest, Unsupported } from "../request.js";
import { invalidField, RequestObject } from "../request-fields.js";
import { readSampling, readStop, SAMPLING_FIELDS } from "../sampling.js";
import { RequestTools, type ToolChoiceOfRequest } from "./declare-tools.js";
import { broughtTools, loadTools, readItems } from "./read-items.js";
import { type ItemStore, itemsOf } from "./resolve-items.js";
import type { ResponseReasoningEffort, ResponseSettings, ResponseTextFormat } from "./response-object.js";
import type { ReadResponseOptions, ResponseRequest } from "./response-request.js";
import type { ResponseToolChoice } from "./response-tool.js";

const OWN_OPTIONS = ["resolveItem", "resolvePrevious"] as const satisfies (keyof ItemStore)[];

/** Fields that change nothing about what the model is told, nor about what the client gets. */
const WITHOUT_EFFECT: readonly string[] = [
  "access_programs",
  "client_metadata",
  "image",
  "prompt_cache_options",
  "prompt_cache_retention",
  "service_tier",
  "store",
  "stream_options",
];

/** Fields that ask for something that there is not, unless they hold this value. */
const WITHOUT_SUPPORT: ReadonlyMap<string, { readonly unless?: unknown; readonly why: string }> = new Map([
  ["background", { unless: false, why: "a response is made while the client waits; leave it out" }],
  ["context_management", { why: "nothing compacts a conversation here; leave it out, and shorten the input yourself" }],
  ["conversation", { why: "conversations are not stored here; send the items as input" }],
  ["max_tool_calls", { why: "calls are not counted here; leave it out" }],
  ["moderation", { why: "nothing is moderated here; leave it out" }],
  ["prompt", { why: "prompts are not stored here; send instructions and input" }],
  ["top_logprobs", { unless: 0, why: "engines are not asked for probabilities; leave it out" }],
  ["truncation", { unless: "disabled", why: "nothing is cut off a conversation here; shorten the input yourself" }],
]);

/** Fields that are read below. */
const READ: readonly string[] = [
  "include",
  "input",
  "instructions",
  "max_output_tokens",
  "metadata",
  "model",
  "parallel_tool_calls",
  "previous_response_id",
  "prompt_cache_key",
  "reasoning",
  "safety_identifier",
  "stream",
  "text",
  "tool_choice",
  "tools",
  "user",
  ...SAMPLING_FIELDS,
];

/** What a response can include, and what it cannot. */
const INCLUDABLE: ReadonlyMap<unknown, boolean> = new Map([
  ["reasoning.encrypted_content", true],
  ["message.output_text.logprobs", false],
  // These concern items that a response does not have, or results that it does not know.
  ["code_interpreter_call.outputs", true],
  ["computer_call_output.output.image_url", true],
  ["file_search_call.results", true],
  ["message.input_image.image_url", true],
  ["web_search_call.action.sources", true],
  ["web_search_call.results", true],
]);

/**
 * Reads a request of OpenAI's Responses API.
 *
 * @param body The body of the request, as JSON or as the official client takes it.
 * @throws ApiError for what is malformed, and for what Harmony cannot say unless `unsupported` is `"drop"`.
 * @throws TypeError for an option that is not understood; whatever the resolvers throw.
 */
export function readResponseRequest(body: unknown, options: ReadResponseOptions = {}): ResponseRequest {
  checkReadOptions(options);
  const request = new RequestObject(body, "");
  const unsupported = new Unsupported(options.unsupported);
  const model = request.requiredName("model");
  noteUnsupported(request, unsupported);
  const items = itemsOf(request, options);
  const tools = new RequestTools(unsupported, options.builtInTools);
  const declared = request.objects("tools");
  tools.declareBuiltIn([...declared, ...broughtTools(items).flatMap(([, brought]) => brought)]);
  tools.declare(declared);
  const loaded = loadTools(items, tools);
  const history = new History(tools.names);
  const instructions = request.string("instructions");
  if (instructions !== undefined) history.instructions(instructions);
  readItems(items, { history, tools, unsupported, loaded });
  const choice = tools.choice(request);
  const settings = readSettings(request, tools, choice, unsupported);
  const format = formatOf(settings.text.format);
  const reasoningEffort = reasoningEffortOf(settings.reasoning.effort, "reasoning.effort");
  return {
    history: history.finish({ reasoningEffort, options }, format?.answer),
    toolNames: tools.names,
    ...choice,
    parallelToolCalls: settings.parallel_tool_calls,
    responseFormat: format?.constraint,
    maxTokens: settings.max_output_tokens ?? undefined,
    stop: readStop(request),
    sampling: readSampling(request),
    warnings: unsupported.warnings,
    model,
    stream: request.boolean("stream") ?? false,
    includesTokens: readInclude(request, unsupported),
    toolSearch: tools.toolSearch,
    items: items.map(({ value }) => value),
    settings,
  };
}

/** What the response repeats: the settings of the request as far as they have an effect, and defaults. */
function readSettings(
  request: RequestObject,
  tools: RequestTools,
  choice: ToolChoiceOfRequest,
  unsupported: Unsupported,
): ResponseSettings {
  const user = request.string("user");
  const { temperature = 1, topP = 1 } = readSampling(request);
  // A choice that was left out is none.
  const isLeftOut = choice.toolChoice === "auto" && choice.allowedTools === undefined;
  const tool_choice = (isLeftOut ? "auto" : request.get("tool_choice")) as ResponseToolChoice;
  return {
    background: false,
    instructions: request.string("instructions") ?? null,
    max_output_tokens: request.number("max_output_tokens", { min: 1, isInteger: true }) ?? null,
    max_tool_calls: null,
    metadata: metadataOf(request),
    model: request.requiredName("model"),
    parallel_tool_calls: request.boolean("parallel_tool_calls") ?? true,
    previous_response_id: request.string("previous_response_id") ?? null,
    prompt_cache_key: request.string("prompt_cache_key") ?? null,
    reasoning: reasoningSettings(request, unsupported),
    safety_identifier: request.string("safety_identifier") ?? null,
    service_tier: null,
    temperature,
    text: textSettings(request, unsupported),
    tool_choice,
    tools: tools.sent,
    top_logprobs: 0,
    top_p: topP,
    truncation: "disabled",
    ...(user === undefined ? {} : { user }),
  };
}

function checkReadOptions(options: ReadResponseOptions): void {
  checkReadRequestOptions(options, OWN_OPTIONS, "readResponseRequest");
  for (const name of OWN_OPTIONS) {
    const resolve = options[name];
    if (resolve !== undefined && typeof resolve !== "function") {
      throw new TypeError(`${name} must be a function, not ${showValue(resolve)}`);
    }
  }
}

function noteUnsupported(request: RequestObject, unsupported: Unsupported): void {
  for (const key of request.keys) {
    const value = request.get(key);
    const known = WITHOUT_SUPPORT.get(key);
    if (known !== undefined) {
      if (value !== undefined && value !== known.unless) unsupported.note(request.at(key), known.why);
    } else if (value !== undefined && !READ.includes(key) && !WITHOUT_EFFECT.includes(key)) {
      unsupported.note(request.at(key), `${showValue(key)} is not a field of a request; leave it out`);
    }
  }
}

/** @returns Whether the tokens of the response are asked for. */
function readInclude(request: RequestObject, unsupported: Unsupported): boolean {
  const included = request.list("include") ?? [];
  included.forEach((value, index) => {
    const path = `${request.at("include")}[${index}]`;
    const isSupported = INCLUDABLE.get(value);
    if (isSupported === undefined) {
      throw invalidField(path, `${path} must be one of ${[...INCLUDABLE.keys()].join(", ")}, not ${showValue(value)}`);
    }
    if (!isSupported) unsupported.note(path, "engines are not asked for probabilities; leave it out");
  });
  return included.includes("reasoning.encrypted_content");
}

function metadataOf(request: RequestObject): { [key: string]: string } {
  const metadata = request.object("metadata");
  const entries = metadata?.keys.map((key) => [key, metadata.requiredString(key)] as const) ?? [];
  return Object.fromEntries(entries);
}

function reasoningSettings(request: RequestObject, unsupported: Unsupported): ResponseSettings["reasoning"] {
  const reasoning = request.object("reasoning");
  if (reasoning === undefined) return { effort: null, summary: null };
  reasoningEffortOf(reasoning.get("effort"), reasoning.at("effort"));
  // Thoughts are given in full, and Harmony itself decides which of them the model sees again.
  const summaries = ["auto", "concise", "detailed"] as const;
  const summary = reasoning.word("summary", summaries) ?? reasoning.word("generate_summary", summaries);
  reasoning.word("context", ["auto", "current_turn", "all_turns"]);
  const mode = reasoning.string("mode") ?? "standard";
  if (mode !== "standard") unsupported.note(reasoning.at("mode"), "the model has one way to reason; leave it out");
  const effort = (reasoning.get("effort") ?? null) as ResponseReasoningEffort | null;
  return { effort, summary: summary ?? null };
}

function textSettings(request: RequestObject, unsupported: Unsupported): ResponseSettings["text"] {
  const text = request.object("text");
  const format = text?.object("format");
  const verbosity = text?.word("verbosity", ["low", "medium", "high"]) ?? "medium";
  if (text !== undefined && verbosity !== "medium") {
    unsupported.note(
      text.at("verbosity"),
      "the model has no verbosity; ask for short or long answers in `instructions`",
    );
  }
  return { format: format === undefined ? { type: "text" } : readFormat(format), verbosity: "medium" };
}

function readFormat(format: RequestObject): ResponseTextFormat {
  const type = format.word("type", ["text", "json_object", "json_schema"]);
  if (type === undefined) throw format.missing("type");
  if (type !== "json_schema") return { type };
  const name = format.requiredString("name");
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) {
    throw format.wrong("name", "a name of at most 64 letters, digits, underscores and dashes");
  }
  const description = format.string("description");
  const schema = format.object("schema");
  if (schema === undefined) throw format.missing("schema");
  return {
    type,
    name,
    schema: schema.value,
    strict: format.boolean("strict") ?? false,
    ...(description === undefined ? {} : { description }),
  };
}

/** What the model is told of the form of its answer, and what it is held to. */
function formatOf(
  format: ResponseTextFormat,
): { readonly answer?: AnswerFormat; readonly constraint: HarmonyRequest["responseFormat"] } | undefined {
  if (format.type === "text") return undefined;
  if (format.type === "json_object")
    return { constraint: { schema: { type: "object" }, strict: true, path: "text.format" } };
  const { name, schema, description, strict } = format;
  const path = "text.format.schema";
  return { answer: { name, schema, description, path }, constraint: { schema, strict: strict === true, path } };
}
