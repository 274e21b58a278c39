import type { ConversationLike } from "../chat/conversation.js";
import { NAMED_TOKENS } from "../special-tokens.js";
import { checkPartsOptions, type RenderPartsOptions, renderConversationInto } from "./conversation.js";
import { neutralizeMarkers } from "./neutralize-markers.js";
import type { PartSink } from "./parts.js";

/**
 * Renders a conversation as the text of a prompt, for an engine that takes only text and finds the special tokens in it by
 * their markers. The only markers in the text are those of the format itself: where a name or a content spells one, it is
 * broken by {@link neutralizeMarkers}. Needs no vocabulary.
 *
 * An engine that takes tokens should be given tokens. A text is split anew by its tokenizer, without regard to the borders
 * of parts; only few prompts come out different by that, but some do.
 *
 * @throws HarmonyError where the conversation is not well formed, with the JSON path; `unknown-role` for `nextTurnRole`.
 * @throws TypeError for an unknown option, or a value of the wrong type.
 */
export function renderConversationText(conversation: ConversationLike, options?: RenderPartsOptions): string {
  checkPartsOptions(options);
  const prompt = new PromptText();
  renderConversationInto(prompt, conversation, options);
  return prompt.finish();
}

/** Collects the text of a prompt. */
class PromptText implements PartSink {
  #prompt = "";
  /** The text since the last special token. Two texts that follow each other can spell a marker together. */
  #text = "";

  special(token: number): void {
    this.#prompt += neutralizeMarkers(this.#text) + (NAMED_TOKENS.get(token) ?? "");
    this.#text = "";
  }

  text(text: string): void {
    this.#text += text.toWellFormed();
  }

  finish(): string {
    return this.#prompt + neutralizeMarkers(this.#text);
  }
}
