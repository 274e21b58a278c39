import { DeveloperContent, ReasoningEffort, SystemContent } from "../chat/content.js";
import type { MessageLike } from "../chat/message.js";
import { HarmonyError } from "../errors.js";
import { showValue } from "../options.js";
import { ApiError } from "./api-error.js";
import { unpackTokens } from "./carried-tokens.js";
import type { HistoryStep, ReadRequestOptions } from "./request.js";
import type { ToolNames } from "./tool-names.js";

/** A message of the assistant, as the shapes know them. */
export type AssistantPart =
  /** What it thought. */
  | { readonly type: "reasoning"; readonly text: string }
  /** What it told the user before it called a tool. */
  | { readonly type: "preamble"; readonly text: string }
  /** What it answered. */
  | { readonly type: "answer"; readonly text: string }
  /** A call of a tool. */
  | AssistantCall;

/** A call of a tool. */
export interface AssistantCall {
  readonly type: "call";
  /** What its result is found by. */
  readonly id: string;
  /** The tool's full name. */
  readonly recipient: string;
  /** The arguments, as text. */
  readonly text: string;
  /** Where the call stands in the request. */
  readonly path: string;
}

/** The settings of a system message that a request holds. */
export interface SystemSettings {
  readonly reasoningEffort?: ReasoningEffort | undefined;
  readonly options: ReadRequestOptions;
}

/** The section of the developer message that describes an answer. */
export interface AnswerFormat {
  readonly name: string;
  readonly schema: unknown;
  readonly description?: string | undefined;
  /** Where the schema stands in the request, for errors. Default: `"schema"`. */
  readonly path?: string | undefined;
}

/** A turn of the assistant whose calls wait for their results. */
interface Turn {
  readonly messages: readonly MessageLike[];
  readonly tokens: readonly number[] | undefined;
  readonly calls: readonly AssistantCall[];
  readonly results: Map<string, readonly MessageLike[]>;
}

/**
 * Gathers the messages of a request and puts them into the order in which the model knows them: a system message, one
 * developer message with the instructions and tools, and behind each of the assistant's turns the results of its calls,
 * in the order of the calls, wherever the request has them.
 */
export class History {
  readonly #toolNames: ToolNames;
  readonly #instructions: string[] = [];
  readonly #entries: (MessageLike | Turn)[] = [];
  /** The turns whose calls have been made so far, by the ids of the calls; the latest of an id. */
  readonly #turnOf = new Map<string, Turn>();
  /** Results whose call has not been met yet. */
  readonly #early = new Map<string, { readonly text: string; readonly path: string }>();

  constructor(toolNames: ToolNames) {
    this.#toolNames = toolNames;
  }

  /** The text of a system or developer message. Before all other messages, they are one developer message together. */
  instructions(text: string): void {
    if (text === "") return;
    if (this.#entries.length === 0) {
      this.#instructions.push(text);
      return;
    }
    this.#entries.push({ role: "developer", content: [DeveloperContent.new().withInstructions(text)] });
  }

  user(text: string): void {
    this.#entries.push({ role: "user", content: text });
  }

  /**
   * A turn of the assistant: all that it wrote in one completion.
   * @param carried The tokens of the completion, as `packTokens` wrote them.
   * @throws ApiError for two calls of the same id in one turn.
   */
  assistant(parts: readonly AssistantPart[], carried?: unknown): void {
    if (parts.length === 0) return;
    const calls = parts.filter((part): part is AssistantCall => part.type === "call");
    const tokens = unpackTokens(carried);
    const turn: Turn = {
      messages: parts.map((part) => messageOf(part, this.#toolNames)),
      tokens: tokens?.length === 0 ? undefined : tokens,
      calls,
      results: new Map(),
    };
    this.#entries.push(turn);
    const ids = new Set<string>();
    for (const { id, path } of calls) {
      if (ids.has(id)) {
        throw new ApiError(`two calls of one turn have the id ${showValue(id)}; give each an id of its own`, {
          param: path,
          code: "invalid_value",
        });
      }
      ids.add(id);
      this.#turnOf.set(id, turn);
      const early = this.#early.get(id);
      this.#early.delete(id);
      if (early !== undefined) this.toolResult(id, early.text, early.path);
    }
  }

  /** The result of a call, wherever it stands. @throws ApiError for a second result of a call. */
  toolResult(callId: string, text: string, path: string): void {
    const turn = this.#turnOf.get(callId);
    const isSecond = turn === undefined ? this.#early.has(callId) : turn.results.has(callId);
    if (isSecond) {
      throw new ApiError(`the call ${showValue(callId)} has two results; a call has one`, {
        param: path,
        code: "invalid_value",
      });
    }
    if (turn === undefined) {
      this.#early.set(callId, { text, path });
      return;
    }
    const call = turn.calls.find(({ id }) => id === callId)!;
    const result = { role: "tool", name: call.recipient, recipient: "assistant", content: text } as const;
    turn.results.set(callId, [{ ...result, channel: channelOf(call) }]);
  }

  /**
   * The conversation.
   * @throws ApiError for a result without a call, and for a form of the answer that cannot be shown to the model.
   */
  finish(settings: SystemSettings, format?: AnswerFormat | undefined): HistoryStep[] {
    for (const [id, { path }] of this.#early) {
      const message = `no call in the conversation has the id ${showValue(id)}; send the assistant's message that makes it as well`;
      throw new ApiError(message, { param: path, code: "invalid_value" });
    }
    const steps: HistoryStep[] = [];
    let plain: MessageLike[] = [this.#systemMessage(settings)];
    const developer = this.#developerMessage(format);
    if (developer !== undefined) plain.push(developer);
    for (const entry of this.#entries) {
      if (!("calls" in entry)) {
        plain.push(entry);
        continue;
      }
      const results = entry.calls.flatMap(({ id }) => entry.results.get(id) ?? []);
      if (entry.tokens === undefined) {
        for (const message of entry.messages) plain.push(message);
      } else {
        if (plain.length > 0) steps.push({ messages: plain });
        steps.push({ messages: entry.messages, tokens: entry.tokens });
        plain = [];
      }
      for (const message of results) plain.push(message);
    }
    if (plain.length > 0) steps.push({ messages: plain });
    return steps;
  }

  #systemMessage({ reasoningEffort, options }: SystemSettings): MessageLike {
    let content = SystemContent.new();
    const { conversationStartDate, modelIdentity, knowledgeCutoff } = options;
    if (modelIdentity !== undefined) content = content.withModelIdentity(modelIdentity);
    if (knowledgeCutoff !== undefined) content = content.withKnowledgeCutoff(knowledgeCutoff);
    if (reasoningEffort !== undefined) content = content.withReasoningEffort(reasoningEffort);
    if (conversationStartDate !== undefined) content = content.withConversationStartDate(conversationStartDate);
    for (const namespace of this.#toolNames.builtIn) content = content.withTools(namespace);
    return { role: "system", content: [content] };
  }

  #developerMessage(format: AnswerFormat | undefined): MessageLike | undefined {
    const { namespaces } = this.#toolNames;
    if (this.#instructions.length === 0 && namespaces.length === 0 && format === undefined) return undefined;
    let content = DeveloperContent.new();
    if (this.#instructions.length > 0) content = content.withInstructions(this.#instructions.join("\n\n"));
    if (format !== undefined) content = withAnswerFormat(content, format);
    for (const namespace of namespaces) content = content.withTools(namespace);
    return { role: "developer", content: [content] };
  }
}

/**
 * The reasoning effort for OpenAI's words, of which the model knows three: what is less than low is low, what is more than
 * high is high.
 * @throws ApiError for any other word.
 */
export function reasoningEffortOf(value: unknown, param: string): ReasoningEffort | undefined {
  if (value === undefined || value === null) return undefined;
  const effort = EFFORTS.get(value);
  if (effort !== undefined) return effort;
  const known = [...EFFORTS.keys()].join(", ");
  throw new ApiError(`${param} must be one of ${known}`, { param, code: "invalid_value" });
}

const EFFORTS: ReadonlyMap<unknown, ReasoningEffort> = new Map([
  ["none", ReasoningEffort.LOW],
  ["minimal", ReasoningEffort.LOW],
  ["low", ReasoningEffort.LOW],
  ["medium", ReasoningEffort.MEDIUM],
  ["high", ReasoningEffort.HIGH],
  ["xhigh", ReasoningEffort.HIGH],
  ["max", ReasoningEffort.HIGH],
]);

/** @throws ApiError for a schema that is nested too deeply. */
function withAnswerFormat(
  content: DeveloperContent,
  { name, schema, description, path = "schema" }: AnswerFormat,
): DeveloperContent {
  try {
    // The name is a heading: one line, and not an empty one.
    return content.withResponseFormat(name.trim().replaceAll(/\s+/g, " ") || "answer", schema, description ?? "");
  } catch (error) {
    // Whatever it throws: a program's own schema can have getters and a method toJSON.
    const param = path + (error instanceof HarmonyError ? (error.path ?? "") : "").replace(/^schema/, "");
    const why = error instanceof HarmonyError ? error.message : `${param} cannot be read`;
    throw new ApiError(why, { param, code: "invalid_value", cause: error });
  }
}

/** The tools that the model was trained to call while it thinks. */
function isBuiltIn(recipient: string): boolean {
  return recipient === "python" || recipient.startsWith("browser.");
}

function channelOf({ recipient }: AssistantCall): string {
  return isBuiltIn(recipient) ? "analysis" : "commentary";
}

function messageOf(part: AssistantPart, toolNames: ToolNames): MessageLike {
  switch (part.type) {
    case "reasoning":
      return { role: "assistant", channel: "analysis", content: part.text };
    case "preamble":
      return { role: "assistant", channel: "commentary", content: part.text };
    case "answer":
      return { role: "assistant", channel: "final", content: part.text };
    case "call": {
      const { recipient, text } = part;
      const call = { role: "assistant", channel: channelOf(part), recipient, content: text } as const;
      // As the model writes them: what it was trained with as code, arguments as JSON. A text of any kind has no type.
      if (isBuiltIn(recipient)) return { ...call, content_type: "code" };
      return toolNames.called(recipient).type === "custom" ? call : { ...call, content_type: "<|constrain|>json" };
    }
  }
}
