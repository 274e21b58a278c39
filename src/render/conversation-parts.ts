import { type ConversationLike, readConversation } from "../chat/conversation.js";
import { checkRole, type Role } from "../chat/role.js";
import { checkOptions } from "../options.js";
import { type RenderPurpose, renderConversation } from "./conversation.js";
import { PartList, type RenderedPart } from "./parts.js";

/** How a conversation is rendered. */
export interface RenderConversationConfig {
  /**
   * Leave out the analysis messages before the first final one when the assistant's last message is final, as the model
   * expects of earlier turns. Default: true.
   */
  readonly autoDropAnalysis?: boolean | undefined;
}

/** What {@link renderConversationParts} renders for. */
export interface RenderPartsConfig extends RenderConversationConfig {
  /** Begin this role's message at the end, as `renderConversationForCompletion` does. */
  readonly nextTurnRole?: Role | undefined;
  /** End a last final message with return, as `renderConversationForTraining` does. */
  readonly training?: boolean | undefined;
}

/**
 * Renders a conversation to parts instead of tokens: which message and section each piece of the prompt belongs to, and
 * the prompt's text when joined. Needs no vocabulary.
 * @throws HarmonyError where the conversation is not well formed, with the JSON path.
 */
export function renderConversationParts(conversation: ConversationLike, config?: RenderPartsConfig): RenderedPart[] {
  const list = new PartList();
  renderConversation(readConversation(conversation), partsPurposeOf(config), list);
  return list.parts;
}

/**
 * What a configuration asks for.
 * @throws TypeError for an unknown option, HarmonyError `unknown-role`.
 */
export function partsPurposeOf(config: RenderPartsConfig = {}): RenderPurpose {
  checkOptions(config, ["autoDropAnalysis", "nextTurnRole", "training"], "rendering parts");
  const { nextTurnRole, training, autoDropAnalysis = true } = config;
  if (nextTurnRole !== undefined) checkRole(nextTurnRole, "nextTurnRole");
  return { autoDropAnalysis, nextTurnRole, training };
}
