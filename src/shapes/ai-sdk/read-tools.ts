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

type ProviderTool = Extract<ModelTool, { type: "provider" }>;

/**
 * The tools of a call: functions; those that the model was trained with, by the ids `harmony.python` and
 * `harmony.browser.search`, `.open` and `.find`; and tools that take any text, by the id `harmony.custom`. Those of other
 * providers are left out, with a warning.
 */
export function readTools(tools: LanguageModelCallOptions["tools"], warnings: Warning[]): ToolNames {
  const names = new ToolNames();
  const browser = new Map<string, string>();
  for (const [index, tool] of (tools ?? []).entries()) {
    switch (tool.type) {
      case "function":
        names.declare({
          type: "function",
          name: tool.name,
          description: tool.description ?? "",
          parameters: tool.inputSchema,
          strict: tool.strict,
        });
        if (tool.inputExamples !== undefined && tool.inputExamples.length > 0) {
          const details = `the model is not shown the examples of ${tool.name}; its description can hold some`;
          warnings.push({ type: "unsupported", feature: `tools[${index}].inputExamples`, details });
        }
        break;
      case "provider":
        readProviderTool(tool, names, browser, warnings);
        break;
      default:
        throw new ApiError("a tool is of type function or provider", { param: `tools[${index}].type` });
    }
  }
  if (browser.size > 0) {
    const { name, description, tools: members } = ToolNamespaceConfig.browser();
    names.declareBuiltIn(
      {
        name,
        ...(description === undefined ? {} : { description }),
        tools: members.filter((member) => browser.has(member.name)),
      },
      (recipient) => browser.get(recipient.slice("browser.".length)),
    );
  }
  return names;
}

function readProviderTool(
  { id, name, args }: ProviderTool,
  names: ToolNames,
  browser: Map<string, string>,
  warnings: Warning[],
): void {
  if (id === PYTHON) {
    names.declareBuiltIn(ToolNamespaceConfig.python(), () => name);
    return;
  }
  if (id === CUSTOM) {
    const description = typeof args.description === "string" ? args.description : "";
    names.declare({ type: "custom", name, description });
    return;
  }
  const member = id.startsWith(BROWSER) ? id.slice(BROWSER.length) : "";
  if (ToolNamespaceConfig.browser().tools.some((known) => known.name === member)) {
    browser.set(member, name);
    return;
  }
  const known = `${PYTHON}, ${BROWSER}search, ${BROWSER}open, ${BROWSER}find and ${CUSTOM}`;
  warnings.push({
    type: "unsupported",
    feature: `provider-defined tool ${id}`,
    details: `the provider tools of this model are ${known}`,
  });
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
