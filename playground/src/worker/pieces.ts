import type { Tokenizer } from "harmony-format";
import type { Pieces } from "./answers.js";

/** Finds the text that each token adds. Bytes that are not UTF-8, and ids outside the vocabulary, become U+FFFD. */
export function piecesOf(tokenizer: Tokenizer, tokens: ArrayLike<number>): Pieces {
  const ends = new Uint32Array(tokens.length);
  const texts: string[] = [];
  let decoder = tokenizer.createStreamDecoder();
  let length = 0;
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    let text: string;
    if (tokenizer.tokenBytes(token) === undefined) {
      text = `${decoder.flush()}\uFFFD`;
      decoder = tokenizer.createStreamDecoder();
    } else {
      text = decoder.decode(token);
    }
    if (at === tokens.length - 1) text += decoder.flush();
    texts.push(text);
    length += text.length;
    ends[at] = length;
  }
  return { tokens: Uint32Array.from(tokens), text: texts.join(""), ends };
}
