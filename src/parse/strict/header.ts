import { isRole, type Role } from "../../chat/role.js";
import { HarmonyError } from "../../errors.js";
import type { Header } from "../machine/header.js";
import { trimWhiteSpace } from "../white-space.js";

const ASCII_WHITE_SPACE = /[\t\n\f\r ]+/;
const channelInHeader = () => /<\|channel\|>([^\p{White_Space}<]*)/u;

/**
 * Reads a header that ended at a message token, by the grammar of the reference (openai-harmony 0.0.8), quirks
 * included. Without a given role the first word is the role.
 * @throws HarmonyError `channel-without-name`, `header-without-role`, `unknown-role` or `unexpected-header-words`.
 */
export function readStrictHeader(text: string, givenRole: Role | undefined, tokenIndex: number): Header {
  const { channel, words } = splitHeader(text, tokenIndex);
  const author = takeAuthor(words, givenRole, tokenIndex);
  const last = words.pop();
  let recipient: string | undefined;
  let contentType: string | undefined;
  if (last?.startsWith("to=")) {
    recipient = last.slice("to=".length);
  } else if (words.length === 0) {
    recipient = last;
  } else {
    contentType = last;
    recipient = words.pop()!.replace(/^to=/, "");
  }
  if (words.length > 0) {
    const message = `unexpected tokens remaining in message header: ${words.join(" ")}`;
    throw new HarmonyError("unexpected-header-words", message, { tokenIndex });
  }
  return { ...author, channel, recipient, contentType };
}

/**
 * Reads a header that a stop token cut short, as the reference does when it is not strict: no recipient and no content
 * type are looked for; what is left of the header is the message's text.
 * @throws HarmonyError `channel-without-name`.
 */
export function readHeaderAsMessage(
  text: string,
  givenRole: Role,
  tokenIndex: number,
): { readonly header: Header; readonly content: string } {
  const { channel, words } = splitHeader(text, tokenIndex);
  const author = takeAuthor(words, givenRole, tokenIndex);
  const header = { ...author, channel, recipient: undefined, contentType: undefined };
  return { header, content: words.join(" ") };
}

function splitHeader(text: string, tokenIndex: number): { channel: string | undefined; words: string[] } {
  const found = channelInHeader().exec(text);
  if (found?.[1] === "") {
    const message = "channel marker present but no channel value found in header";
    throw new HarmonyError("channel-without-name", message, { tokenIndex });
  }
  // The reference trims Unicode white space but splits at ASCII white space only, and it trims before and after it
  // gives the constrain markers their spaces.
  const rest = trimWhiteSpace(
    trimWhiteSpace(text.replace(channelInHeader(), "")).replaceAll("<|constrain|>", " <|constrain|>"),
  );
  const words = rest.split(ASCII_WHITE_SPACE);
  return { channel: found?.[1], words: words.filter((word) => word !== "") };
}

/** Takes the words that say who wrote the message. */
function takeAuthor(
  words: string[],
  givenRole: Role | undefined,
  tokenIndex: number,
): { role: Role; name: string | undefined } {
  let role = givenRole;
  let name: string | undefined;
  if (role === undefined) {
    const word = words[0];
    if (word === undefined) {
      throw new HarmonyError("header-without-role", "message header did not contain a role", { tokenIndex });
    }
    if (isRole(word)) {
      role = word;
    } else if (words.length > 1 || word.startsWith("to=")) {
      role = "tool";
      words.shift();
    } else {
      throw new HarmonyError("unknown-role", `Unknown role: ${word}`, { tokenIndex });
    }
    if (role === "tool") name = word;
  }
  if (words[0] === role) words.shift();
  return { role, name };
}
