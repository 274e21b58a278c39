import { showValue } from "../../options.js";
import { type BuiltInTool, declareBuiltInTools, type HarmonyRequest, type Unsupported } from "../request.js";
import { invalidField, type RequestObject } from "../request-fields.js";
import { type ToolDeclaration, ToolNames } from "../tool-names.js";
import type { ResponseTool } from "./response-tool.js";

/** Which built-in tool a type of OpenAI's stands for. */
const BUILT_IN: ReadonlyMap<unknown, BuiltInTool> = new Map([
  ["web_search", "browser"],
  ["web_search_2025_08_26", "browser"],
  ["web_search_preview", "browser"],
  ["web_search_preview_2025_03_11", "browser"],
  ["code_interpreter", "python"],
]);

/** Which tools the model may or must call. */
export type ToolChoiceOfRequest = Pick<HarmonyRequest, "toolChoice"> & Partial<Pick<HarmonyRequest, "allowedTools">>;

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
  readonly #builtInTools: readonly BuiltInTool[];

  /** @param builtInTools The tools that the model was trained with and the program has. */
  constructor(unsupported: Unsupported, builtInTools: readonly BuiltInTool[] = []) {
    this.#unsupported = unsupported;
    this.#builtInTools = builtInTools;
  }

  /** Declares those of the tools that the model was trained with, before all others: their names are theirs alone. */
  declareBuiltIn(tools: readonly RequestObject[]): void {
    const asked = new Set(tools.map((tool) => BUILT_IN.get(tool.get("type"))));
    declareBuiltInTools(this.names, { builtInTools: this.#builtInTools.filter((tool) => asked.has(tool)) });
  }

  /** Declares the tools of the field `tools`. @throws ApiError for one that is malformed, unsupported or declared twice. */
  declare(tools: readonly RequestObject[]): void {
    for (const tool of tools) {
      if (!this.#declare(tool, {})) continue;
      const { value } = tool;
      const { parameters = null, strict } = value;
      const sent = value.type === "function" ? { ...value, parameters, strict: strict ?? false } : value;
      this.sent.push(sent as unknown as ResponseTool);
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
    if (builtIn !== undefined) return this.#isThere(tool, builtIn);
    switch (type) {
      case "function":
        return this.#add(tool, place, {
          type,
          description: tool.string("description") ?? "",
          parameters: tool.object("parameters")?.value,
          parametersPath: tool.at("parameters"),
          strict: tool.boolean("strict"),
        });
      case "custom":
        return this.#add(tool, place, {
          type,
          description: tool.string("description") ?? "",
          grammar: grammarOf(tool),
        });
      case "namespace":
        return this.#declareNamespace(tool, place);
      case "tool_search":
        return this.#declareToolSearch(tool);
      default: {
        const where = "OpenAI's servers or clients have this tool built in, and the model does not know it";
        this.#unsupported.note(tool.at("type"), `${where}: declare a function in place of ${showValue(type)}`);
        return false;
      }
    }
  }

  #isThere(tool: RequestObject, builtIn: BuiltInTool): boolean {
    if (this.#has(builtIn)) return true;
    const message = `nothing runs the model's calls of ${builtIn}; if your program does, pass builtInTools: ["${builtIn}"]`;
    this.#unsupported.note(tool.at("type"), message);
    return false;
  }

  #has(builtIn: BuiltInTool): boolean {
    return this.names.builtIn.some(({ name }) => name === builtIn);
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
    const parametersPath = tool.at("parameters");
    const declared = this.names.declare({
      type: "function",
      name: "tool_search",
      description,
      parameters,
      parametersPath,
    });
    if (declared === undefined) throw declaredTwice(tool.at("type"), "tool_search");
    this.toolSearch = declared.recipient;
    return true;
  }

  #add(
    tool: RequestObject,
    { namespace, loaded }: Place,
    declaration: Omit<ToolDeclaration, "name" | "namespace" | "namespaceDescription">,
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
  choice(request: RequestObject): ToolChoiceOfRequest {
    const key = "tool_choice";
    if (typeof request.get(key) === "string") {
      const toolChoice = request.word(key, ["none", "auto", "required"])!;
      if (toolChoice === "required" && this.names.all.length === 0) {
        throw invalidField(request.at(key), `${request.at(key)} is "required", but no tool is declared`);
      }
      return { toolChoice };
    }
    const choice = request.object(key);
    if (choice === undefined) return { toolChoice: "auto" };
    const type = choice.requiredString("type");
    if (type === "allowed_tools") {
      const allowed = choice.objects("tools").map((tool) => this.#chosen(tool));
      if (allowed.length === 0) throw choice.wrong("tools", "a list of tools");
      const toolChoice = choice.word("mode", ["auto", "required"]) ?? "auto";
      const allowedTools = new Set(allowed.flat());
      const isAll = this.names.recipients.every((recipient) => allowedTools.has(recipient));
      return isAll ? { toolChoice } : { toolChoice, allowedTools: [...allowedTools] };
    }
    // Of several tools of a type, such as those of the browser, the first is where the model begins.
    const [name] = this.#chosen(choice);
    return { toolChoice: name === undefined ? "auto" : { name } };
  }

  /** The full names of the tools that a choice means; none for a type of tool that cannot be declared. */
  #chosen(choice: RequestObject): readonly string[] {
    const type = choice.requiredString("type");
    const builtIn = BUILT_IN.get(type);
    if (builtIn !== undefined && this.#has(builtIn)) {
      return this.names.recipients.filter((recipient) => recipient === builtIn || recipient.startsWith(`${builtIn}.`));
    }
    if (type === "function" || type === "custom") {
      const name = choice.requiredName("name");
      const tool = this.names.named(name, choice.string("namespace"));
      if (tool?.type === type) return [tool.recipient];
      throw invalidField(choice.at("name"), `no ${type} tool in \`tools\` is called ${showValue(name)}`);
    }
    this.#unsupported.note(choice.at("type"), `the model cannot be made to call ${showValue(type)}`);
    return [];
  }
}

function declaredTwice(path: string, name: string): Error {
  return invalidField(path, `a tool of the name ${showValue(name)} is declared twice`);
}

/** The grammar of what a custom tool takes. */
function grammarOf(tool: RequestObject): ToolDeclaration["grammar"] {
  const format = tool.object("format");
  if (format === undefined || format.word("type", ["text", "grammar"]) !== "grammar") return undefined;
  return {
    syntax: format.word("syntax", ["lark", "regex"]) ?? "lark",
    definition: format.requiredString("definition"),
  };
}
