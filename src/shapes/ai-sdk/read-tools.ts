import { ToolNamespaceConfig } from "../../chat/tools.js";
import type { ToolChoice } from "../../turn/constraints/options.js";
import { ApiError } from "../api-error.js";
import { ToolNames } from "../tool-names.js";
import type { LanguageModelCallOptions, ModelTool } from "./call-options.js";
import type { Warning } from "./language-model.js";

/** Tools that need no description of their own, by their ids. */
const PYTHON = "harmony.python";
const BROWSER = "harmony.browser.";
const CUSTOM = "harmony.custom";

/**
 * The tools of a call: functions; those that the model was trained with, by the ids `harmony.python` and
 * `harmony.browser.search`, `.open` and `.find`; and tools that take any text, by the id `harmony.custom`. Those of other
 * providers are left out, with a warning.
 * @throws ApiError for a schema that cannot be shown to the model.
 */
export function readTools(tools: LanguageModelCallOptions["tools"], warnings: Warning[]): ToolNames {
  const names = new ToolNames();
  declareBuiltInTools(tools ?? [], names);
  for (const [index, tool] of (tools ?? []).entries()) {
    const path = `tools[${index}]`;
    switch (tool.type) {
      case "function":
        names.declare({
          type: "function",
          name: tool.name,
          description: tool.description ?? "",
          parameters: tool.inputSchema,
          strict: tool.strict,
          parametersPath: `${path}.inputSchema`,
        });
        if (tool.inputExamples !== undefined && tool.inputExamples.length > 0) {
          const details = `the model is not shown the examples of ${tool.name}; its description can hold some`;
          warnings.push({ type: "unsupported", feature: `${path}.inputExamples`, details });
        }
        break;
      case "provider":
        if (tool.id === CUSTOM) {
          const { description } = tool.args;
          names.declare({
            type: "custom",
            name: tool.name,
            description: typeof description === "string" ? description : "",
          });
        } else if (!isBuiltIn(tool.id)) {
          const known = `${PYTHON}, ${BROWSER}search, ${BROWSER}open, ${BROWSER}find and ${CUSTOM}`;
          const details = `the provider tools of this model are ${known}`;
          warnings.push({ type: "unsupported", feature: `provider-defined tool ${tool.id}`, details });
        }
        break;
      default:
        throw new ApiError("a tool is of type function or provider", { param: `${path}.type`, code: "invalid_value" });
    }
  }
  return names;
}

/** Declares the tools that the model was trained with, before all others. */
function declareBuiltInTools(tools: readonly ModelTool[], names: ToolNames): void {
  /** What the AI SDK calls them, by their ids. */
  const called = new Map<string, string>();
  for (const tool of tools) if (tool.type === "provider" && isBuiltIn(tool.id)) called.set(tool.id, tool.name);
  const nameOf = (recipient: string): string => called.get(`harmony.${recipient}`) ?? recipient;
  const { name, description, tools: members } = ToolNamespaceConfig.browser();
  const wanted = members.filter((member) => called.has(BROWSER + member.name));
  if (wanted.length > 0) {
    const namespace = { name, tools: wanted, ...(description === undefined ? {} : { description }) };
    names.declareBuiltIn(namespace, nameOf);
  }
  if (called.has(PYTHON)) names.declareBuiltIn(ToolNamespaceConfig.python(), nameOf);
}

function isBuiltIn(id: string): boolean {
  return id === PYTHON || ToolNamespaceConfig.browser().tools.some(({ name }) => id === BROWSER + name);
}

/** @throws ApiError for a choice that is none, or a tool that is not declared. */
export function readToolChoice(choice: LanguageModelCallOptions["toolChoice"], names: ToolNames): ToolChoice {
  if (choice === undefined) return "auto";
  switch (choice.type) {
    case "auto":
    case "none":
    case "required":
      return choice.type;
    case "tool": {
      const tool = names.named(choice.toolName);
      if (tool !== undefined) return { name: tool.recipient };
      const message = `the model must call ${choice.toolName}, which is not among the tools`;
      throw new ApiError(message, { param: "toolChoice.toolName", code: "invalid_value" });
    }
    default:
      throw new ApiError("toolChoice.type must be auto, none, required or tool", {
        param: "toolChoice.type",
        code: "invalid_value",
      });
  }
}
