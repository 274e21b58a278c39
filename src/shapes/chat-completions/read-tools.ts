import { showValue } from "../../options.js";
import { declareBuiltInTools, type HarmonyRequest, type ReadRequestOptions, type Unsupported } from "../request.js";
import { invalidField, type RequestObject } from "../request-fields.js";
import { type ToolDeclaration, ToolNames } from "../tool-names.js";

/** Which tools the model may or must call. */
type Choice = Pick<HarmonyRequest, "toolChoice"> & Partial<Pick<HarmonyRequest, "allowedTools">>;

/** The tools of a request. */
export interface RequestTools {
  readonly toolNames: ToolNames;
  readonly choice: Choice;
  /** Whether they are declared as `functions`. */
  readonly usesFunctions: boolean;
}

/** A namespace that tools stand in. */
interface Namespace {
  readonly name: string;
  readonly description: string;
}

/**
 * Reads `tools` and `tool_choice`, and the fields `functions` and `function_call` that came before them.
 * @throws ApiError for what is malformed, declared twice, or chosen and not declared, and for tools that Harmony cannot
 *   declare, unless such are to be dropped.
 */
export function readTools(request: RequestObject, options: ReadRequestOptions, unsupported: Unsupported): RequestTools {
  const toolNames = new ToolNames();
  declareBuiltInTools(toolNames, options);
  for (const tool of request.objects("tools")) declareTool(tool, undefined, toolNames, unsupported);
  const functions = request.objects("functions");
  for (const definition of functions) declareFunction(definition, undefined, toolNames);
  const usesFunctions = functions.length > 0 && request.get("tools") === undefined;
  const key = request.get("tool_choice") === undefined ? "function_call" : "tool_choice";
  return { toolNames, choice: choiceOf(request, key, toolNames), usesFunctions };
}

function declareTool(
  tool: RequestObject,
  namespace: Namespace | undefined,
  toolNames: ToolNames,
  unsupported: Unsupported,
): void {
  const type = tool.requiredString("type");
  switch (type) {
    case "function":
      declareFunction(required(tool, "function"), namespace, toolNames);
      return;
    case "custom": {
      const custom = required(tool, "custom");
      declare(custom, namespace, toolNames, { type, description: descriptionOf(custom), grammar: grammarOf(custom) });
      return;
    }
    case "namespace": {
      // The API has them in Responses only, where they have no object of their own; some clients send them here, too.
      if (namespace !== undefined) throw invalidField(tool.at("type"), "a namespace cannot stand in a namespace");
      const inner = tool.object("namespace") ?? tool;
      const space = { name: inner.requiredName("name"), description: descriptionOf(inner) };
      for (const member of inner.objects("tools")) declareTool(member, space, toolNames, unsupported);
      return;
    }
    default: {
      const message = `a tool of the type ${showValue(type)} cannot be declared; declare a function in its place`;
      unsupported.note(tool.at("type"), message);
    }
  }
}

function declareFunction(definition: RequestObject, namespace: Namespace | undefined, toolNames: ToolNames): void {
  declare(definition, namespace, toolNames, {
    type: "function",
    description: descriptionOf(definition),
    parameters: definition.object("parameters")?.value,
    parametersPath: definition.at("parameters"),
    strict: definition.boolean("strict"),
  });
}

function declare(
  definition: RequestObject,
  namespace: Namespace | undefined,
  toolNames: ToolNames,
  declaration: Omit<ToolDeclaration, "name" | "namespace" | "namespaceDescription">,
): void {
  const name = definition.requiredName("name");
  const place = { namespace: namespace?.name, namespaceDescription: namespace?.description };
  if (toolNames.declare({ ...declaration, ...place, name }) !== undefined) return;
  throw invalidField(definition.at("name"), `a tool of the name ${showValue(name)} is declared twice`);
}

function descriptionOf(definition: RequestObject): string {
  return definition.string("description") ?? "";
}

function grammarOf(custom: RequestObject): ToolDeclaration["grammar"] {
  const format = custom.object("format");
  if (format === undefined || format.word("type", ["text", "grammar"]) !== "grammar") return undefined;
  const grammar = required(format, "grammar");
  return {
    syntax: grammar.word("syntax", ["lark", "regex"]) ?? "lark",
    definition: grammar.requiredString("definition"),
  };
}

function choiceOf(request: RequestObject, key: "tool_choice" | "function_call", toolNames: ToolNames): Choice {
  if (typeof request.get(key) === "string") {
    const toolChoice = request.word(key, ["none", "auto", "required"])!;
    if (toolChoice === "required" && toolNames.all.length === 0) {
      throw request.wrong(key, '"auto" or "none" where no tool is declared');
    }
    return { toolChoice };
  }
  const choice = request.object(key);
  if (choice === undefined) return { toolChoice: "auto" };
  if (key === "function_call") return { toolChoice: { name: chosen(choice, "function", toolNames) } };
  const type = choice.word("type", ["function", "custom", "allowed_tools"]);
  if (type === undefined) throw choice.missing("type");
  if (type !== "allowed_tools") return { toolChoice: { name: chosen(required(choice, type), type, toolNames) } };
  const allowed = required(choice, "allowed_tools");
  const allowedTools = allowed.objects("tools").map((tool) => {
    const type = tool.word("type", ["function", "custom"]);
    if (type === undefined) throw tool.missing("type");
    return chosen(required(tool, type), type, toolNames);
  });
  if (allowedTools.length === 0) throw allowed.wrong("tools", "a list of tools");
  const toolChoice = allowed.word("mode", ["auto", "required"]) ?? "auto";
  const isAll = toolNames.recipients.every((recipient) => allowedTools.includes(recipient));
  return isAll ? { toolChoice } : { toolChoice, allowedTools };
}

/** The full name of a tool that is named. */
function chosen(named: RequestObject, type: "function" | "custom", toolNames: ToolNames): string {
  const name = named.requiredName("name");
  const tool = toolNames.named(name, named.string("namespace"));
  // A tool that the model was trained with is shown as a function.
  const isIt = tool?.type === type || (tool?.type === "built-in" && type === "function");
  if (tool !== undefined && isIt) return tool.recipient;
  throw invalidField(named.at("name"), `no ${type} tool of the name ${showValue(name)} is declared`);
}

function required(object: RequestObject, key: string): RequestObject {
  const value = object.object(key);
  if (value === undefined) throw object.missing(key);
  return value;
}
