import type { JsonValue } from "../../json/value.js";
import { SpecialToken } from "../../special-tokens.js";
import { type Body, type Completion, STOP_TOKEN_IDS } from "./completion.js";

/**
 * The recipe for engines that constrain no more than a bare JSON schema, a regular expression or a choice. The model
 * first thinks without a constraint; then the header of the message is written for it, and its content is constrained.
 * This takes two requests, of which the second reuses the prompt of the first.
 */
export interface TwoPhase {
  readonly first: FirstPhase;
  readonly second: SecondPhase;
}

/** The model thinks. */
export interface FirstPhase {
  /** What to append to a prompt that ends in `<|start|>assistant`: the header of an analysis message. */
  readonly append: string;
  /** The message that has thereby been begun: the parsers' option `prefill`. */
  readonly prefill: { readonly channel: "analysis" };
  /** Where to stop: at the end of the analysis, or wherever else the model ends. */
  readonly stopTokenIds: readonly number[];
  /** The same for engines that stop at texts. */
  readonly stop: readonly string[];
}

/** The model writes the content that was asked for. */
export interface SecondPhase {
  /** What to append behind the analysis without the token that ended it: that token, and the next header. */
  readonly append: string;
  /** The message that has thereby been begun: the parsers' option `prefill`. */
  readonly prefill: { readonly channel: string; readonly recipient?: string; readonly content_type?: string };
  /** What the content must be: the bare schema, regular expression or choice. */
  readonly constraint:
    | { readonly schema: JsonValue }
    | { readonly regex: string }
    | { readonly choice: readonly string[] };
  readonly stopTokenIds: readonly number[];
}

const JSON_TYPE = "<|constrain|>json";

/** The recipe; `undefined` where the model has a choice of its own, be it between tools or between call and answer. */
export function twoPhase({ calls, answer }: Completion): TwoPhase | undefined {
  if (calls.length + (answer === undefined ? 0 : 1) !== 1) return undefined;
  const body = answer ?? calls[0]!.body;
  const constraint = constraintOf(body);
  if (constraint === undefined) return undefined;
  const type = body.type === "json" ? { content_type: JSON_TYPE } : {};
  const prefill =
    answer === undefined
      ? { channel: "commentary", recipient: calls[0]!.recipient, ...type }
      : { channel: "final", ...type };
  return {
    first: {
      append: "<|channel|>analysis<|message|>",
      prefill: { channel: "analysis" },
      stopTokenIds: [SpecialToken.END, ...STOP_TOKEN_IDS],
      stop: ["<|end|>"],
    },
    second: {
      append: `<|end|><|start|>assistant${headerText(prefill)}`,
      prefill,
      constraint,
      stopTokenIds: STOP_TOKEN_IDS,
    },
  };
}

function constraintOf(body: Body): SecondPhase["constraint"] | undefined {
  switch (body.type) {
    case "json":
      return { schema: body.schema };
    case "regex":
      return { regex: body.regex };
    case "choice":
      return { choice: body.choice };
    case "text":
      return undefined;
  }
}

/** A header as models write it, the recipient behind the channel. */
function headerText({ channel, recipient, content_type }: SecondPhase["prefill"]): string {
  const to = recipient === undefined ? "" : ` to=${recipient}`;
  const type = content_type === undefined ? "" : ` ${content_type}`;
  return `<|channel|>${channel}${to}${type}<|message|>`;
}
