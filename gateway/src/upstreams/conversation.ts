import { type HarmonyEncoding, SpecialToken } from "harmony-format";
import type { EngineRequest } from "harmony-format/engines";

/** How many tokens are looked at where a prompt has no message of a user. */
const BEGINNING_WITHOUT_USER = 256;

/** How many tokens a mark is behind the one before it. */
const BLOCK = 64;

/** What a prompt shows of the conversation that it belongs to. */
export interface Conversation {
  /**
   * Hashes of the prompt, each of all tokens up to a place: the first at the end of the user's first message, which tells one
   * conversation from another and stays the same through all its turns; then one every 64 tokens. Two prompts that have one
   * in common have all tokens before it in common.
   */
  readonly marks: readonly number[];
  /** Whether the model has written nothing in it yet, so that no engine can have more of it than what it begins with. */
  readonly isNew: boolean;
}

/** Looks at the tokens of a prompt. */
export function conversationOf({ tokens, encoding }: EngineRequest): Conversation {
  const beginning = endOfBeginning(tokens, encoding);
  const marks: number[] = [];
  const hash = new RollingHash();
  let messages = 0;
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!;
    hash.add(token);
    if (index >= beginning && token === SpecialToken.START) messages += 1;
    const behind = index + 1 - beginning;
    if (behind >= 0 && behind % BLOCK === 0) marks.push(hash.value);
  }
  // What follows the user's first message in a new conversation is the header that the model is to go on from.
  return { marks, isNew: messages <= 1 };
}

/** Where the first message of a user ends. */
function endOfBeginning(tokens: readonly number[], encoding: HarmonyEncoding): number {
  const [user] = encoding.encode("user");
  const start = tokens.findIndex((token, index) => token === SpecialToken.START && tokens[index + 1] === user);
  const end = start < 0 ? -1 : tokens.indexOf(SpecialToken.END, start);
  return end < 0 ? Math.min(tokens.length, BEGINNING_WITHOUT_USER) : end + 1;
}

/** The hash of a text, the same in every process: gateways that share nothing must agree. */
export function hashOf(text: string): number {
  const hash = new RollingHash();
  for (const byte of new TextEncoder().encode(text)) hash.add(byte);
  return hash.value;
}

/**
 * How near an upstream is to a conversation, by rendezvous hashing: the nearest is asked if nothing else is known. Gateways
 * that share nothing find the same one, and when an upstream goes, only its own conversations move.
 *
 * @param place The hash of the upstream's address.
 */
export function nearness({ marks: [beginning = 0] }: Conversation, place: number): number {
  const hash = new RollingHash();
  for (const half of [place, place / 2 ** 32, beginning, beginning / 2 ** 32]) hash.add(half);
  return hash.value;
}

/** A hash of 53 bits that grows number by number; the lower 32 bits of each number are taken. */
class RollingHash {
  #first = 0x811c9dc5;
  #second = 0x9e3779b9;

  add(value: number): void {
    this.#first = Math.imul(this.#first ^ value, 0x01000193);
    this.#second = Math.imul(this.#second ^ (this.#second >>> 15) ^ value, 0x85ebca6b);
  }

  get value(): number {
    return mixed(this.#first) * 2 ** 21 + (mixed(this.#second) >>> 11);
  }
}

/** Has every bit of a number depend on every other, as the end of MurmurHash3 does. */
function mixed(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
