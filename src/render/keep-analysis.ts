import { Channel } from "../chat/channel.js";
import type { Message } from "../chat/message.js";
import { Role } from "../chat/role.js";
import { showValue } from "../options.js";

/**
 * Which messages on the channel `analysis` a prompt keeps; messages on other channels are always kept.
 *
 * - `"reference"`: the reference's rule. While the assistant's last message is a final one, analysis before the *first*
 *   final message is left out; otherwise all is kept. So what was left out comes back when the assistant calls a tool in a
 *   later turn, and goes again when that turn is answered.
 * - `"after-last-final"`: what follows the assistant's *last* final message. Nothing that was left out comes back.
 * - `"this-turn"`: what follows the last message of a user. Nothing that was left out comes back.
 * - `"all"`: every one.
 * - a function: those for which it returns `true`. It is called for messages on `analysis` only, with their index in the
 *   conversation.
 */
export type KeepAnalysis =
  | "reference"
  | "after-last-final"
  | "this-turn"
  | "all"
  | ((message: Message, index: number) => boolean);

const RULES: readonly string[] = ["reference", "after-last-final", "this-turn", "all"] satisfies KeepAnalysis[];

/**
 * Checks the option `keepAnalysis`.
 * @throws TypeError for anything else than {@link KeepAnalysis} or `undefined`.
 */
export function checkKeepAnalysis(value: unknown): asserts value is KeepAnalysis | undefined {
  if (value === undefined || typeof value === "function" || RULES.includes(value as string)) return;
  const expected = RULES.map((rule) => `"${rule}"`).join(", ");
  throw new TypeError(`keepAnalysis must be ${expected} or a function, not ${showValue(value)}`);
}

/** For each message, whether the rule leaves it out. */
export function leftOut(messages: readonly Message[], keep: KeepAnalysis): boolean[] {
  const isAnalysis = ({ channel }: Message): boolean => channel === Channel.ANALYSIS;
  if (typeof keep === "function") return messages.map((message, index) => isAnalysis(message) && !keep(message, index));
  const firstKept = FIRST_KEPT[keep](messages);
  return messages.map((message, index) => index < firstKept && isAnalysis(message));
}

/** The index before which analysis is left out. */
const FIRST_KEPT: Readonly<Record<KeepAnalysis & string, (messages: readonly Message[]) => number>> = {
  reference: (messages) => {
    const lastOfAssistant = messages.findLast(({ role }) => role === Role.ASSISTANT);
    if (lastOfAssistant === undefined || !isFinal(lastOfAssistant)) return 0;
    // Whose message it is does not matter here, as in the reference.
    return messages.findIndex(({ channel }) => channel === Channel.FINAL);
  },
  "after-last-final": (messages) => messages.findLastIndex(isFinal),
  "this-turn": (messages) => messages.findLastIndex(({ role }) => role === Role.USER),
  all: () => 0,
};

/** Whether a message is the assistant's on the channel `final`; whether it has a recipient does not matter. */
export function isFinal({ role, channel }: Message): boolean {
  return role === Role.ASSISTANT && channel === Channel.FINAL;
}
