import { CHANNELS } from "../chat/channel.js";
import { Role } from "../chat/role.js";
import { NAMED_TOKENS, SpecialToken } from "../special-tokens.js";

// The words that a header consists of, and the white space between them. Every expression of the parser that looks for
// one of these words is built from the tables here.
//
// Expressions with Unicode classes are made inside of functions, here and in the files around: at the top of a module
// they would cost every program that loads the package a millisecond or more, in which the engine collects the
// characters of the class.

/** Content types that models write without a constrain marker, so that they could be taken for names. */
export const CONTENT_TYPES: readonly string[] = ["json", "code", "text"];

/** `<|channel|>`, which stands before the channel of a header. */
export const CHANNEL_MARKER: string = NAMED_TOKENS.get(SpecialToken.CHANNEL)!;

/** What stands before a recipient. */
export const TO = "to=";

/** The channels, the roles and the content types as alternatives of a regular expression. */
export const ANY_CHANNEL: string = CHANNELS.join("|");
export const ANY_ROLE: string = Object.values(Role).join("|");
export const ANY_CONTENT_TYPE: string = CONTENT_TYPES.join("|");

/** A text as a regular expression that matches just this text. */
export function literally(text: string): string {
  return text.replace(/[|\\{}()[\]^$+*?.]/g, "\\$&");
}

/** The channel that a word names, whatever its case. */
export function channelNamed(word: string): string | undefined {
  const name = word.toLowerCase();
  return CHANNELS.find((channel) => channel === name);
}

/** Whether a word is a content type that models write without a marker, whatever its case. */
export function isContentType(word: string): boolean {
  return CONTENT_TYPES.includes(word.toLowerCase());
}

/** Whether a text consists of Unicode's White_Space alone; the empty text does. JavaScript's `\s` differs from it. */
export function isWhiteSpace(text: string): boolean {
  return !/\P{White_Space}/u.test(text);
}

/** A text without the White_Space around it. Linear, which a regular expression that is anchored at the end is not. */
export function trimWhiteSpace(text: string): string {
  const start = text.search(/\P{White_Space}/u);
  if (start < 0) return "";
  let end = text.length;
  while (/\p{White_Space}/u.test(text[end - 1]!)) end--;
  return text.slice(start, end);
}
