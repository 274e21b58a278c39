import { LAST_SPECIAL_TOKEN } from "../special-tokens.js";

/**
 * The tokens of a completion as a short text, which a client sends back with the messages that the completion holds: then
 * the model sees exactly what it wrote, and the engine finds it in its cache.
 *
 *     harmony1.k8QDyK8…         tokens, each in groups of 7 bits, low ones first, as base64url
 */
const PREFIX = "harmony1.";

/** How many bytes a token takes at most: 21 bits. */
const MOST_BYTES = 3;

/** Writes tokens as text. */
export function packTokens(tokens: Iterable<number>): string {
  let binary = "";
  for (const token of tokens) {
    let rest = token;
    for (; rest > 0x7f; rest >>>= 7) binary += String.fromCharCode((rest & 0x7f) | 0x80);
    binary += String.fromCharCode(rest);
  }
  return PREFIX + btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * Reads what {@link packTokens} wrote; `undefined` for anything else, also for numbers that are not tokens. Never throws:
 * it comes from a client.
 */
export function unpackTokens(text: unknown): number[] | undefined {
  if (typeof text !== "string" || !/^harmony1\.[\w-]*$/.test(text)) return undefined;
  let binary: string;
  try {
    binary = atob(text.slice(PREFIX.length).replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return undefined;
  }
  const tokens: number[] = [];
  let token = 0;
  let count = 0;
  for (let at = 0; at < binary.length; at++) {
    const byte = binary.charCodeAt(at);
    token |= (byte & 0x7f) << (7 * count);
    count += 1;
    if (byte > 0x7f) {
      if (count === MOST_BYTES) return undefined;
      continue;
    }
    if (token > LAST_SPECIAL_TOKEN) return undefined;
    tokens.push(token);
    token = 0;
    count = 0;
  }
  return count === 0 ? tokens : undefined;
}
