import type { Prefill } from "../../chat/prefill.js";
import { showValue } from "../../options.js";
import { contentText, type TextParts } from "../content-text.js";
import type { AssistantCall, AssistantPart, History } from "../history.js";
import type { Unsupported } from "../request.js";
import { invalidField, type RequestObject } from "../request-fields.js";
import type { ToolNames } from "../tool-names.js";

/** The parts of a message that are text. */
const TEXT_PARTS: TextParts = { text: "text", refusal: "refusal" };

const ROLES = ["system", "developer", "user", "assistant", "tool", "function"] as const;

/** What reading messages takes. */
interface Setting {
  readonly history: History;
  readonly toolNames: ToolNames;
  readonly unsupported: Unsupported;
  /** Whether the model goes on with the last message, which has to be its own. */
  readonly continuesLast: boolean;
}

/**
 * Reads `messages` into a history.
 * @returns The message that the model is to go on with.
 * @throws ApiError for what is malformed, and for what Harmony cannot say, unless it is to be dropped.
 */
export function readMessages(request: RequestObject, setting: Setting): Prefill | undefined {
  if (request.requiredList("messages").length === 0) throw request.wrong("messages", "a list with a message");
  const messages = request.objects("messages");
  const reader = new MessageReader(setting);
  for (const [index, message] of messages.entries()) {
    if (setting.continuesLast && index === messages.length - 1) return reader.readUnfinished(message);
    reader.read(message);
  }
  return undefined;
}

class MessageReader {
  readonly #history: History;
  readonly #toolNames: ToolNames;
  readonly #unsupported: Unsupported;
  /** The calls made by `function_call` that wait for a result, which names the function only. */
  readonly #nameless: { readonly name: string; readonly id: string }[] = [];

  constructor({ history, toolNames, unsupported }: Setting) {
    this.#history = history;
    this.#toolNames = toolNames;
    this.#unsupported = unsupported;
  }

  read(message: RequestObject): void {
    switch (this.#roleOf(message)) {
      case "system":
      case "developer":
        this.#history.instructions(this.#text(message));
        return;
      case "user":
        this.#history.user(this.#text(message));
        return;
      case "assistant":
        this.#history.assistant(this.#assistantParts(message), message.string("harmony_tokens"));
        return;
      case "tool":
        // The same path for both mistakes that can be found: a result too many, and one without a call.
        this.#history.toolResult(
          message.requiredString("tool_call_id"),
          contentText(message, "content", TEXT_PARTS, this.#unsupported, "\n") ?? "",
          message.at("tool_call_id"),
        );
        return;
      case "function":
        this.#functionResult(message);
    }
  }

  /** The message that the model goes on with: what it thought before is history. */
  readUnfinished(message: RequestObject): Prefill {
    if (this.#roleOf(message) !== "assistant" || this.#callsOf(message).length > 0) {
      const why = "only a last message of the assistant without calls can be continued";
      throw invalidField("continue_final_message", why);
    }
    const thoughts = reasoningOf(message);
    if (thoughts !== undefined) this.#history.assistant([{ type: "reasoning", text: thoughts }]);
    return { channel: "final", content: contentText(message, "content", TEXT_PARTS, this.#unsupported, "") ?? "" };
  }

  #roleOf(message: RequestObject): (typeof ROLES)[number] {
    const role = message.word("role", ROLES);
    if (role === undefined) throw message.missing("role");
    return role;
  }

  /** The text of a message that has to have one. */
  #text(message: RequestObject): string {
    const text = contentText(message, "content", TEXT_PARTS, this.#unsupported, "\n");
    if (text === undefined) throw message.missing("content");
    return text;
  }

  /** What the assistant wrote, in the order in which it writes: thoughts, what it says before its calls, its calls. */
  #assistantParts(message: RequestObject): AssistantPart[] {
    const parts: AssistantPart[] = [];
    const thoughts = reasoningOf(message);
    if (thoughts !== undefined) parts.push({ type: "reasoning", text: thoughts });
    const calls = this.#callsOf(message);
    const said = [contentText(message, "content", TEXT_PARTS, this.#unsupported, ""), message.string("refusal")].filter(
      (text) => text !== undefined,
    );
    const text = said.join("");
    if (text !== "" && calls.length > 0) parts.push({ type: "preamble", text });
    if (said.length > 0 && calls.length === 0) {
      // A server that has nothing to show beside thoughts sends an empty content.
      if (text !== "" || thoughts === undefined) parts.push({ type: "answer", text });
    }
    parts.push(...calls);
    return parts;
  }

  #callsOf(message: RequestObject): AssistantCall[] {
    const calls = message.objects("tool_calls").map((call) => this.#callOf(call));
    const functionCall = message.object("function_call");
    if (functionCall !== undefined) {
      const name = functionCall.requiredName("name");
      // The call has no id, and its result names the function only: the place of the call stands for it.
      const id = `${functionCall.path}\u0000`;
      this.#nameless.push({ name, id });
      calls.push(this.#functionCallOf(functionCall, id));
    }
    return calls;
  }

  #callOf(call: RequestObject): AssistantCall {
    const id = call.requiredString("id");
    // Some clients leave out the type, which says no more than the field does.
    const type =
      call.word("type", ["function", "custom"]) ?? (call.get("custom") === undefined ? "function" : "custom");
    const body = call.object(type);
    if (body === undefined) throw call.missing(type);
    if (type === "custom") {
      const recipient = this.#toolNames.recipientOf(body.requiredName("name"), body.string("namespace"));
      return { type: "call", id, recipient, text: body.requiredString("input"), path: call.path };
    }
    return { ...this.#functionCallOf(body, id), path: call.path };
  }

  #functionCallOf(called: RequestObject, id: string): AssistantCall {
    const recipient = this.#toolNames.recipientOf(called.requiredName("name"), called.string("namespace"));
    const text = called.requiredString("arguments");
    // Code may be empty; arguments that are, are none.
    const isNone = text.trim() === "" && recipient !== "python";
    return { type: "call", id, recipient, text: isNone ? "{}" : text, path: called.path };
  }

  #functionResult(message: RequestObject): void {
    const name = message.requiredName("name");
    const index = this.#nameless.findLastIndex((call) => call.name === name);
    const [call] = index < 0 ? [] : this.#nameless.splice(index, 1);
    if (call === undefined) {
      const why = `no function_call of ${showValue(name)} stands before its result, or it has one already`;
      throw invalidField(message.at("name"), why);
    }
    const text = contentText(message, "content", TEXT_PARTS, this.#unsupported, "\n") ?? "";
    this.#history.toolResult(call.id, text, message.at("name"));
  }
}

/** The thoughts of a message: servers have two names for them. */
function reasoningOf(message: RequestObject): string | undefined {
  const reasoning = message.string("reasoning_content") || message.string("reasoning");
  return reasoning === "" ? undefined : reasoning;
}
