import { isRole, type Role } from "../../chat/role.js";
import type { Header } from "../header.js";

/** Tools that are addressed by a name without a namespace. */
const BARE_TOOLS: ReadonlySet<string> = new Set(["python", "browser"]);

/** The tools that a conversation declares, by their full names. */
export class DeclaredTools {
  readonly #names: ReadonlySet<string>;
  readonly #areKnown: boolean;

  /**
   * @param names Full names (`functions.bash`); a name without a namespace is a developer's function (`bash`). Without a
   *   list, nobody knows which tools there are.
   */
  constructor(names: Iterable<string> | undefined) {
    this.#areKnown = names !== undefined;
    this.#names = new Set(
      Array.from(names ?? [], (name) => (name.includes(".") || BARE_TOOLS.has(name) ? name : `functions.${name}`)),
    );
  }

  /** The full name of the declared tool that a model means by this name; `undefined` if it means none of them. */
  fullName(name: string): string | undefined {
    if (this.#names.has(name)) return name;
    for (const full of this.#names) {
      if (full.slice(full.indexOf(".") + 1) === name) return full;
    }
    return undefined;
  }

  /** Whether a message to this recipient calls a tool that is known not to be declared. */
  lacks(recipient: string): boolean {
    if (!this.#areKnown || recipient === "all" || isRole(recipient)) return false;
    const [namespace] = recipient.split(".", 1);
    // `browser` alone stands for all tools of the browser.
    if (BARE_TOOLS.has(namespace!) && this.#names.has(namespace!)) return false;
    return this.fullName(recipient) === undefined;
  }
}

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
