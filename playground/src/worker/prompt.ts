import {
  Conversation,
  type HarmonyEncoding,
  HarmonyError,
  type Prefill,
  type RenderPartsOptions,
  validateConversation,
} from "harmony-format";
import { ApiError, readChatCompletionRequest } from "harmony-format/chat-completions";
import type { Pieces, Problem, PromptAnswer, PromptMessage, PromptQuestion, RenderedInput } from "./answers.js";
import { piecesOf } from "./pieces.js";

/** A conversation, and what it was written as. */
export interface ReadInput {
  readonly kind: "conversation" | "chat";
  readonly conversation: Conversation;
  readonly problems: readonly Problem[];
  readonly prefill?: Prefill | undefined;
}

/** Renders what stands in the editor, with what the prompt leaves out beside it. */
export function answerPrompt(encoding: HarmonyEncoding, question: PromptQuestion): PromptAnswer {
  let input: ReadInput | undefined;
  try {
    input = readInput(question);
    const { kind, problems } = input;
    return { kind, problems, prompt: promptOf(encoding, input, question) };
  } catch (error) {
    return { kind: input?.kind, problems: [...(input?.problems ?? []), problemOf(error)] };
  }
}

/**
 * A mistake in the input, told with its place.
 * @throws What is not a mistake of the input.
 */
export function problemOf(error: unknown): Problem {
  const severity = "error";
  if (error instanceof HarmonyError) {
    const { message, path, offset } = error;
    return { severity, message, ...(path === undefined ? {} : { path }), ...(offset === undefined ? {} : { offset }) };
  }
  if (error instanceof ApiError) {
    return { severity, message: error.message, ...(error.param === null ? {} : { path: error.param }) };
  }
  if (error instanceof TypeError || error instanceof RangeError) return { severity, message: error.message };
  throw error;
}

/** @throws What {@link problemOf} tells. */
export function readInput({ text, kind }: Pick<RenderedInput, "text" | "kind">): ReadInput {
  const isChat = kind === "chat" || (kind === "auto" && looksLikeChat(text));
  if (!isChat) {
    const conversation = Conversation.fromJSON(text);
    const problems = validateConversation(JSON.parse(text)).map(
      ({ message, path }): Problem => ({ severity: "warning", message, path }),
    );
    return { kind: "conversation", conversation, problems };
  }
  const request = readChatCompletionRequest(parseJson(text), { unsupported: "drop" });
  const conversation = Conversation.fromMessages(request.history.flatMap(({ messages }) => messages));
  const problems = request.warnings.map(
    ({ param, message }): Problem => ({ severity: "warning", message: `Left out: ${message}`, path: param }),
  );
  return { kind: "chat", conversation, problems, prefill: request.prefill };
}

/** A request has more than messages, or messages that only a request can have. */
function looksLikeChat(text: string): boolean {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return false;
  }
  if (typeof value !== "object" || value === null || !("messages" in value)) return false;
  if (Object.keys(value).some((key) => key !== "messages")) return true;
  const { messages } = value;
  const fields = ["tool_calls", "tool_call_id", "reasoning_content", "reasoning", "refusal"];
  return (
    Array.isArray(messages) &&
    messages.some(
      (message) =>
        typeof message === "object" && message !== null && fields.some((field) => Object.hasOwn(message, field)),
    )
  );
}

/** JSON, with the error that the package itself gives for it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    Conversation.fromJSON(text);
    throw error;
  }
}

const SECTIONS = ["header", "content", "terminator"];

/** The prompt itself, without what is left out of it. */
export function promptPieces(encoding: HarmonyEncoding, question: RenderedInput): Pieces {
  const input = readInput(question);
  const options = { ...partsOptions(input, question), keepAnalysis: question.keepAnalysis };
  return piecesOf(encoding.tokenizer, encoding.renderConversationWithParts(input.conversation, options).tokens);
}

/** How the prompt ends, and where recipients stand in it. */
function partsOptions(
  { prefill }: ReadInput,
  { end, recipientPlace }: Pick<RenderedInput, "end" | "recipientPlace">,
): RenderPartsOptions {
  return {
    recipientPlace,
    ...(end === "completion" ? { nextTurnRole: "assistant", ...(prefill === undefined ? {} : { prefill }) } : {}),
    ...(end === "training" ? { training: true } : {}),
  };
}

function promptOf(
  encoding: HarmonyEncoding,
  input: ReadInput,
  question: PromptQuestion,
): PromptAnswer["prompt"] & object {
  const { conversation, prefill } = input;
  const { keepAnalysis } = question;
  const options = partsOptions(input, question);
  const whole = encoding.renderConversationWithParts(conversation, { ...options, keepAnalysis: "all" });
  const counts = encoding.countTokensByMessage(conversation, { ...options, keepAnalysis });
  const pieces = piecesOf(encoding.tokenizer, whole.tokens);
  const messages: PromptMessage[] = [];
  let offset = 0;
  for (let at = 0; at < whole.parts.length; ) {
    const { message: index, span } = whole.parts[at]!;
    const [start, sections] = [span[0], [0, 0, 0] as [number, number, number]];
    let stop = start;
    for (; whole.parts[at]?.message === index; at++) {
      const part = whole.parts[at]!;
      sections[SECTIONS.indexOf(part.section)]! += part.span[1] - part.span[0];
      stop = part.span[1];
    }
    const isLeftOut = counts[index] === 0;
    const message = conversation.messages[index];
    const { role, name, channel, recipient } = message ?? { role: "assistant" as const, ...prefill, name: undefined };
    const place = isLeftOut ? -1 : offset;
    const isNext = message === undefined;
    messages.push({ role, name, channel, recipient, start, end: stop, offset: place, sections, isNext });
    if (!isLeftOut) offset += stop - start;
  }
  return { pieces, messages, count: offset, canonical: JSON.stringify(conversation, null, 2) };
}
