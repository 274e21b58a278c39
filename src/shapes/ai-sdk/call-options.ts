/**
 * What the AI SDK asks of a language model, as far as it is read here. The types are written so that the call options of
 * both versions of the specification, V3 and V4, are assignable to them.
 */
export interface LanguageModelCallOptions {
  readonly prompt: readonly PromptMessage[];
  readonly maxOutputTokens?: number | undefined;
  readonly temperature?: number | undefined;
  readonly stopSequences?: readonly string[] | undefined;
  readonly topP?: number | undefined;
  readonly topK?: number | undefined;
  readonly presencePenalty?: number | undefined;
  readonly frequencyPenalty?: number | undefined;
  readonly responseFormat?: ResponseFormat | undefined;
  readonly seed?: number | undefined;
  readonly tools?: readonly ModelTool[] | undefined;
  readonly toolChoice?: ModelToolChoice | undefined;
  readonly includeRawChunks?: boolean | undefined;
  readonly abortSignal?: AbortSignal | undefined;
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  /** How much the model is to think (V4). */
  readonly reasoning?: string | undefined;
  readonly providerOptions?: ProviderData | undefined;
}

/** What is meant for one provider, or comes from one, by its name. */
export type ProviderData = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A message of a prompt. */
export type PromptMessage = (
  | { readonly role: "system"; readonly content: string }
  | { readonly role: "user"; readonly content: readonly (TextPart | FilePart)[] }
  | { readonly role: "assistant"; readonly content: readonly AssistantContentPart[] }
  | { readonly role: "tool"; readonly content: readonly (ToolResultPart | ToolApprovalResponsePart)[] }
) & { readonly providerOptions?: ProviderData | undefined };

/** A part of a message of the assistant. */
export type AssistantContentPart =
  | TextPart
  | FilePart
  | ReasoningPart
  | ToolCallPart
  | ToolResultPart
  | { readonly type: "reasoning-file" | "custom"; readonly providerOptions?: ProviderData | undefined };

export interface TextPart {
  readonly type: "text";
  readonly text: string;
  readonly providerOptions?: ProviderData | undefined;
}

/** A file: bytes, base64 or an address, in V4 within an object that says which. */
export interface FilePart {
  readonly type: "file";
  readonly data: unknown;
  readonly mediaType: string;
  readonly filename?: string | undefined;
  readonly providerOptions?: ProviderData | undefined;
}

export interface ReasoningPart {
  readonly type: "reasoning";
  readonly text: string;
  readonly providerOptions?: ProviderData | undefined;
}

export interface ToolCallPart {
  readonly type: "tool-call";
  readonly toolCallId: string;
  readonly toolName: string;
  /** The arguments, parsed. */
  readonly input: unknown;
  readonly providerOptions?: ProviderData | undefined;
}

export interface ToolResultPart {
  readonly type: "tool-result";
  readonly toolCallId: string;
  readonly toolName: string;
  readonly output: ToolResultOutput;
  readonly providerOptions?: ProviderData | undefined;
}

/** What a tool has returned. */
export type ToolResultOutput =
  | { readonly type: "text" | "error-text"; readonly value: string }
  | { readonly type: "json" | "error-json"; readonly value: unknown }
  | { readonly type: "execution-denied"; readonly reason?: string | undefined }
  | { readonly type: "content"; readonly value: readonly ToolResultContent[] };

/** A part of what a tool has returned: text, or something that is not. */
export interface ToolResultContent {
  readonly type: string;
  readonly text?: string;
  readonly data?: unknown;
  readonly mediaType?: string;
}

export interface ToolApprovalResponsePart {
  readonly type: "tool-approval-response";
  readonly approvalId: string;
  readonly approved: boolean;
  readonly reason?: string | undefined;
}

/** The form of an answer. */
export type ResponseFormat =
  | { readonly type: "text" }
  | {
      readonly type: "json";
      readonly schema?: unknown;
      readonly name?: string | undefined;
      readonly description?: string | undefined;
    };

/** A tool that the model may call. */
export type ModelTool =
  | {
      readonly type: "function";
      readonly name: string;
      readonly description?: string | undefined;
      readonly inputSchema: unknown;
      readonly inputExamples?: readonly unknown[] | undefined;
      readonly strict?: boolean | undefined;
    }
  | {
      readonly type: "provider";
      readonly id: string;
      readonly name: string;
      readonly args: Readonly<Record<string, unknown>>;
    };

/** Which tools the model may or must call. */
export type ModelToolChoice =
  | { readonly type: "auto" | "none" | "required" }
  | { readonly type: "tool"; readonly toolName: string };
