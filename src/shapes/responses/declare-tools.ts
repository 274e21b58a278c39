import { ToolNamespaceConfig } from "../../chat/tools.js";
import type { ToolChoice } from "../../turn/constraints/options.js";
import type { Unsupported } from "../request.js";
import { invalidField, type RequestObject } from "../request-fields.js";
import { ToolNames } from "../tool-names.js";
import type { ResponseTool } from "./response-tool.js";

/** A tool that the model was trained with, and that a program runs itself. */
export type BuiltInTool = "browser" | "python";

/** Which built-in tool a type of OpenAI's stands for. */
const BUILT_IN: ReadonlyMap<string, BuiltInTool> = new Map([
  ["web_search", "browser"],
  ["web_search_2025_08_26", "browser"],
  ["web_search_preview", "browser"],
  ["web_search_preview_2025_03_11", "browser"],
  ["code_interpreter", "python"],
]);

/** Where in the tools of a request a tool stands. */
interface Place {
  /** The namespace that it is in. */
  readonly namespace?: { readonly name: string; readonly description: string } | undefined;
  /** Takes the full names of tools that are loaded along the way, of which a client may load one twice. */
  readonly loaded?: Set<string>;
}

/** The tools of a request. */
export class RequestTools {
  readonly names: ToolNames = new ToolNames();
  /** The tools as the request has them, without those that were left out. */
  readonly sent: ResponseTool[] = [];
  /** The name in full of the search among tools, if it was declared. */
  toolSearch: string | undefined;
  readonly #unsupported: Unsupported;
  readonly #builtIn: ReadonlySet<BuiltInTool>;

  /** @param builtIn The built-in tools that the program runs. */
  constructor(unsupported: Unsupported, builtIn: Iterable<BuiltInTool>) {
    this.#unsupported = unsupported;
    this.#builtIn = new Set(builtIn);
  }

  /** Declares the tools of the field `tools`. @throws ApiError for one that is malformed, unsupported or declared twice. */
  declare(tools: readonly RequestObject[]): void {
    for (const tool of tools) {
      if (this.#declare(tool, {})) this.sent.push(tool.value as unknown as ResponseTool);
    }
  }

  /**
   * Declares tools that an item of the input brings.
   * @returns Their names in full, as the model calls them.
   * @throws ApiError for one that is malformed or unsupported.
   */
  load(tools: readonly RequestObject[]): string[] {
    const loaded = new Set<string>();
    for (const tool of tools) this.#declare(tool, { loaded });
    return [...loaded];
  }

  /** @returns Whether the tool was declared, and not left out. */
  #declare(tool: RequestObject, place: Place): boolean {
    const type = tool.requiredString("type");
    const builtIn = BUILT_IN.get(type);
    if (builtIn !== undefined) return this.#declareBuiltIn(tool, builtIn);
    switch (type) {
      case "function":
        return this.#add(tool, place, {
          type,
          description: tool.string("description") ?? "",
          parameters: tool.object("parameters")?.value,
          strict: tool.boolean("strict"),
        });
      case "custom":
        return this.#add(tool, place, { type, description: customDescription(tool) });
      case "namespace":
        return this.#declareNamespace(tool, place);
      case "tool_search":
        return this.#declareToolSearch(tool);
      default: {
        const where = "OpenAI's servers or clients have this tool built in, and the model does not know it";
        this.#unsupported.note(tool.at("type"), `${where}: declare a function in place of ${JSON.stringify(type)}`);
        return false;
      }
    }
  }

  #declareBuiltIn(tool: RequestObject, builtIn: BuiltInTool): boolean {
    if (!this.#builtIn.has(builtIn)) {
      const message = `nothing runs the model's calls of ${builtIn}; if your program does, pass builtInTools: ["${builtIn}"]`;
      this.#unsupported.note(tool.at("type"), message);
      return false;
    }
    const isDeclared = this.names.builtIn.some(({ name }) => name === builtIn);
    const namespace = builtIn === "browser" ? ToolNamespaceConfig.browser() : ToolNamespaceConfig.python();
    if (!isDeclared) this.names.declareBuiltIn(namespace);
    return true;
  }

  #declareNamespace(tool: RequestObject, place: Place): boolean {
    if (place.namespace !== undefined) throw invalidField(tool.at("type"), "a namespace cannot stand in a namespace");
    const name = tool.requiredName("name");
    const description = tool.string("description") ?? "";
    const members = tool.objects("tools");
    for (const member of members) this.#declare(member, { ...place, namespace: { name, description } });
    return true;
  }

  #declareToolSearch(tool: RequestObject): boolean {
    if (tool.word("execution", ["server", "client"]) !== "client") {
      const message = 'nothing searches among tools here; leave tool_search out, or execute it: "execution": "client"';
      this.#unsupported.note(tool.at("execution"), message);
      return false;
    }
    const description = tool.string("description") ?? "";
    const parameters = tool.object("parameters")?.value;
    const declared = this.names.declare({ type: "function", name: "tool_search", description, parameters });
    if (declared === undefined) throw declaredTwice(tool.at("type"), "tool_search");
    this.toolSearch = declared.recipient;
    return true;
  }

  #add(
    tool: RequestObject,
    { namespace, loaded }: Place,
    declaration: {
      readonly type: "function" | "custom";
      readonly description: string;
      readonly parameters?: unknown;
      readonly strict?: boolean | undefined;
    },
  ): boolean {
    const name = tool.requiredName("name");
    const declared = this.names.declare({
      ...declaration,
      name,
      ...(namespace === undefined ? {} : { namespace: namespace.name, namespaceDescription: namespace.description }),
    });
    if (declared === undefined && loaded === undefined) throw declaredTwice(tool.at("name"), name);
    loaded?.add(this.names.recipientOf(name, namespace?.name));
    return true;
  }

  /**
   * What the model may or must call, of the field `tool_choice`.
   * @throws ApiError for a tool that was not declared, and for a choice that cannot be kept to.
   */
  choice(request: RequestObject): ToolChoice {
    const key = "tool_choice";
    const value = request.get(key);
    if (value === undefined) return "auto";
    if (typeof value === "string") {
      const word = request.word(key, ["none", "auto", "required"])!;
      if (word === "required" && this.names.all.length === 0) {
        throw invalidField(request.at(key), `${request.at(key)} is "required", but no tool is declared`);
      }
      return word;
    }
    const choice = request.object(key)!;
    const type = choice.requiredString("type");
    if (type === "allowed_tools") return this.#allowed(choice);
    const recipient = this.#recipientOf(choice, type);
    if (recipient !== undefined) return { name: recipient };
    this.#unsupported.note(choice.at("type"), `the model cannot be made to call ${JSON.stringify(type)}`);
    return "auto";
  }

  /** All tools or one of them can be allowed; a choice among some would need other declarations. */
  #allowed(choice: RequestObject): ToolChoice {
    const mode = choice.word("mode", ["auto", "required"]) ?? "auto";
    const allowed = new Set(
      choice.objects("tools").map((tool) => {
        const recipient = this.#recipientOf(tool, tool.requiredString("type"));
        if (recipient === undefined) throw invalidField(tool.at("type"), "this tool is not declared in `tools`");
        return recipient;
      }),
    );
    const { recipients } = this.names;
    if (allowed.size === recipients.length && recipients.length > 0) return mode;
    const [only] = allowed;
    if (allowed.size === 1 && only !== undefined && mode === "required") return { name: only };
    const message = "some of the tools cannot be allowed and others not; declare only those that may be called";
    this.#unsupported.note(choice.at("tools"), message);
    return mode;
  }

  /** The name in full of a tool that a choice names; `undefined` for a type of tool that cannot be declared. */
  #recipientOf(choice: RequestObject, type: string): string | undefined {
    const builtIn = BUILT_IN.get(type);
    if (builtIn !== undefined) {
      if (this.names.builtIn.some(({ name }) => name === builtIn)) {
        return builtIn === "browser" ? "browser.search" : builtIn;
      }
      throw invalidField(choice.at("type"), `the tool ${JSON.stringify(type)} is not declared in \`tools\``);
    }
    if (type !== "function" && type !== "custom") return undefined;
    const name = choice.requiredName("name");
    const tool = this.names.named(name, choice.string("namespace"));
    if (tool?.type === type) return tool.recipient;
    throw invalidField(choice.at("name"), `no ${type} tool in \`tools\` is called ${JSON.stringify(name)}`);
  }
}

function declaredTwice(path: string, name: string): Error {
  return invalidField(path, `a tool of the name ${JSON.stringify(name)} is declared twice`);
}

/**
 * The description of a custom tool. The grammar of its input stands in it, since the model cannot be held to one: no engine
 * takes it inside of the format.
 */
function customDescription(tool: RequestObject): string {
  const description = tool.string("description") ?? "";
  const format = tool.object("format");
  if (format === undefined || format.word("type", ["text", "grammar"]) !== "grammar") return description;
  // OpenAI's reference has the grammar in the format, its guide to Chat Completions one level deeper.
  const grammar = format.object("grammar") ?? format;
  const syntax = grammar.word("syntax", ["lark", "regex"]) ?? "lark";
  const definition = grammar.requiredString("definition").trim();
  const kind = syntax === "lark" ? "Lark grammar" : "regular expression";
  return `${description}${description === "" ? "" : "\n\n"}The input must match this ${kind}:\n${definition}`;
}
