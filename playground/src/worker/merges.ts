import type { Tokenizer } from "harmony-format";
import { FIRST_SPECIAL, type MergeStep, type MergesAnswer } from "./answers.js";

/** By its bytes, each as a character, the id of every ordinary token. Ids are the ranks of the merges. */
let ranks: Map<string, number> | undefined;

/** The merges that make a token of its bytes: again and again, the two neighbours whose merge has the lowest rank. */
export function answerMerges(tokenizer: Tokenizer, token: number): MergesAnswer {
  const bytes = token < FIRST_SPECIAL ? tokenizer.tokenBytes(token) : undefined;
  if (bytes === undefined) return { steps: [] };
  ranks ??= ranksOf(tokenizer);
  let pieces = [...bytes].map((byte) => String.fromCharCode(byte));
  const steps: MergeStep[] = [{ pieces: pieces.map(shown), at: -1, token: -1 }];
  while (pieces.length > 1) {
    let [at, rank] = [-1, Number.POSITIVE_INFINITY];
    for (let index = 0; index + 1 < pieces.length; index++) {
      const found = ranks.get(pieces[index]! + pieces[index + 1]!) ?? Number.POSITIVE_INFINITY;
      if (found < rank) [at, rank] = [index, found];
    }
    if (at < 0) break;
    pieces = [...pieces.slice(0, at), pieces[at]! + pieces[at + 1]!, ...pieces.slice(at + 2)];
    steps.push({ pieces: pieces.map(shown), at, token: rank });
  }
  return { steps };
}

function ranksOf(tokenizer: Tokenizer): Map<string, number> {
  const map = new Map<string, number>();
  for (let token = 0; token < FIRST_SPECIAL; token++) {
    const bytes = tokenizer.tokenBytes(token);
    if (bytes !== undefined) map.set(String.fromCharCode(...bytes), token);
  }
  return map;
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of a piece, or its bytes where they are not whole characters. */
function shown(piece: string): string {
  const bytes = Uint8Array.from(piece, (character) => character.charCodeAt(0));
  try {
    const text = UTF8.decode(bytes);
    // White space and control characters are spelled, as nobody would see them.
    return text.replace(/[^\S ]|\p{C}/gu, (character) => JSON.stringify(character).slice(1, -1)).replaceAll(" ", "␣");
  } catch {
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  }
}
