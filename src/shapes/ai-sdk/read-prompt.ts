import { calledToolOf } from "../../chat/tool-call.js";
import type { HarmonyEncoding } from "../../encoding.js";
import { ApiError } from "../api-error.js";
import { unpackTokens } from "../carried-tokens.js";
import type { AssistantPart, History } from "../history.js";
import type { ClientTool, ToolNames } from "../tool-names.js";
import type {
  AssistantContentPart,
  FilePart,
  PromptMessage,
  ProviderData,
  TextPart,
  ToolCallPart,
  ToolResultContent,
  ToolResultOutput,
  ToolResultPart,
} from "./call-options.js";
import type { Warning } from "./language-model.js";
import { UnsupportedInputError } from "./sdk-errors.js";

/** What is told to the model where nobody has said why a tool was not executed. */
const DENIED = "Tool execution denied.";

/** What reading a prompt needs. */
export interface PromptSetting {
  readonly history: History;
  readonly toolNames: ToolNames;
  readonly encoding: HarmonyEncoding;
  readonly unsupported: "error" | "drop" | undefined;
  readonly warnings: Warning[];
}

/** Reads the messages of a call into a history. */
export class PromptReader {
  readonly #setting: PromptSetting;

  constructor(setting: PromptSetting) {
    this.#setting = setting;
  }

  /**
   * @throws UnsupportedInputError for what the model cannot read, unless that is to be dropped.
   * @throws ApiError for what is not well formed.
   */
  read(prompt: readonly PromptMessage[]): void {
    const { history } = this.#setting;
    for (const [index, message] of prompt.entries()) {
      const path = `prompt[${index}]`;
      switch (message.role) {
        case "system":
          history.instructions(message.content);
          break;
        case "user":
          history.user(message.content.flatMap((part, at) => this.#textOf(part, `${path}.content[${at}]`)).join("\n"));
          break;
        case "assistant":
          this.#assistant(message.content, message.providerOptions, path);
          break;
        case "tool":
          for (const [at, part] of message.content.entries()) {
            const place = `${path}.content[${at}]`;
            if (part.type === "tool-result") this.#toolResult(part, place);
            else this.#leaveOut("tool approval response", "this model does not execute tools itself", place);
          }
          break;
        default: {
          const message = "a message is one of system, user, assistant and tool";
          throw new ApiError(message, { param: `${path}.role`, code: "invalid_value" });
        }
      }
    }
  }

  #textOf(part: TextPart | FilePart, path: string): string[] {
    if (part.type === "text") return [part.text];
    const text = textOfFile(part.data, part.mediaType);
    if (text !== undefined) return [text];
    this.#refuse(`file part of media type ${part.mediaType}`, path);
    return [];
  }

  /** A message of the assistant may hold several completions: a part with tokens is the last of one. */
  #assistant(content: readonly AssistantContentPart[], options: ProviderData | undefined, path: string): void {
    let parts: (readonly [part: AssistantContentPart, path: string])[] = [];
    const flush = (carried: unknown): void => {
      if (parts.length > 0) this.#completion(parts, carried);
      parts = [];
    };
    for (const [index, part] of content.entries()) {
      const place = `${path}.content[${index}]`;
      if (part.type === "tool-result") {
        // A tool that the provider executed: what follows is another completion.
        flush(undefined);
        this.#toolResult(part, place);
        continue;
      }
      parts.push([part, place]);
      const tokens = part.providerOptions?.harmony?.tokens;
      if (tokens !== undefined) flush(tokens);
    }
    flush(options?.harmony?.tokens);
  }

  #completion(parts: readonly (readonly [part: AssistantContentPart, path: string])[], carried: unknown): void {
    const hasCalls = parts.some(([{ type }]) => type === "tool-call");
    const written = hasCalls ? this.#writtenCalls(carried) : [];
    const read: AssistantPart[] = [];
    for (const [part, path] of parts) {
      switch (part.type) {
        case "text": {
          const isPreamble = hasCalls || part.providerOptions?.harmony?.channel === "commentary";
          read.push({ type: isPreamble ? "preamble" : "answer", text: part.text });
          break;
        }
        case "reasoning": {
          const isPreamble = part.providerOptions?.harmony?.channel === "commentary";
          // Another provider's reasoning may be hidden: there is nothing to say then.
          if (part.text !== "") read.push({ type: isPreamble ? "preamble" : "reasoning", text: part.text });
          break;
        }
        case "tool-call":
          read.push(this.#call(part, written.shift(), path));
          break;
        case "file":
        case "reasoning-file":
        case "custom":
          this.#refuse(`${part.type} part in a message of the assistant`, path);
          break;
        default: {
          const message = "a part of the assistant is one of text, reasoning, tool-call, tool-result and file";
          throw new ApiError(message, { param: `${path}.type`, code: "invalid_value" });
        }
      }
    }
    this.#setting.history.assistant(read, carried);
  }

  #call(
    { toolCallId: id, toolName, input }: ToolCallPart,
    written: WrittenCall | undefined,
    path: string,
  ): AssistantPart {
    const { toolNames } = this.#setting;
    const recipient = toolNames.recipientOf(toolName);
    // The AI SDK gives arguments back as the tool's schema has changed them, and empty where they were not valid. The text of
    // a custom tool is what it was made of.
    const isOwn = written !== undefined && written.tool.name === toolName && written.tool.type !== "custom";
    const text = isOwn ? written.text : typeof input === "string" ? input : (JSON.stringify(input) ?? "{}");
    return { type: "call", id, recipient, text, path };
  }

  /** The calls in a completion, as the model wrote them. */
  #writtenCalls(carried: unknown): WrittenCall[] {
    const { encoding, toolNames } = this.#setting;
    const tokens = unpackTokens(carried);
    if (tokens === undefined) return [];
    const options = { mode: "resilient", tools: toolNames.recipients, continueAfterCall: true } as const;
    const messages = encoding.parseMessagesFromCompletionTokens(tokens, "assistant", options);
    return messages.flatMap((message) => {
      const called = calledToolOf(message);
      return called === undefined ? [] : { tool: toolNames.called(called.recipient), text: message.text };
    });
  }

  #toolResult({ toolCallId, output }: ToolResultPart, path: string): void {
    this.#setting.history.toolResult(toolCallId, this.#resultText(output, `${path}.output`), path);
  }

  #resultText(output: ToolResultOutput, path: string): string {
    switch (output.type) {
      case "text":
      case "error-text":
        return output.value;
      case "json":
      case "error-json":
        return JSON.stringify(output.value) ?? "";
      case "execution-denied":
        return output.reason ?? DENIED;
      case "content":
        return output.value.flatMap((part, index) => this.#resultContent(part, `${path}.value[${index}]`)).join("\n");
      default: {
        const message = "an output is one of text, json, error-text, error-json, execution-denied and content";
        throw new ApiError(message, { param: `${path}.type`, code: "invalid_value" });
      }
    }
  }

  #resultContent(part: ToolResultContent, path: string): string[] {
    if (part.type === "text") return [part.text ?? ""];
    const text = textOfFile(part.data, part.mediaType);
    if (text !== undefined) return [text];
    this.#refuse(`${part.type} part in the result of a tool`, path);
    return [];
  }

  #refuse(functionality: string, path: string): void {
    const message = `the model reads text only, and cannot be given a ${functionality}; leave it out, or describe it`;
    if (this.#setting.unsupported !== "drop") throw new UnsupportedInputError(functionality, message, path);
    this.#leaveOut(functionality, "the model reads text only", path);
  }

  #leaveOut(what: string, why: string, path: string): void {
    this.#setting.warnings.push({
      type: "unsupported",
      feature: `${path}: ${what}`,
      details: `${why}; it is left out`,
    });
  }
}

/** A call in a completion. */
interface WrittenCall {
  readonly tool: ClientTool;
  readonly text: string;
}

/** The text of a text file that is given inline; `undefined` for any other. */
function textOfFile(data: unknown, mediaType: string | undefined): string | undefined {
  if (mediaType?.startsWith("text/") !== true) return undefined;
  if (data instanceof Uint8Array) return new TextDecoder().decode(data);
  if (typeof data === "string") return textOfBase64(data);
  if (typeof data !== "object" || data === null) return undefined;
  const {
    type,
    text,
    data: inner,
  } = data as { readonly type?: unknown; readonly text?: unknown; readonly data?: unknown };
  if (type === "text" && typeof text === "string") return text;
  return type === "data" ? textOfFile(inner, mediaType) : undefined;
}

function textOfBase64(base64: string): string | undefined {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
  } catch {
    // An address of a file, for example.
    return undefined;
  }
}
