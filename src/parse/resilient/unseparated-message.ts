import { Channel } from "../../chat/channel.js";
import type { Role } from "../../chat/role.js";
import { CONSTRAIN_MARKER, hasMarker } from "../../special-tokens.js";
import { type Header, nameWithout } from "../header.js";
import type { DeclaredTools } from "../machine/settings.js";
import { ANY_CHANNEL, ANY_CONTENT_TYPE, ANY_ROLE, CHANNEL_MARKER, isWhiteSpace, literally, TO } from "../words.js";
import { gluedType, type HeaderContext, type HeaderDiagnostic } from "./header.js";

/** What ended a header before its message token. */
export type Cut = "stop" | "start" | "end-of-input";

/** A message whose header ran into its content. */
export interface UnseparatedMessage {
  readonly header: Header;
  /** Where in the text the content begins; it reaches to the end. */
  readonly contentFrom: number;
  readonly diagnostics: readonly HeaderDiagnostic[];
}

/** A role, perhaps repeated. */
const ROLES = new RegExp(`(${ANY_ROLE})\\1*(?![a-z])`, "y");
const ONE_MORE_HEADER_WORD = new RegExp(`^(?:[a-z]*|${TO}\\S*)$`);

/**
 * Reads a header that ended without a message token as header and content in one (cases E1, E2 and H5); `undefined` if
 * it cannot be a message.
 *
 * A content is recognised by what precedes it: a known channel, a recipient, or nothing at all, which is how a model
 * answers that has forgotten the format altogether.
 */
export function readUnseparatedMessage(text: string, context: HeaderContext, cut: Cut): UnseparatedMessage | undefined {
  const front = new Front(text, context);
  const content = text.slice(front.end);
  if (hasMarker(content)) return undefined;
  const { role, channel, recipient, contentType } = front;
  const name = nameWithout(role);
  const contentFrom = front.end;
  const diagnostics: HeaderDiagnostic[] = [
    ...front.diagnostics,
    { code: "missing-message-token", from: contentFrom, to: contentFrom },
  ];
  const header = { role, name, channel, recipient, content_type: contentType };
  const message = { header, contentFrom, diagnostics };
  const isEmpty = isWhiteSpace(content);
  if (cut === "end-of-input") {
    // More might have followed, so a last word may be half a header.
    if (isEmpty || (context.hasStart && channel === undefined)) return undefined;
    if (recipient !== undefined && !content.startsWith("{")) return undefined;
    if (channel !== undefined && recipient === undefined && ONE_MORE_HEADER_WORD.test(content)) return undefined;
  }
  if (recipient !== undefined) return message;
  if (isEmpty) return undefined;
  if (channel !== undefined) return message;
  // Text between two messages (A4) is not an answer; text that ends as a message ends is one (E2).
  if (cut === "start" || contentType !== undefined) return undefined;
  return { ...message, header: { ...header, channel: role === "assistant" ? Channel.FINAL : undefined } };
}

/** The words of a header, each as it stands at a place of the text. Made once, when first used: see words.ts. */
function makePatterns() {
  return {
    space: /\p{White_Space}+/uy,
    channel: new RegExp(`${literally(CHANNEL_MARKER)}\\p{White_Space}*(${ANY_CHANNEL})`, "uy"),
    recipient: new RegExp(`${TO}([\\p{L}\\p{N}_.:/-]*)`, "uy"),
    constrainedType: new RegExp(`${literally(CONSTRAIN_MARKER)}\\p{White_Space}*([A-Za-z]*)`, "uy"),
    contentType: new RegExp(`(?:${ANY_CONTENT_TYPE})(?![\\p{L}\\p{N}_])`, "uy"),
  };
}

let madePatterns: ReturnType<typeof makePatterns> | undefined;

function patterns(): ReturnType<typeof makePatterns> {
  madePatterns ??= makePatterns();
  return madePatterns;
}

/** Reads as much from the front of a text as can be a header. */
class Front {
  role: Role;
  channel: string | undefined;
  recipient: string | undefined;
  contentType: string | undefined;
  /** Where it ends: 0 if the text does not begin with a header. */
  end = 0;
  readonly diagnostics: HeaderDiagnostic[] = [];
  readonly #text: string;
  readonly #tools: DeclaredTools;
  #at = 0;

  constructor(text: string, { givenRole, hasStart, tools }: HeaderContext) {
    this.#text = text;
    this.#tools = tools;
    this.role = givenRole;
    this.#passSpace();
    const role = this.#next(ROLES)?.[1] as Role | undefined;
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
    // Behind a word of a header, white space separates; in front of everything it belongs to the content.
    if (this.end > 0) this.end = this.#at;
    return this.#readChannel() || this.#readRecipient() || this.#readContentType();
  }

  #passSpace(): void {
    this.#next(patterns().space);
  }

  #readChannel(): boolean {
    const found = this.#next(patterns().channel);
    if (found !== null) this.channel = found[1];
    return found !== null;
  }

  #readRecipient(): boolean {
    const from = this.#at;
    const recipient = this.#next(patterns().recipient)?.[1];
    if (recipient === undefined) return false;
    const isAuthor = recipient === "assistant" && this.role === "assistant";
    if (isAuthor || recipient === "") {
      const code = isAuthor ? "recipient-is-author" : "empty-recipient";
      this.diagnostics.push({ code, from, to: this.#at });
    } else {
      const glued = gluedType(recipient, this.#tools);
      if (glued !== undefined) this.diagnostics.push({ code: "inexact-recipient", from, to: this.#at });
      this.recipient = glued?.recipient ?? recipient;
      this.contentType ??= glued?.contentType;
      if (this.role === "assistant" && this.#tools.lacks(this.recipient)) {
        this.diagnostics.push({ code: "undeclared-tool", from, to: this.#at });
      }
    }
    return true;
  }

  #readContentType(): boolean {
    const constrained = this.#next(patterns().constrainedType)?.[1];
    if (constrained !== undefined) {
      this.contentType = CONSTRAIN_MARKER + constrained;
      return true;
    }
    // Without a recipient, the word may just as well be the first of the content.
    if (this.recipient === undefined || this.contentType !== undefined) return false;
    this.contentType = this.#next(patterns().contentType)?.[0];
    return this.contentType !== undefined;
  }

  #next(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found !== null) this.#at += found[0].length;
    return found;
  }
}
