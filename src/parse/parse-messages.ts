import type { Message } from "../chat/message.js";
import type { Role } from "../chat/role.js";
import type { ParseOptions } from "./options.js";
import { type ParserEncoding, StreamableParser } from "./streamable-parser.js";

export type { ParseOptions } from "./options.js";

/**
 * Parses a whole completion: a {@link StreamableParser} fed to the end.
 * @throws HarmonyError, RangeError, TypeError as the parser does.
 */
export function parseMessages(
  encoding: ParserEncoding,
  tokens: Iterable<number>,
  role?: Role | null,
  options?: ParseOptions,
): Message[] {
  const parser = new StreamableParser(encoding, role, options);
  for (const token of tokens) parser.process(token);
  return [...parser.processEos().messages];
}
