import { ToolDescription, type ToolNamespaceConfigLike } from "../chat/tools.js";
import { HarmonyError } from "../errors.js";
import { ApiError } from "./api-error.js";

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
  /**
   * The grammar of what a custom tool takes. The model is told of it behind the description; it is not held to it, since
   * engines take grammars of their own kinds only.
   */
  readonly grammar?: { readonly syntax: string; readonly definition: string } | undefined;
  /** Where its schema stands in the request, for errors: `tools[3].function.parameters`. */
  readonly parametersPath?: string | undefined;
}

/** The namespace of a developer's functions. */
const FUNCTIONS = "functions";

/** The schema of what a custom tool takes: one text. */
const TEXT_SCHEMA = { type: "string" };

/** A namespace that the developer message declares. */
interface Namespace {
  readonly name: string;
  description: string;
  readonly tools: ToolDescription[];
  /** Where the schema of each tool stands in the request. */
  readonly paths: (string | undefined)[];
}

/**
 * The tools of a request, by the names that the model calls and those that the client knows. A name that cannot stand in a
 * header, or that means something else there, is changed, and found again by the changed one.
 */
export class ToolNames {
  readonly #byRecipient = new Map<string, ClientTool>();
  readonly #byName = new Map<string, ClientTool>();
  /** By what follows the first dot of the recipient: models leave out the namespace. The first of a name counts. */
  readonly #byShortName = new Map<string, ClientTool>();
  readonly #namespaces = new Map<string, Namespace>();
  readonly #builtIn: ToolNamespaceConfigLike[] = [];
  #isStrict = false;

  /**
   * Declares a tool. Those that the model was trained with are declared first.
   * @returns `undefined` if one of this name and namespace has been declared before.
   * @throws ApiError for a schema that cannot be shown to the model, such as one that is nested too deeply.
   */
  declare(tool: ToolDeclaration): ClientTool | undefined {
    const { type, name, namespace, parametersPath } = tool;
    const key = keyOf(name, namespace);
    if (this.#byName.has(key)) return undefined;
    const space = namespace === undefined ? FUNCTIONS : this.#spaceOf(namespace);
    const recipient = this.#unusedRecipient(`${space}.${legalName(name)}`);
    const declared: ClientTool = { type, name, ...(namespace === undefined ? {} : { namespace }), recipient };
    const description = descriptionOf(tool, recipient.slice(space.length + 1));
    this.#note(declared, key);
    const entry = this.#namespaces.get(space) ?? { name: space, description: "", tools: [], paths: [] };
    this.#namespaces.set(space, entry);
    if (entry.description === "") entry.description = tool.namespaceDescription ?? "";
    entry.tools.push(description);
    entry.paths.push(parametersPath);
    if (tool.strict === true) this.#isStrict = true;
    return declared;
  }

  /**
   * Declares a tool that the model was trained with; the system message describes it.
   * @param nameOf What the client calls the tool of a full name. Default: by its full name.
   */
  declareBuiltIn(
    namespace: ToolNamespaceConfigLike,
    nameOf: (recipient: string) => string = (recipient) => recipient,
  ): void {
    const recipients =
      namespace.tools.length === 0 ? [namespace.name] : namespace.tools.map(({ name }) => `${namespace.name}.${name}`);
    for (const recipient of recipients) {
      const name = nameOf(recipient);
      this.#note({ type: "built-in", name, recipient }, keyOf(name, undefined));
    }
    this.#builtIn.push(namespace);
  }

  /** The tools that the model was trained with. */
  get builtIn(): readonly ToolNamespaceConfigLike[] {
    return this.#builtIn;
  }

  /** What the developer message declares. */
  get namespaces(): readonly ToolNamespaceConfigLike[] {
    return [...this.#namespaces.values()].map(({ name, description, tools }) => ({
      name,
      ...(description === "" ? {} : { description }),
      tools: [...tools],
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

  /**
   * The tool that the model calls by this name: the declared one that it means, also where it leaves out the namespace or
   * gives the client's own name. One that nobody declared is a function of the name that the model gave.
   */
  called(recipient: string): ClientTool {
    const prefix = `${FUNCTIONS}.`;
    const isFunction = recipient.startsWith(prefix) && recipient.length > prefix.length;
    const name = isFunction ? recipient.slice(prefix.length) : recipient;
    return (
      this.#byRecipient.get(recipient) ??
      this.#byShortName.get(recipient) ??
      this.named(name) ?? { type: "function", name, recipient }
    );
  }

  /**
   * The full name for a call of the past, also of a tool that is not declared any more. A name that {@link ToolNames.called} gave to a
   * tool that nobody declared leads back to what the model wrote.
   */
  recipientOf(name: string, namespace?: string | undefined): string {
    const known = this.named(name, namespace) ?? (namespace === undefined ? this.#byShortName.get(name) : undefined);
    if (known !== undefined) return known.recipient;
    const word = headerWord(name);
    if (namespace !== undefined) return `${headerWord(namespace)}.${word}`;
    return word === "python" || /^[^.]+\../.test(word) ? word : `${FUNCTIONS}.${word}`;
  }

  /** Where a path of {@link ToolNames.all} stands in the request; `undefined` if nobody knows. */
  requestPath(path: string): string | undefined {
    const found = /^tools\[(\d+)\]\.tools\[(\d+)\]\.parameters/.exec(path);
    if (found === null) return undefined;
    const namespace = [...this.#namespaces.values()][Number(found[1]) - this.#builtIn.length];
    const start = namespace?.paths[Number(found[2])];
    return start === undefined ? undefined : start + path.slice(found[0].length);
  }

  #note(tool: ClientTool, key: string): void {
    const { recipient } = tool;
    this.#byName.set(key, tool);
    this.#byRecipient.set(recipient, tool);
    // Many tools are called like `search` and `open`: those that the model was trained with are not meant.
    const short = recipient.slice(recipient.indexOf(".") + 1);
    if (tool.type !== "built-in" && !this.#byShortName.has(short)) this.#byShortName.set(short, tool);
  }

  /** The namespace of the client as the model knows it. Those of the tools that it was trained with are theirs alone. */
  #spaceOf(namespace: string): string {
    let space = legalName(namespace);
    while (this.#builtIn.some(({ name }) => name === space)) space += "_";
    return space;
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

/** @throws ApiError for a schema that cannot be shown to the model. */
function descriptionOf(tool: ToolDeclaration, name: string): ToolDescription {
  const { type, grammar, parametersPath = "parameters" } = tool;
  const parameters = type === "custom" ? TEXT_SCHEMA : tool.parameters;
  let { description } = tool;
  if (grammar !== undefined) {
    const rule = `Its input has to match this grammar (${grammar.syntax}):\n${grammar.definition}`;
    description = description === "" ? rule : `${description}\n\n${rule}`;
  }
  try {
    return new ToolDescription({ name, description, parameters }, "");
  } catch (error) {
    // Whatever it throws: a program's own schema can have getters and a method toJSON.
    const path = error instanceof HarmonyError ? (error.path ?? "") : "";
    const param = parametersPath + path.replace(/^parameters/, "");
    const why = error instanceof HarmonyError ? error.message : `${param} cannot be read`;
    throw new ApiError(why, { param, code: "invalid_value", cause: error });
  }
}

/**
 * A name that can stand in a header and in the TypeScript that declares it: letters, digits, `_` and `-`, none of the last two
 * kinds first. A dot would end the namespace early.
 */
function legalName(name: string): string {
  const legal = name.replaceAll(/<\|[^|]*\|>|[^A-Za-z0-9_-]/gu, "_");
  return /^[A-Za-z_]/.test(legal) ? legal : `_${legal}`;
}

/** A name that can stand in a header, changed as little as may be. */
function headerWord(name: string): string {
  const word = name.toWellFormed().replaceAll(/[\s\p{C}<>|]/gu, "_");
  return word === "" ? "_" : word;
}
