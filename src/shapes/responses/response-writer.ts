import { EngineError } from "../../engines/engine-error.js";
import { checkOptions, checkString, showValue } from "../../options.js";
import { ApiError } from "../api-error.js";
import type { EndedReply } from "../harmony-reply.js";
import { newId, type ReplyEvent, type ReplyPart } from "../reply.js";
import { type CitationResolver, citationsIn } from "./citations.js";
import { ID_PREFIXES, itemOf, itemTypeOf, type OpenItem, textContent } from "./open-item.js";
import type {
  ResponseItemStatus,
  ResponseOutputItem,
  ResponseReasoningItem,
  ResponseUrlCitation,
} from "./output-item.js";
import type { ResponseFailure, ResponseObject, ResponseUsage } from "./response-object.js";
import type { ResponseRequest } from "./response-request.js";
import type { ResponseStreamEvent } from "./stream-event.js";

/** How a response is written. */
export interface ResponseWriterOptions {
  /** The id of the response. Default: a random one. */
  readonly id?: string | undefined;
  /** When the response was begun, in seconds since 1970. Default: now. */
  readonly createdAt?: number | undefined;
  /** Makes the ids of items behind a prefix such as `msg_`; the default is random. */
  readonly newItemId?: ((prefix: string) => string) | undefined;
  /** Finds the pages that the model cites; they become annotations. Default: citations are text like any other. */
  readonly citation?: CitationResolver | undefined;
  /**
   * Where thoughts stand in their item: in its `content`, or in its `summary`, where some clients look for them that do not
   * know the content. Default: `"content"`.
   */
  readonly thoughts?: "content" | "summary" | undefined;
}

const OPTIONS = [
  "id",
  "createdAt",
  "newItemId",
  "citation",
  "thoughts",
] as const satisfies (keyof ResponseWriterOptions)[];

/** The events that bring the text of an item, piece by piece. */
const DELTAS = {
  message: "response.output_text.delta",
  reasoning: "response.reasoning_text.delta",
  function_call: "response.function_call_arguments.delta",
  custom_tool_call: "response.custom_tool_call_input.delta",
  code_interpreter_call: "response.code_interpreter_call_code.delta",
  web_search_call: undefined,
  tool_search_call: undefined,
} as const satisfies Record<ResponseOutputItem["type"], ResponseStreamEvent["type"] | undefined>;

/** What a response has when it has ended. */
type End = Pick<ResponseObject, "status" | "error" | "incomplete_details" | "completed_at" | "usage">;

/** An event without its number. */
type Unnumbered<Event> = Event extends ResponseStreamEvent ? Omit<Event, "sequence_number"> : never;

/**
 * Writes what the model says as a response of OpenAI's Responses API: as events while it comes in, and as an object at any
 * time. The object is what the events add up to.
 *
 *     const writer = new ResponseWriter(request);
 *     send(writer.begin());
 *     for await (const event of reply) send(writer.write(event));
 *     send(writer.end(reply));
 */
export class ResponseWriter {
  readonly #request: ResponseRequest;
  readonly #id: string;
  readonly #createdAt: number;
  readonly #newItemId: (prefix: string) => string;
  readonly #citation: CitationResolver | undefined;
  readonly #hasSummaries: boolean;
  readonly #output: ResponseOutputItem[] = [];
  #open: OpenItem | undefined;
  #events: ResponseStreamEvent[] = [];
  #sequenceNumber = 0;
  #hasBegun = false;
  #end: End | undefined;

  /** @throws TypeError for an option that is not understood. */
  constructor(request: ResponseRequest, options: ResponseWriterOptions = {}) {
    checkOptions(options, OPTIONS, "ResponseWriter");
    const { id = newId("resp_"), createdAt = now(), newItemId = newId, citation, thoughts = "content" } = options;
    checkString(id, "id");
    if (!Number.isFinite(createdAt)) throw new TypeError(`createdAt must be a number, not ${showValue(createdAt)}`);
    for (const [name, value] of Object.entries({ newItemId, citation })) {
      if (value !== undefined && typeof value !== "function") {
        throw new TypeError(`${name} must be a function, not ${showValue(value)}`);
      }
    }
    if (thoughts !== "content" && thoughts !== "summary") {
      throw new TypeError(`thoughts must be "content" or "summary", not ${showValue(thoughts)}`);
    }
    this.#request = request;
    this.#id = id;
    this.#createdAt = createdAt;
    this.#newItemId = newItemId;
    this.#citation = citation;
    this.#hasSummaries = thoughts === "summary";
  }

  /** The first events. They come of themselves where this is not called. */
  begin(): ResponseStreamEvent[] {
    this.#begin();
    return this.#taken();
  }

  /** Takes an event of a reply, and returns what is sent to the client: perhaps nothing. */
  write(event: ReplyEvent): ResponseStreamEvent[] {
    this.#begin();
    if (this.#end === undefined) {
      if (event.type === "part-start") this.#start(event.part);
      else if (event.type === "part-delta") this.#add(event.text);
      else if (event.type === "part-end") this.#close(event.isComplete ? "completed" : "incomplete");
    }
    return this.#taken();
  }

  /** Takes the end of the reply, and returns the last events. A reply that has not ended was stopped by the program. */
  end(reply: EndedReply): ResponseStreamEvent[] {
    const { finish, usage, carriedTokens } = reply;
    this.#begin();
    if (this.#end !== undefined) return [];
    const isComplete = finish === "stop" || finish === "tool-calls";
    this.#close(isComplete ? "completed" : "incomplete");
    if (this.#request.includesTokens && carriedTokens !== undefined) this.#addTokens(carriedTokens);
    const counted = usageOf(usage);
    if (finish === "error") {
      const message = "the engine ended the answer in a way that is not understood";
      this.#fail({ code: "server_error", message }, counted);
    } else if (isComplete) {
      this.#end = { status: "completed", error: null, incomplete_details: null, completed_at: now(), usage: counted };
      this.#push({ type: "response.completed", response: this.response });
    } else {
      const reason =
        finish === "length" ? "max_output_tokens" : finish === "content-filter" ? "content_filter" : undefined;
      const incomplete_details: ResponseObject["incomplete_details"] = reason === undefined ? {} : { reason };
      this.#end = { status: "incomplete", error: null, incomplete_details, completed_at: null, usage: counted };
      this.#push({ type: "response.incomplete", response: this.response });
    }
    return this.#taken();
  }

  /**
   * Takes an error that has ended the reply, and returns the last events. What came before it is kept.
   * @param reply What is known of the reply, for the usage.
   */
  fail(error: unknown, reply?: Pick<EndedReply, "usage">): ResponseStreamEvent[] {
    this.#begin();
    if (this.#end !== undefined) return [];
    this.#close("incomplete");
    this.#fail(failureOf(error), reply === undefined ? undefined : usageOf(reply.usage));
    return this.#taken();
  }

  /** The response as it is by now. */
  get response(): ResponseObject {
    const open = this.#open;
    const items = open === undefined ? this.#output : [...this.#output, itemOf(open, "in_progress")];
    const output = structuredClone(items);
    const end = this.#end ?? { status: "in_progress", error: null, incomplete_details: null, completed_at: null };
    return {
      id: this.#id,
      object: "response",
      created_at: this.#createdAt,
      access_programs: null,
      ...this.#request.settings,
      ...end,
      output,
      output_text: textOf(output),
    };
  }

  #begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#push({ type: "response.created", response: this.response });
    this.#push({ type: "response.in_progress", response: this.response });
  }

  #start(part: ReplyPart): void {
    this.#close("incomplete");
    const type = itemTypeOf(part, this.#request.toolSearch);
    const id = this.#newItemId(ID_PREFIXES[type]);
    const open: OpenItem = {
      part,
      type,
      id,
      index: this.#output.length,
      isSummary: type === "reasoning" && this.#hasSummaries,
      text: "",
      annotations: [],
    };
    this.#open = open;
    this.#push({
      type: "response.output_item.added",
      output_index: open.index,
      item: itemOf(open, "in_progress", false),
    });
    const place = { item_id: id, output_index: open.index };
    if (type === "message") {
      this.#push({ type: "response.content_part.added", ...place, content_index: 0, part: textContent(open) });
    } else if (open.isSummary) {
      const summary = { type: "summary_text", text: "" } as const;
      this.#push({ type: "response.reasoning_summary_part.added", ...place, summary_index: 0, part: summary });
    } else if (type === "reasoning") {
      const content = { type: "reasoning_text", text: "" } as const;
      this.#push({ type: "response.content_part.added", ...place, content_index: 0, part: content });
    } else if (type === "web_search_call" || type === "code_interpreter_call") {
      this.#push({ type: `response.${type}.in_progress`, ...place });
    }
  }

  #add(delta: string): void {
    const open = this.#open;
    if (open === undefined) return;
    const offset = open.text.length;
    open.text += delta;
    const type = DELTAS[open.type];
    // These come whole, when they end.
    if (type === undefined) return;
    const sequence_number = this.#sequenceNumber;
    this.#sequenceNumber += 1;
    const { id: item_id, index: output_index } = open;
    // Written out, since this is done for every token.
    if (type === "response.output_text.delta") {
      this.#events.push({ type, sequence_number, item_id, output_index, content_index: 0, delta, logprobs: [] });
      if (this.#citation !== undefined) this.#annotate(open, citationsIn(delta, offset, this.#citation));
    } else if (open.isSummary) {
      const type = "response.reasoning_summary_text.delta";
      this.#events.push({ type, sequence_number, item_id, output_index, summary_index: 0, delta });
    } else if (type === "response.reasoning_text.delta") {
      this.#events.push({ type, sequence_number, item_id, output_index, content_index: 0, delta });
    } else {
      this.#events.push({ type, sequence_number, item_id, output_index, delta } as ResponseStreamEvent);
    }
  }

  #annotate(open: OpenItem, annotations: readonly ResponseUrlCitation[]): void {
    for (const annotation of annotations) {
      this.#push({
        type: "response.output_text.annotation.added",
        item_id: open.id,
        output_index: open.index,
        content_index: 0,
        annotation_index: open.annotations.length,
        annotation: { ...annotation },
      });
      open.annotations.push(annotation);
    }
  }

  #close(status: Exclude<ResponseItemStatus, "in_progress">): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    const { type, text } = open;
    const place = { item_id: open.id, output_index: open.index };
    switch (type) {
      case "message":
        this.#push({ type: "response.output_text.done", ...place, content_index: 0, text, logprobs: [] });
        this.#push({ type: "response.content_part.done", ...place, content_index: 0, part: textContent(open) });
        break;
      case "reasoning": {
        if (open.isSummary) {
          const part = { type: "summary_text", text } as const;
          this.#push({ type: "response.reasoning_summary_text.done", ...place, summary_index: 0, text });
          this.#push({ type: "response.reasoning_summary_part.done", ...place, summary_index: 0, part });
          break;
        }
        const part = { type: "reasoning_text", text } as const;
        this.#push({ type: "response.reasoning_text.done", ...place, content_index: 0, text });
        this.#push({ type: "response.content_part.done", ...place, content_index: 0, part });
        break;
      }
      case "function_call": {
        const name = open.part.tool?.name ?? "";
        this.#push({ type: "response.function_call_arguments.done", ...place, name, arguments: text });
        break;
      }
      case "custom_tool_call":
        this.#push({ type: "response.custom_tool_call_input.done", ...place, input: text });
        break;
      case "code_interpreter_call":
        this.#push({ type: "response.code_interpreter_call_code.done", ...place, code: text });
        if (status === "completed") {
          this.#push({ type: "response.code_interpreter_call.interpreting", ...place });
          this.#push({ type: "response.code_interpreter_call.completed", ...place });
        }
        break;
      case "web_search_call":
        if (status === "completed") {
          this.#push({ type: "response.web_search_call.searching", ...place });
          this.#push({ type: "response.web_search_call.completed", ...place });
        }
        break;
      default:
    }
    const item = itemOf(open, status);
    this.#output.push(item);
    this.#push({ type: "response.output_item.done", output_index: open.index, item: structuredClone(item) });
  }

  /** The tokens of the response, as an item of their own: they are known when all others have been sent. */
  #addTokens(carriedTokens: string): void {
    const id = this.#newItemId(ID_PREFIXES.reasoning);
    const item: ResponseReasoningItem = { type: "reasoning", id, status: "completed", summary: [], content: [] };
    const output_index = this.#output.length;
    this.#push({ type: "response.output_item.added", output_index, item: { ...item, status: "in_progress" } });
    const done = { ...item, encrypted_content: carriedTokens };
    this.#output.push(done);
    this.#push({ type: "response.output_item.done", output_index, item: structuredClone(done) });
  }

  #fail(error: ResponseFailure, usage: ResponseUsage | undefined): void {
    const end = { status: "failed", error, incomplete_details: null, completed_at: null } as const;
    this.#end = usage === undefined ? end : { ...end, usage };
    this.#push({ type: "response.failed", response: this.response });
  }

  #push(event: Unnumbered<ResponseStreamEvent>): void {
    this.#events.push({ ...event, sequence_number: this.#sequenceNumber } as ResponseStreamEvent);
    this.#sequenceNumber += 1;
  }

  #taken(): ResponseStreamEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}

function usageOf({ promptTokens, cachedTokens, completionTokens, analysisTokens }: EndedReply["usage"]): ResponseUsage {
  return {
    input_tokens: promptTokens,
    input_tokens_details: { cached_tokens: cachedTokens, cache_write_tokens: 0 },
    output_tokens: completionTokens,
    output_tokens_details: { reasoning_tokens: analysisTokens },
    total_tokens: promptTokens + completionTokens,
  };
}

/** An error in the words of a response, which knows few of them. */
function failureOf(error: unknown): ResponseFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ApiError && error.status < 500) return { code: "invalid_prompt", message };
  const isTooMuch = error instanceof EngineError && error.status === 429;
  return { code: isTooMuch ? "rate_limit_exceeded" : "server_error", message };
}

function textOf(output: readonly ResponseOutputItem[]): string {
  let text = "";
  for (const item of output) {
    if (item.type === "message") for (const content of item.content) text += content.text;
  }
  return text;
}
