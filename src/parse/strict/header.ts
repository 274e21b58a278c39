import { isRole, type Role } from "../../chat/role.js";
import { HarmonyError } from "../../errors.js";
import { CONSTRAIN_MARKER } from "../../special-tokens.js";
import type { Header } from "../header.js";
import type { Gathered } from "../machine/gathered.js";
import { CHANNEL_MARKER, literally, TO, trimWhiteSpace } from "../words.js";

const ASCII_WHITE_SPACE = /[\t\n\f\r ]+/;

let channelPattern: RegExp | undefined;

/** The first channel marker and the name behind it. */
function channelInHeader(): RegExp {
  channelPattern ??= new RegExp(`${literally(CHANNEL_MARKER)}([^\\p{White_Space}<]*)`, "u");
  return channelPattern;
}

/**
 * Reads a header that ended at a message token, by the grammar of the reference (openai-harmony 0.0.8), quirks
 * included. If no role was given, the first word is the role.
 * @returns The header, or what is wrong with it: `channel-without-name`, `header-without-role`, `unknown-role` or
 *   `unexpected-header-words`.
 */
export function readStrictHeader(text: string, givenRole: Role | undefined, tokenIndex: number): Header | HarmonyError {
  const split = splitHeader(text, tokenIndex);
  if (split instanceof HarmonyError) return split;
  const { channel, words } = split;
  const author = takeAuthor(words, givenRole, tokenIndex);
  if (author instanceof HarmonyError) return author;
  const last = words.pop();
  let recipient: string | undefined;
  let content_type: string | undefined;
  if (last?.startsWith(TO)) {
    recipient = last.slice(TO.length);
  } else if (words.length === 0) {
    recipient = last;
  } else {
    content_type = last;
    const word = words.pop()!;
    recipient = word.startsWith(TO) ? word.slice(TO.length) : word;
  }
  if (words.length > 0) {
    const message = `unexpected tokens remaining in message header: ${words.join(" ")}`;
    return new HarmonyError("unexpected-header-words", message, { tokenIndex });
  }
  return { ...author, channel, recipient, content_type };
}

/**
 * Reads a header that ended at a stop token, as the reference does if it is not strict: it looks for no recipient and no
 * content type; what is left of the header is the message's text.
 * @returns Header and content, or what is wrong: `channel-without-name`.
 */
export function readHeaderAsMessage<Input>(
  gathered: Gathered<Input>,
  givenRole: Role,
  tokenIndex: number,
): { readonly header: Header; readonly content: string } | HarmonyError {
  // An error leaves the header to be read again, longer by then, at the next stop token. Something behind the marker
  // already keeps it from ever having a name; looking for it again each time would make reading quadratic.
  if (gathered.lacksChannelName) return channelWithoutName(tokenIndex);
  const split = splitHeader(gathered.text, tokenIndex);
  if (split instanceof HarmonyError) {
    gathered.lacksChannelName = gathered.text.indexOf(CHANNEL_MARKER) + CHANNEL_MARKER.length < gathered.text.length;
    return split;
  }
  const { channel, words } = split;
  const author = takeAuthor(words, givenRole, tokenIndex);
  if (author instanceof HarmonyError) return author;
  const header = { ...author, channel, recipient: undefined, content_type: undefined };
  return { header, content: words.join(" ") };
}

function splitHeader(
  text: string,
  tokenIndex: number,
): { readonly channel: string | undefined; readonly words: string[] } | HarmonyError {
  const found = channelInHeader().exec(text);
  if (found?.[1] === "") return channelWithoutName(tokenIndex);
  // The reference trims Unicode's white space but splits at that of ASCII only, and it trims both before and after it
  // puts spaces before the constrain markers.
  const rest = trimWhiteSpace(
    trimWhiteSpace(text.replace(channelInHeader(), "")).replaceAll(CONSTRAIN_MARKER, ` ${CONSTRAIN_MARKER}`),
  );
  const words = rest.split(ASCII_WHITE_SPACE);
  return { channel: found?.[1], words: words.filter((word) => word !== "") };
}

function channelWithoutName(tokenIndex: number): HarmonyError {
  const message = "channel marker present but no channel value found in header";
  return new HarmonyError("channel-without-name", message, { tokenIndex });
}

/** Takes the words that say who wrote the message. */
function takeAuthor(
  words: string[],
  givenRole: Role | undefined,
  tokenIndex: number,
): Pick<Header, "role" | "name"> | HarmonyError {
  let role = givenRole;
  let name: string | undefined;
  if (role === undefined) {
    const word = words[0];
    if (word === undefined) {
      return new HarmonyError("header-without-role", "message header did not contain a role", { tokenIndex });
    }
    if (isRole(word)) {
      role = word;
    } else if (words.length > 1 || word.startsWith(TO)) {
      role = "tool";
      words.shift();
    } else {
      return new HarmonyError("unknown-role", `Unknown role: ${word}`, { tokenIndex });
    }
    if (role === "tool") name = word;
  }
  if (words[0] === role) words.shift();
  return { role, name };
}
