import type { Role } from "../../chat/role.js";
import type { DeclaredTools } from "./declared-tools.js";
import type { Header } from "./header.js";

/** What a parser was told about the conversation whose completion it parses. */
export interface ParserSettings {
  /** The role whose header the prompt has already begun. */
  readonly role: Role | undefined;
  readonly tools: DeclaredTools;
  readonly continueAfterCall: boolean;
  /** A message whose header, and the beginning of whose content, the prompt already holds. */
  readonly prefill: { readonly header: Header; readonly content: string } | undefined;
  /** UTF-16 units that a message's content, or text outside of a content, may have. */
  readonly maxMessageLength: number;
}
