/** The channels of the format. */
const CHANNELS: readonly string[] = ["analysis", "commentary", "final"];

/** Content types that models write without a constrain marker, so that they could be taken for names. */
const CONTENT_TYPES: ReadonlySet<string> = new Set(["json", "code", "text"]);

const LETTERS = /[a-z]+/gi;
const LEADING_CHANNEL = /^(analysis|commentary|final)/i;

/** How a word was understood as a channel: its name, and what of the word is left over behind it. */
export interface ChannelMatch {
  readonly channel: string;
  /** Whether the word was the name and nothing else. */
  readonly exact: boolean;
  /** A second word that was glued to the name: a content type, a recipient, another channel. */
  readonly rest: string;
}

/** The channel that a word names, whatever its case. */
export function channelNamed(word: string): string | undefined {
  const name = word.toLowerCase();
  return CHANNELS.includes(name) ? name : undefined;
}

/** The channel that a word behind a channel marker means, if it means exactly one. */
export function channelMeant(word: string): ChannelMatch | undefined {
  const named = channelNamed(word);
  if (named !== undefined) return { channel: named, exact: named === word, rest: "" };
  const [leading] = LEADING_CHANNEL.exec(word) ?? [];
  if (leading !== undefined) {
    const rest = word.slice(leading.length);
    const channel = leading.toLowerCase();
    if (isContentType(rest) || rest.startsWith("to=") || channelNamed(rest) !== undefined) {
      return { channel, exact: false, rest };
    }
    // `final__HANDOFF__` and `finalHello` begin with a channel's name, `finally` is another word.
    if (!/^[a-z]/.test(rest)) return { channel, exact: false, rest: "" };
  }
  const meant = new Set(word.match(LETTERS)?.map(channelNamed));
  meant.delete(undefined);
  const [channel] = meant;
  return meant.size === 1 ? { channel: channel!, exact: false, rest: "" } : undefined;
}

/** Whether a word is a content type rather than a recipient. */
export function isContentType(word: string): boolean {
  return CONTENT_TYPES.has(word.toLowerCase());
}

/** Whether a word could be a recipient's name. */
export function isName(word: string): boolean {
  return /^[\p{L}_][\p{L}\p{M}\p{N}_.:/-]*$/u.test(word);
}
