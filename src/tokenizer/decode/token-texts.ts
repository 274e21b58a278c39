import { TOKEN_COUNT } from "../merges.generated.js";
import type { SpecialNames } from "../special-names.js";
import { bytesOf, isOrdinaryToken } from "./vocabulary.js";

const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/**
 * The text of each token, made when first asked for. A model says the same few thousand tokens over and over, so
 * nearly every look-up is one of an array: 3 ns, where decoding the bytes takes some hundred.
 */
export class TokenTexts {
  /** By token; `null` where the bytes are not whole characters. */
  readonly #texts: (string | null | undefined)[] = [];

  readonly #special: SpecialNames;

  constructor(special: SpecialNames) {
    this.#special = special;
  }

  /** The text of a token of whole characters; `undefined` for another, and for an unknown id. */
  textOf(token: number): string | undefined {
    const known = this.#texts[token];
    if (known !== undefined) return known ?? undefined;
    return this.#make(token);
  }

  #make(token: number): string | undefined {
    const texts = this.#texts;
    if (!isOrdinaryToken(token)) return this.#special.nameOf(token);
    // As long as the vocabulary from the start, so that it stays an array and does not become a dictionary.
    if (texts.length === 0) for (let id = 0; id < TOKEN_COUNT; id++) texts.push(undefined);
    let text: string | null;
    try {
      text = strict.decode(bytesOf(token));
    } catch {
      text = null;
    }
    texts[token] = text;
    return text ?? undefined;
  }
}
