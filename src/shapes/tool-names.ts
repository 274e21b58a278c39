import type { MessageLike } from "../chat/message.js";
import type { ToolDescriptionLike, ToolNamespaceConfigLike } from "../chat/tools.js";
import { hasMarker } from "../special-tokens.js";

/** A tool as a request declares it. */
export interface ClientTool {
  /**
   * - `function`: called with JSON.
   * - `custom`: called with any text, such as a patch.
   * - `built-in`: one that the model was trained with (`browser.search`, `python`).
   */
  readonly type: "function" | "custom" | "built-in";
  /** Its name in the request. */
  readonly name: string;
  /** The namespace that it has in the request, if any. */
  readonly namespace?: string | undefined;
  /** Its name in full, as the model calls it: `functions.get_weather`. */
  readonly recipient: string;
}

/** A tool to be declared: what the client calls it, and how it is described to the model. */
export interface ToolDeclaration {
  readonly type: "function" | "custom";
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly namespaceDescription?: string | undefined;
  readonly description: string;
  readonly parameters?: unknown;
  /** Whether its arguments have to follow the schema exactly. */
  readonly strict?: boolean | undefined;
}

/** The namespace of a developer's functions. */
const FUNCTIONS = "functions";

/** The schema of what a custom tool takes: one text. */
const TEXT_SCHEMA = { type: "string" };

/**
 * The tools of a request, by the names that the model calls and those that the client knows. A name that cannot stand in a
 * header, or that means something else there, is changed, and found again by the changed one.
 */
export class ToolNames {
  readonly #byRecipient = new Map<string, ClientTool>();
  readonly #byName = new Map<string, ClientTool>();
  readonly #namespaces = new Map<string, { name: string; description: string; tools: ToolDescriptionLike[] }>();
  #isStrict = false;

  /** Declares a tool. @returns `undefined` if one of this name and namespace has been declared before. */
  declare(tool: ToolDeclaration): ClientTool | undefined {
    const { type, name, namespace, description, parameters } = tool;
    const key = keyOf(name, namespace);
    if (this.#byName.has(key)) return undefined;
    const space = namespace === undefined ? FUNCTIONS : legalName(namespace);
    const recipient = this.#unusedRecipient(`${space}.${legalName(name)}`);
    const declared: ClientTool = { type, name, ...(namespace === undefined ? {} : { namespace }), recipient };
    this.#byName.set(key, declared);
    this.#byRecipient.set(recipient, declared);
    const entry = this.#namespaces.get(space) ?? {
      name: space,
      description: tool.namespaceDescription ?? "",
      tools: [],
    };
    this.#namespaces.set(space, entry);
    const schema = type === "custom" ? TEXT_SCHEMA : parameters;
    entry.tools.push({
      name: recipient.slice(space.length + 1),
      description,
      ...(schema === undefined || schema === null ? {} : { parameters: schema }),
    });
    if (tool.strict === true) this.#isStrict = true;
    return declared;
  }

  /**
   * Declares a tool that the model was trained with; the system message describes it.
   * @param nameOf What the client calls the tool of a full name. Default: by its full name.
   */
  declareBuiltIn(
    namespace: ToolNamespaceConfigLike,
    nameOf: (recipient: string) => string | undefined = () => undefined,
  ): void {
    const recipients =
      namespace.tools.length === 0 ? [namespace.name] : namespace.tools.map(({ name }) => `${namespace.name}.${name}`);
    for (const recipient of recipients) {
      const name = nameOf(recipient) ?? recipient;
      const tool: ClientTool = { type: "built-in", name, recipient };
      this.#byRecipient.set(recipient, tool);
      this.#byName.set(keyOf(name, undefined), tool);
    }
    this.#builtIn.push(namespace);
  }

  readonly #builtIn: ToolNamespaceConfigLike[] = [];

  /** The tools that the model was trained with. */
  get builtIn(): readonly ToolNamespaceConfigLike[] {
    return this.#builtIn;
  }

  /** What the developer message declares. */
  get namespaces(): readonly ToolNamespaceConfigLike[] {
    return [...this.#namespaces.values()].map(({ name, description, tools }) => ({
      name,
      ...(description === "" ? {} : { description }),
      tools,
    }));
  }

  /** All tools, as `constraintsFor` takes them. */
  get all(): readonly ToolNamespaceConfigLike[] {
    return [...this.builtIn, ...this.namespaces];
  }

  /** Whether the arguments of a tool have to follow its schema exactly. */
  get isStrict(): boolean {
    return this.#isStrict;
  }

  /** The names in full, as parsers take them. */
  get recipients(): readonly string[] {
    return [...this.#byRecipient.keys()];
  }

  /** The tool that the client calls by this name; `undefined` for one that is not declared. */
  named(name: string, namespace?: string | undefined): ClientTool | undefined {
    return this.#byName.get(keyOf(name, namespace));
  }

  /** The tool that the model calls by this name; one that nobody declared is a function of the name that the model gave. */
  called(recipient: string): ClientTool {
    const known = this.#byRecipient.get(recipient);
    if (known !== undefined) return known;
    const prefix = `${FUNCTIONS}.`;
    const name = recipient.startsWith(prefix) ? recipient.slice(prefix.length) : recipient;
    return { type: "function", name, recipient };
  }

  /** The full name for a call of the past, also of a tool that is not declared any more. */
  recipientOf(name: string, namespace?: string | undefined): string {
    const known = this.named(name, namespace);
    if (known !== undefined) return known.recipient;
    return `${namespace === undefined ? FUNCTIONS : legalName(namespace)}.${legalName(name)}`;
  }

  #unusedRecipient(wanted: string): string {
    let recipient = wanted;
    for (let number = 2; this.#byRecipient.has(recipient); number++) recipient = `${wanted}_${number}`;
    return recipient;
  }
}

function keyOf(name: string, namespace: string | undefined): string {
  return JSON.stringify([namespace ?? null, name]);
}

/**
 * A name that can stand in a header and in the TypeScript that declares it: letters, digits, `_` and `-`, none of the last two
 * kinds first. A dot would end the namespace early.
 */
function legalName(name: string): string {
  const legal = (hasMarker(name) ? name.replaceAll(/<\|[^|]*\|>/g, "_") : name).replaceAll(/[^A-Za-z0-9_-]/g, "_");
  return /^[A-Za-z_]/.test(legal) ? legal : `_${legal}`;
}

/** Whether a message is one of the assistant's: only those can be a completion. */
export function isAssistants(message: MessageLike): boolean {
  return message.role === "assistant";
}
