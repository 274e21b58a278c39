import { type ConversationLike, readConversation } from "./conversation.js";
import type { Message } from "./message.js";
import { Role } from "./role.js";

/** What {@link validateConversation} can find. */
export type FindingCode = "header-marker" | "header-white-space" | "header-empty" | "header-name";

/** Something in a header that renders, and yet does not say to the model what it seems to say. */
export interface Finding {
  readonly code: FindingCode;
  /** JSON path of the field, such as `messages[2].recipient`. */
  readonly path: string;
  /** The finding in a sentence, with the remedy. */
  readonly message: string;
}

const FIELDS = ["name", "recipient", "channel", "content_type"] as const;

/** What a special token looks like in text. Rendering never makes one of it, but the model can read. */
const MARKER = /<\|[^|]*\|>/;
const CONSTRAIN_MARKER = "<|constrain|>";
/** White_Space of Unicode, which is where a header is cut into words, and its zero-width kin, which hide in one. */
const WHITE_SPACE = /[\s\u0085\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]/u;

/**
 * Finds header fields that a user of your program could abuse, or that parse back as something else: a name, recipient,
 * channel or content type that holds a marker or white space, or nothing at all. Rendering itself does not refuse them,
 * because the reference renders them; run this on conversations whose headers come from outside.
 *
 * Contents need no such check: whatever they spell, they are encoded as ordinary text.
 *
 * @returns The findings, in order; none for a conversation whose headers are in order.
 * @throws HarmonyError where the conversation is not well formed, as rendering does.
 */
export function validateConversation(conversation: ConversationLike): Finding[] {
  return readConversation(conversation).messages.flatMap((message, index) => findingsOf(message, `messages[${index}]`));
}

function findingsOf(message: Message, path: string): Finding[] {
  const findings: Finding[] = [];
  for (const field of FIELDS) {
    const value = message[field];
    if (value === undefined) continue;
    const find = (code: FindingCode, what: string): void => {
      findings.push({ code, path: `${path}.${field}`, message: `${path}.${field} ${what}` });
    };
    const constrained = field === "content_type" && value.startsWith(CONSTRAIN_MARKER);
    const word = constrained ? value.slice(CONSTRAIN_MARKER.length) : value;
    if (word === "") find("header-empty", "is empty; leave the field out");
    // A channel's name ends where a marker could begin.
    const ends = field === "channel" && word.includes("<");
    if (ends || MARKER.test(word)) find("header-marker", "spells a special token; take it from a list of known names");
    if (WHITE_SPACE.test(word))
      find("header-white-space", "holds white space, which begins another field of the header");
  }
  if (message.name !== undefined && message.role !== Role.TOOL) {
    const what = `is rendered as \`${message.role}:${message.name}\`, which does not parse back; only tools need names`;
    findings.push({ code: "header-name", path: `${path}.name`, message: `${path}.name ${what}` });
  }
  return findings;
}
