import { memberPath, showPath } from "../json/value.js";
import { shorten } from "../options.js";
import { CONSTRAIN_MARKER, hasMarker } from "../special-tokens.js";
import type { Content } from "./content.js";
import { type ConversationLike, readConversation } from "./conversation.js";
import { ignoredFieldsOf } from "./fields.js";
import type { Message } from "./message.js";
import { Role } from "./role.js";
import type { ToolNamespaceConfig, ToolNamespaces } from "./tools.js";

/** What {@link validateConversation} can find. */
export type FindingCode =
  | "header-marker"
  | "header-white-space"
  | "header-empty"
  | "header-name"
  | "plain-instructions"
  | "tool-name"
  | "tool-duplicate"
  | "tool-namespace-key"
  | "unknown-field";

/** Something in a conversation that renders, and yet does not tell the model what it seems to tell it. */
export interface Finding {
  /**
   * What was found:
   * - `header-marker`, `header-white-space`, `header-empty`: a name, recipient, channel or content type that holds a marker
   *   (or, for a channel, a `<`), white space, or nothing.
   * - `header-name`: a name in a message that is not a tool's.
   * - `plain-instructions`: a system or developer message whose content is plain text.
   * - `tool-name`: a name of a tool or namespace that the model cannot call.
   * - `tool-duplicate`: a name that another tool of the namespace, or another namespace, has already.
   * - `tool-namespace-key`: a namespace whose key differs from its name.
   * - `unknown-field`: a field that the format does not have, and that was ignored.
   */
  readonly code: FindingCode;
  /** JSON path of the field, such as `messages[2].recipient`. */
  readonly path: string;
  /** The finding in a sentence, with the remedy. */
  readonly message: string;
}

/**
 * Finds what renders without an error, and yet is probably not what was meant:
 * - header fields that a user of your program could abuse, or that parse back as something else;
 * - instructions that the model does not see as such;
 * - tools that the model cannot call;
 * - fields that were ignored.
 *
 * Rendering does not refuse any of these, because the reference renders them. Run this on conversations whose headers
 * come from outside, and on all of them while you develop. The texts of contents need no such check: whatever they
 * spell, they are encoded as ordinary text.
 *
 * @returns The findings, in order of the messages; none for a conversation that is in order.
 * @throws HarmonyError where the conversation is not well formed, as rendering does.
 */
export function validateConversation(conversation: ConversationLike): Finding[] {
  const read = readConversation(conversation);
  const findings = new Findings();
  findings.addIgnoredFields(read, "");
  for (const [index, message] of read.messages.entries()) checkMessage(message, `messages[${index}]`, findings);
  return findings.list;
}

/** Collects findings. */
class Findings {
  readonly list: Finding[] = [];

  /** @param what The end of a sentence that begins with the path. */
  add(code: FindingCode, path: string, what: string): void {
    this.list.push({ code, path, message: `${showPath(path)} ${what}` });
  }

  addIgnoredFields(object: object, path: string): void {
    for (const field of ignoredFieldsOf(object)) {
      const what = "is not a field of the format, and was ignored; remove it, or correct its name";
      this.add("unknown-field", memberPath(path, field), what);
    }
  }
}

function checkMessage(message: Message, path: string, findings: Findings): void {
  findings.addIgnoredFields(message, path);
  for (const field of ["name", "recipient", "channel", "content_type"] as const) {
    const value = message[field];
    if (value !== undefined) checkHeaderField(field, value, `${path}.${field}`, findings);
  }
  if (message.name !== undefined && message.role !== Role.TOOL) {
    const rendered = shorten(`${message.role}:${message.name}`);
    const what = `is rendered as \`${rendered}\`, which does not parse back; only tools need names`;
    findings.add("header-name", `${path}.name`, what);
  }
  const instructions = PLAIN_INSTRUCTIONS[message.role];
  if (instructions !== undefined && message.content.some(({ type }) => type === "text")) {
    findings.add("plain-instructions", `${path}.content`, instructions);
  }
  for (const [index, content] of message.content.entries()) {
    checkContent(content, `${path}.content[${index}]`, findings);
  }
}

/** What separates the words of a header: Unicode's White_Space. Also its zero-width relatives, which cannot be seen. */
const WHITE_SPACE = /[\s\u0085\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]/;

function checkHeaderField(field: keyof Message, value: string, path: string, findings: Findings): void {
  const constrained = field === "content_type" && value.startsWith(CONSTRAIN_MARKER);
  const word = constrained ? value.slice(CONSTRAIN_MARKER.length) : value;
  if (word === "") findings.add("header-empty", path, "is empty; leave the field out");
  // Every `<` ends the name of a channel, because a marker could begin there.
  const ends = field === "channel" && word.includes("<");
  if (ends || hasMarker(word)) {
    findings.add("header-marker", path, "spells a special token; accept only names that you know");
  }
  if (WHITE_SPACE.test(word)) {
    findings.add("header-white-space", path, "holds white space, which begins another field of the header");
  }
}

const PLAIN_INSTRUCTIONS: Readonly<Partial<Record<Role, string>>> = {
  [Role.SYSTEM]:
    "is plain text, which renders without what the model knows from training; use a SystemContent, and a developer " +
    "message for instructions of your own",
  [Role.DEVELOPER]:
    "is plain text, which renders without the heading `# Instructions`, by which the model knows its instructions; " +
    "use a DeveloperContent with `instructions`",
};

function checkContent(content: Content, path: string, findings: Findings): void {
  findings.addIgnoredFields(content, path);
  if (content.type === "text") return;
  if (content.type === "system_content" && content.channel_config !== undefined) {
    findings.addIgnoredFields(content.channel_config, `${path}.channel_config`);
  }
  if (content.tools !== undefined) checkNamespaces(content.tools, `${path}.tools`, findings);
}

function checkNamespaces(namespaces: ToolNamespaces, path: string, findings: Findings): void {
  const names = new Set<string>();
  for (const [key, namespace] of Object.entries(namespaces)) {
    const place = memberPath(path, key);
    findings.addIgnoredFields(namespace, place);
    checkName(namespace.name, names, `${place}.name`, findings);
    if (namespace.name !== key) {
      const what = `differs from the key of the namespace; the model calls it "${shorten(namespace.name)}"`;
      findings.add("tool-namespace-key", `${place}.name`, what);
    }
    checkTools(namespace, `${place}.tools`, findings);
  }
}

function checkTools({ tools }: ToolNamespaceConfig, path: string, findings: Findings): void {
  const names = new Set<string>();
  for (const [index, tool] of tools.entries()) {
    const place = `${path}[${index}]`;
    findings.addIgnoredFields(tool, place);
    checkName(tool.name, names, `${place}.name`, findings);
  }
}

/** The names of functions that OpenAI's API accepts, which are those that the model has learned to call. */
const CALLABLE_NAME = /^[A-Za-z0-9_-]+$/;

/** @param taken The names before this one, to which it is added. */
function checkName(name: string, taken: Set<string>, path: string, findings: Findings): void {
  if (!CALLABLE_NAME.test(name)) {
    const what = name === "" ? "is empty" : name.includes(".") ? "holds a dot, which ends the namespace in a call" : "";
    const problem = what === "" ? "holds characters that the name in a call cannot have" : what;
    findings.add("tool-name", path, `${problem}; use letters, digits, \`_\` and \`-\``);
  }
  if (taken.has(name)) {
    findings.add("tool-duplicate", path, "is a name that stands here twice; the model cannot tell which one is meant");
  }
  taken.add(name);
}
