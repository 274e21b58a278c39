import type { HarmonyEncoding } from "../encoding.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import type { EngineTokens } from "./engine.js";

/** What an event of llama.cpp says about the tokens since the event before it. */
export interface TokenEvent {
  /** The ids that it has. */
  readonly tokens: readonly number[];
  /** Their text; what is not UTF-8 in it has become U+FFFD. */
  readonly content: string;
  /** How many tokens the model has written so far. */
  readonly count: number;
}

/**
 * Finds the tokens that llama.cpp's events leave out. It sends one when the text so far ends with a whole character, and the
 * event has all of the text since the event before, but only the last id: of 🙂, which is two tokens, the first is missing.
 *
 * The bytes of what is missing are known, unless they were not UTF-8, and so is how many tokens they are. Often only one
 * sequence of tokens fits, and then it is what the model wrote; otherwise one that says the same stands in for it, and is
 * marked as approximate.
 */
export class SplitCharacters {
  readonly #tokenizer: Tokenizer;
  /** How many tokens the model had written by the last event. */
  #count = 0;

  constructor(encoding: HarmonyEncoding) {
    this.#tokenizer = encoding.tokenizer;
  }

  /** All tokens since the event before this one; `undefined` if there are none. */
  read({ tokens, content, count }: TokenEvent): EngineTokens | undefined {
    if (tokens.length === 0 && content === "") return undefined;
    const lost = count - this.#count - tokens.length;
    this.#count = Math.max(this.#count, count);
    const [token] = tokens;
    if (token === undefined) return approximate(this.#tokenizer.encode(content, { allowedSpecial: "all" }));
    return tokens.length > 1 ? { tokens } : this.#withLost(token, content, lost);
  }

  /** What stands for a character that the end of the completion has cut: its bytes are counted, but never sent. */
  end(count: number): EngineTokens | undefined {
    return count > this.#count ? approximate(this.#encode("\uFFFD")) : undefined;
  }

  #withLost(token: number, content: string, lost: number): EngineTokens {
    const tokenizer = this.#tokenizer;
    // The text of most special tokens is not shown.
    const isShown = !tokenizer.isSpecialToken(token) || content.endsWith(tokenizer.tokenText(token)!);
    const text = isShown ? tokenizer.tokenText(token) : "";
    if (text !== undefined) {
      // A token of whole characters behind half of one: that was not UTF-8 and nobody knows what it was.
      if (content === text) return { tokens: [token] };
      if (content.endsWith(text))
        return approximate([...this.#encode(content.slice(0, content.length - text.length)), token]);
      return approximate(this.#encode(content));
    }
    const bytes = tokenizer.tokenBytes(token);
    // A token that has no meaning in this vocabulary, and so no text.
    if (bytes === undefined) {
      return content === "" ? { tokens: [token] } : approximate([...this.#encode(content), token]);
    }
    if (content.includes("\uFFFD")) return lost > 0 ? approximate(this.#encode(content)) : { tokens: [token] };
    const found = this.#fitting(new TextEncoder().encode(content), bytes, lost);
    if (found === undefined) return approximate(this.#encode(content));
    return { tokens: [...found, token] };
  }

  /** The only tokens, as many as are lost, that make up the text together with the known one; `undefined` if others would, too. */
  #fitting(text: Uint8Array, known: Uint8Array, lost: number): number[] | undefined {
    const end = text.length - known.length;
    if (end < 1 || lost < 1 || known.some((byte, index) => byte !== text[end + index])) return undefined;
    const halves = halvesOf(this.#tokenizer);
    let found: number[] | undefined;
    let isOnly = true;
    const path: number[] = [];
    // Tokens end within a character each, or they would have been sent. If the engine guesses ahead, it has counted tokens
    // that are not in this event; so fewer would fit, too.
    const search = (start: number): void => {
      if (start === end) {
        isOnly &&= found === undefined;
        found ??= [...path];
        return;
      }
      if (path.length === lost) return;
      for (let cut = start + 1; cut <= end && isOnly; cut++) {
        if ((text[cut]! & 0xc0) !== 0x80) continue;
        const token = halves.get(latin1(text.subarray(start, cut)));
        if (token === undefined) continue;
        path.push(token);
        search(cut);
        path.pop();
      }
    };
    search(0);
    return isOnly && found?.length === lost ? found : undefined;
  }

  #encode(text: string): number[] {
    return this.#tokenizer.encodeOrdinary(text);
  }
}

function approximate(tokens: readonly number[]): EngineTokens {
  return { tokens, isApproximate: true };
}

/** The tokens of a vocabulary that are not whole characters, by their bytes, one UTF-16 unit each. */
function halvesOf(tokenizer: Tokenizer): ReadonlyMap<string, number> {
  let halves = HALVES.get(tokenizer);
  if (halves === undefined) {
    halves = new Map();
    HALVES.set(tokenizer, halves);
    for (let token = 0; ; token++) {
      const bytes = tokenizer.tokenBytes(token);
      if (bytes === undefined) break;
      if (tokenizer.tokenText(token) === undefined) halves.set(latin1(bytes), token);
    }
  }
  return halves;
}

const HALVES = new WeakMap<Tokenizer, Map<string, number>>();

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
