/**
 * The tokens of a completion as a short text, which a client sends back with the messages that the completion holds: then
 * the model sees exactly what it wrote, and the engine finds it in its cache.
 *
 *     harmony1.k8QDyK8…         tokens, each in groups of 7 bits, low ones first, as base64url
 */
const PREFIX = "harmony1.";

/** Writes tokens as text. */
export function packTokens(tokens: Iterable<number>): string {
  const bytes: number[] = [];
  for (const token of tokens) {
    let rest = token;
    for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
    bytes.push(rest);
  }
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return PREFIX + btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Reads what {@link packTokens} wrote; `undefined` for anything else. Never throws: it comes from a client. */
export function unpackTokens(text: unknown): number[] | undefined {
  if (typeof text !== "string" || !text.startsWith(PREFIX)) return undefined;
  let binary: string;
  try {
    binary = atob(text.slice(PREFIX.length).replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return undefined;
  }
  const tokens: number[] = [];
  let token = 0;
  let shift = 0;
  for (let at = 0; at < binary.length; at++) {
    const byte = binary.charCodeAt(at);
    token |= (byte & 0x7f) << shift;
    shift += 7;
    if (byte > 0x7f && shift < 28) continue;
    if (byte > 0x7f) return undefined;
    tokens.push(token);
    token = 0;
    shift = 0;
  }
  return shift === 0 ? tokens : undefined;
}
