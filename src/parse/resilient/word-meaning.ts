import { ANY_CHANNEL, channelNamed, isContentType, TO } from "../words.js";

/** What a word behind a channel marker means. */
export interface MeantChannel {
  readonly channel: string;
  /** Whether the word is the channel's name and nothing else. */
  readonly isExact: boolean;
  /** A second word that is glued to the name: a content type, a recipient, another channel. */
  readonly rest: string;
}

const LETTERS = /[a-z]+/gi;
const LEADING_CHANNEL = new RegExp(`^(?:${ANY_CHANNEL})`, "i");

/** The channel that a word behind a channel marker means; `undefined` unless it means exactly one. */
export function channelMeant(word: string): MeantChannel | undefined {
  const named = channelNamed(word);
  if (named !== undefined) return { channel: named, isExact: named === word, rest: "" };
  const [leading] = LEADING_CHANNEL.exec(word) ?? [];
  if (leading !== undefined) {
    const rest = word.slice(leading.length);
    const channel = leading.toLowerCase();
    if (isContentType(rest) || rest.startsWith(TO) || channelNamed(rest) !== undefined) {
      return { channel, isExact: false, rest };
    }
    // `final__HANDOFF__` and `finalHello` begin with a channel's name; `finally` is another word.
    if (!/^[a-z]/.test(rest)) return { channel, isExact: false, rest: "" };
  }
  const meant = new Set(word.match(LETTERS)?.map(channelNamed));
  meant.delete(undefined);
  const [channel] = meant;
  return meant.size === 1 ? { channel: channel!, isExact: false, rest: "" } : undefined;
}

/** Whether a word is the full name of a tool by its form, whether or not that tool is declared. */
export function isFullToolName(word: string): boolean {
  return /^(?:functions|browser)\../.test(word);
}
