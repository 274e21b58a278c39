import type { Role } from "../../chat/role.js";
import type { Header } from "../machine/header.js";
import { isWhiteSpace } from "../white-space.js";
import type { HeaderContext } from "./header.js";
import { hasMarker } from "./header-lexer.js";

/** What ended a header before its message token. */
export type Cut = "stop" | "start" | "end-of-input";

/** A message whose header ran into its content. */
export interface UnseparatedMessage {
  readonly header: Header;
  /** Where in the text the content begins; it reaches to the end. */
  readonly contentFrom: number;
}

const ROLE = /(user|assistant|system|developer|tool)\1*(?![a-z])/y;
const ONE_MORE_HEADER_WORD = /^(?:[a-z]*|to=\S*)$/;

/**
 * Reads a header that ended without a message token as header and content in one (cases E1 and E2), or says that it
 * cannot: `undefined`.
 *
 * A content is recognised by what it follows: a known channel or a recipient, or nothing at all, which is how a model
 * answers that forgets the format altogether.
 */
export function readUnseparatedMessage(text: string, context: HeaderContext, cut: Cut): UnseparatedMessage | undefined {
  const front = new Front(text, context);
  const content = text.slice(front.end);
  if (hasMarker(content)) return undefined;
  const { role, channel, recipient, contentType } = front;
  const header = { role, name: undefined, channel, recipient, contentType };
  const message = { header, contentFrom: front.end };
  const isEmpty = isWhiteSpace(content);
  if (cut === "end-of-input") {
    // Where more could have come, a last word may be half a header.
    if (isEmpty || (context.hasStart && channel === undefined)) return undefined;
    if (recipient !== undefined && !content.startsWith("{")) return undefined;
    if (channel !== undefined && recipient === undefined && ONE_MORE_HEADER_WORD.test(content)) return undefined;
  }
  if (recipient !== undefined) return message;
  if (isEmpty) return undefined;
  if (channel !== undefined) return message;
  // Text between two messages (A4) is not an answer; text that ends as a message ends is (E2).
  if (cut === "start" || front.contentType !== undefined) return undefined;
  return { ...message, header: { ...header, channel: role === "assistant" ? "final" : undefined } };
}

/** Reads as much from the front of a text as can be a header. */
class Front {
  role: Role;
  channel: string | undefined;
  recipient: string | undefined;
  contentType: string | undefined;
  /** Where it ends: 0 where there is nothing of a header. */
  end = 0;
  readonly #text: string;
  #at = 0;

  constructor(text: string, { givenRole, hasStart }: HeaderContext) {
    this.#text = text;
    this.role = givenRole;
    this.#passSpace();
    const role = this.#next(ROLE)?.[1] as Role | undefined;
    if (role !== undefined && (hasStart || role === givenRole)) {
      this.role = role;
      this.end = this.#at;
    }
    this.#at = this.end;
    while (this.#readWord()) this.end = this.#at;
  }

  /** Reads one word of a header, and the white space before it. */
  #readWord(): boolean {
    this.#passSpace();
    // Behind something of a header, white space separates; in front of everything it belongs to the content.
    if (this.end > 0) this.end = this.#at;
    return this.#readChannel() || this.#readRecipient() || this.#readContentType();
  }

  #passSpace(): void {
    this.#next(/\p{White_Space}+/uy);
  }

  #readChannel(): boolean {
    const found = this.#next(/<\|channel\|>\p{White_Space}*(analysis|commentary|final)/uy);
    if (found !== null) this.channel = found[1];
    return found !== null;
  }

  #readRecipient(): boolean {
    const found = this.#next(/to=([\p{L}\p{N}_.:/-]+)/uy);
    if (found !== null) this.recipient = found[1];
    return found !== null;
  }

  #readContentType(): boolean {
    const constrained = this.#next(/(<\|constrain\|>)\p{White_Space}*([A-Za-z]*)/uy);
    if (constrained !== null) {
      this.contentType = `${constrained[1]}${constrained[2]}`;
      return true;
    }
    // Without a recipient the word may as well be the content's first.
    if (this.recipient === undefined || this.contentType !== undefined) return false;
    this.contentType = this.#next(/(?:json|code|text)(?![\p{L}\p{N}_])/uy)?.[0];
    return this.contentType !== undefined;
  }

  #next(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found !== null) this.#at += found[0].length;
    return found;
  }
}
