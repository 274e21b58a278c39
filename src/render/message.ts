import type { Content } from "../chat/content.js";
import type { Message } from "../chat/message.js";
import type { Prefill } from "../chat/prefill.js";
import { Role } from "../chat/role.js";
import { HarmonyError } from "../errors.js";
import { showValue } from "../options.js";
import { CONSTRAIN_MARKER, SpecialToken } from "../special-tokens.js";
import { contentText } from "./content-text.js";
import type { PartSink } from "./parts.js";

/**
 * Where the header of an assistant's message has its recipient.
 *
 * - `"role"`: behind the role, as the reference writes it: ` to=functions.f<|channel|>commentary <|constrain|>json`.
 * - `"channel"`: behind the channel, as the model writes it: `<|channel|>commentary to=functions.f <|constrain|>json`. A
 *   message without a channel has it behind the role.
 *
 * The messages of all others, such as the results of tools, have it behind the role.
 */
export type RecipientPlace = "role" | "channel";

/**
 * Checks the option `recipientPlace`.
 * @throws TypeError for anything else than {@link RecipientPlace} or `undefined`.
 */
export function checkRecipientPlace(value: unknown): asserts value is RecipientPlace | undefined {
  if (value === undefined || value === "role" || value === "channel") return;
  throw new TypeError(`recipientPlace must be "role" or "channel", not ${showValue(value)}`);
}

/** What rendering one message needs to know about the conversation around it. */
export interface MessageSetting {
  /** Index of the message in its conversation; 0 for a message on its own. */
  readonly index: number;
  /** JSON path of the message, for errors; `""` for a message on its own. */
  readonly path: string;
  /** Whether a developer message declares functions; the system message then mentions them. */
  readonly hasFunctionTools: boolean;
  /** Default: `"role"`. */
  readonly recipientPlace?: RecipientPlace | undefined;
  /** The token that ends the message instead of the usual one. */
  readonly terminator?: number | undefined;
}

/**
 * Renders one message. Each text is a part of its own, and will be encoded on its own.
 * @throws HarmonyError `tool-without-name` or `misplaced-content`.
 */
export function renderMessage(message: Message, setting: MessageSetting, sink: PartSink): void {
  const { index } = setting;
  sink.special(SpecialToken.START, "header", index);
  renderAuthor(message, setting, sink);
  renderHeader(message, setting, sink);
  const { content, role } = message;
  for (let part = 0; part < content.length; part++) {
    checkPlace(content[part]!, role, setting.path, part);
    sink.text(contentText(content[part]!, setting.hasFunctionTools), "content", index);
  }
  sink.special(setting.terminator ?? usualTerminator(message), "terminator", index);
}

/** Renders what follows the author in a header, through the message token. */
export function renderHeader(
  { role, recipient, channel, content_type }: Pick<Message, "role"> & Omit<Prefill, "content">,
  { index, recipientPlace }: Pick<MessageSetting, "index" | "recipientPlace">,
  sink: PartSink,
): void {
  const followsChannel = recipientPlace === "channel" && role === Role.ASSISTANT && channel !== undefined;
  const addressed = recipient !== undefined && recipient !== "all";
  if (addressed && !followsChannel) sink.text(` to=${recipient}`, "header", index);
  if (channel !== undefined) {
    sink.special(SpecialToken.CHANNEL, "header", index);
    sink.text(channel, "header", index);
  }
  if (addressed && followsChannel) sink.text(` to=${recipient}`, "header", index);
  if (content_type !== undefined) renderContentType(content_type, index, sink);
  sink.special(SpecialToken.MESSAGE, "header", index);
}

function renderAuthor({ role, name }: Message, { index, path }: MessageSetting, sink: PartSink): void {
  if (role !== Role.TOOL) {
    sink.text(role, "header", index);
    if (name !== undefined) sink.text(`:${name}`, "header", index);
    return;
  }
  // The message of a tool begins with the name of the tool instead of a role.
  if (name === undefined) {
    const place = path === "" ? "" : ` (in ${path})`;
    throw new HarmonyError("tool-without-name", `Tools should have a name!${place}`, { path: `${fieldsOf(path)}name` });
  }
  sink.text(name, "header", index);
}

/** What the paths of a message's fields begin with. */
function fieldsOf(path: string): string {
  return path === "" ? "" : `${path}.`;
}

function renderContentType(contentType: string, index: number, sink: PartSink): void {
  if (!contentType.startsWith(CONSTRAIN_MARKER)) {
    sink.text(` ${contentType}`, "header", index);
    return;
  }
  sink.text(" ", "header", index);
  sink.special(SpecialToken.CONSTRAIN, "header", index);
  const rest = contentType.slice(CONSTRAIN_MARKER.length);
  if (rest !== "") sink.text(rest, "header", index);
}

/** The token that ends a message. An assistant's message with a recipient is a call, even if the recipient is `all`. */
export function usualTerminator({ role, recipient }: Pick<Message, "role"> & Pick<Prefill, "recipient">): number {
  return role === Role.ASSISTANT && recipient !== undefined ? SpecialToken.CALL : SpecialToken.END;
}

/** The contents that only one role may have. */
const HOME: Readonly<Record<Exclude<Content["type"], "text">, { readonly role: Role; readonly name: string }>> = {
  system_content: { role: Role.SYSTEM, name: "SystemContent" },
  developer_content: { role: Role.DEVELOPER, name: "DeveloperContent" },
};

function checkPlace(content: Content, role: Role, path: string, part: number): void {
  if (content.type === "text") return;
  const home = HOME[content.type];
  if (home.role === role) return;
  const found = role.charAt(0).toUpperCase() + role.slice(1);
  const message = `${home.name} may only appear in ${home.role} messages, found in ${found}`;
  throw new HarmonyError("misplaced-content", message, { path: `${fieldsOf(path)}content[${part}]` });
}
