import { CHANNELS } from "../../chat/channel.js";
import type { JsonValue } from "../../json/value.js";
import { SpecialToken } from "../../special-tokens.js";

/**
 * What a completion may be, whatever grammar says it: any number of analysis and commentary messages, then either calls
 * or an answer. The prompt ends in `<|start|>assistant`, so the completion begins in the middle of a header.
 */
export interface Completion {
  /** The tools that may be called. */
  readonly calls: readonly Call[];
  /** What the final message may say; `undefined` where the model must call a tool. */
  readonly answer: Body | undefined;
  /** Whether further calls may follow a call. */
  readonly isParallel: boolean;
}

/** A tool that may be called. */
export interface Call {
  /** The recipient in full, such as `functions.get_weather` or `python`. */
  readonly recipient: string;
  readonly body: JsonBody | TextBody;
}

/** The content of a call or an answer. */
export type Body = JsonBody | TextBody | RegexBody | ChoiceBody;

export interface JsonBody {
  readonly type: "json";
  readonly schema: JsonValue;
  /** The JSON path of the schema in the options. */
  readonly path: string;
}

export interface TextBody {
  readonly type: "text";
}

export interface RegexBody {
  readonly type: "regex";
  readonly regex: string;
  readonly path: string;
}

export interface ChoiceBody {
  readonly type: "choice";
  readonly choice: readonly string[];
}

/** What stands between two messages of a completion, behind the token that ends the first. */
export const NEXT_MESSAGE = "<|start|>assistant";

/** The channels of messages that come before calls and answers. */
export const THINKING_CHANNELS: readonly string[] = ["analysis", "commentary"];

/** The channels on which models call tools. */
export const CALL_CHANNELS: readonly string[] = CHANNELS;

/**
 * The content types that models write, with what stands before them. Of JSON they also say `code`, which they learnt
 * from the calls of built-in tools.
 */
const JSON_TYPES: readonly string[] = ["", " json", " <|constrain|>json", "<|constrain|>json"];
const CALL_TYPES: readonly string[] = [...JSON_TYPES, " code"];
const CODE_TYPES: readonly string[] = ["", " code", " <|constrain|>code", "<|constrain|>code"];

/** The ways to write the header of a call up to its content type: the recipient before the channel, or behind it. */
export function callHeaders(recipient: string): string[] {
  const to = ` to=${recipient}`;
  return CALL_CHANNELS.flatMap((channel) => [`${to}<|channel|>${channel}`, `<|channel|>${channel}${to}`]);
}

/** The content types that the header of a call may have. */
export function callTypes(body: Call["body"]): readonly string[] {
  return body.type === "json" ? CALL_TYPES : CODE_TYPES;
}

/** The content types that the header of an answer may have. Free text may be JSON. */
export function answerTypes(body: Body): readonly string[] {
  return body.type === "json" || body.type === "text" ? JSON_TYPES : [""];
}

/** The markers that must not occur in a content, as they would end it or begin another message. */
export const MARKERS_IN_CONTENT: readonly string[] = ["<|start|>", "<|channel|>", "<|message|>", "<|constrain|>"];

/** The tokens at which an engine has to stop: return, call and endoftext. */
export const STOP_TOKEN_IDS: readonly number[] = [SpecialToken.RETURN, SpecialToken.CALL, SpecialToken.ENDOFTEXT];
/** The same where the model may go on behind a call. */
export const STOP_TOKEN_IDS_FOR_PARALLEL_CALLS: readonly number[] = [SpecialToken.RETURN, SpecialToken.ENDOFTEXT];
