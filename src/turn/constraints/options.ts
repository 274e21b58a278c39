import {
  ToolDescription,
  type ToolDescriptionLike,
  ToolNamespaceConfig,
  type ToolNamespaceConfigLike,
} from "../../chat/tools.js";
import { HarmonyError } from "../../errors.js";
import { type JsonValue, snapshotJson } from "../../json/value.js";
import { checkBoolean, checkIterable, checkOptions, checkString, isRecord, showValue } from "../../options.js";
import { hasMarker } from "../../special-tokens.js";
import type { Body, Call, Completion } from "./completion.js";

/** What a completion may be. */
export interface ConstraintOptions {
  /**
   * The tools that the prompt declares: a developer's functions as `withFunctionTools` takes them, and whole namespaces,
   * such as `ToolNamespaceConfig.browser()`. A namespace without tools, such as `ToolNamespaceConfig.python()`, is
   * called by its own name, with raw text. Default: none.
   */
  readonly tools?: Iterable<ToolDescriptionLike | ToolNamespaceConfigLike> | undefined;
  /**
   * - `"auto"`: a call or an answer, as the model likes.
   * - `"none"`: an answer.
   * - `"required"`: a call of any tool.
   * - `{ name }`: a call of this tool; a function by its own name, any tool by its name in full (`browser.search`).
   *
   * Default: `"auto"`.
   */
  readonly toolChoice?: ToolChoice | undefined;
  /** What an answer must be. Default: any text. */
  readonly responseFormat?: ResponseFormatOption | undefined;
  /** Whether several calls may follow each other in one completion. Default: `false`. */
  readonly parallel?: boolean | undefined;
}

/** Which tools the model may or must call. */
export type ToolChoice = "auto" | "none" | "required" | { readonly name: string };

/**
 * What an answer must be: JSON of a schema, a text that a regular expression matches as a whole, or one of several
 * texts. `name` and `description` are for the prompt; they do not change the constraint.
 */
export type ResponseFormatOption =
  | { readonly name?: string; readonly description?: string; readonly schema: unknown }
  | { readonly regex: string }
  | { readonly choice: readonly string[] };

const OPTIONS = ["tools", "toolChoice", "responseFormat", "parallel"] as const satisfies (keyof ConstraintOptions)[];
const FORMAT_FIELDS = ["name", "description", "schema", "regex", "choice"] as const;
const CHOICES: readonly unknown[] = ["auto", "none", "required"];

/** The arguments of a tool that declares no parameters. */
const NO_ARGUMENTS: JsonValue = { type: "object", properties: {}, additionalProperties: false };

/**
 * Reads the options.
 * @throws TypeError for an unknown option, a value of the wrong type, or a tool choice that no tool fits.
 * @throws HarmonyError for a tool that is malformed, or whose name cannot stand in a header.
 */
export function completionOf(options: ConstraintOptions): Completion {
  checkOptions(options, OPTIONS, "constraintsFor");
  const { tools = [], toolChoice = "auto", responseFormat, parallel } = options;
  checkBoolean(parallel, "parallel");
  checkIterable(tools, "tools", "a list of tools and namespaces");
  const declared = callsOf(tools);
  const calls = chosenCalls(declared, toolChoice);
  const mustCall = toolChoice === "required" || typeof toolChoice === "object";
  const answer = answerOf(responseFormat);
  return { calls, answer: mustCall ? undefined : answer, isParallel: parallel === true };
}

function callsOf(tools: Iterable<ToolDescriptionLike | ToolNamespaceConfigLike>): Call[] {
  const calls: Call[] = [];
  const known = new Set<string>();
  const add = (recipient: string, body: Call["body"], path: string): void => {
    checkName(recipient, path);
    if (known.has(recipient)) throw invalidName(recipient, path, "it is declared twice");
    known.add(recipient);
    calls.push({ recipient, body });
  };
  const addTool = (namespace: string, { name, parameters }: ToolDescription, path: string): void => {
    checkName(name, `${path}.name`);
    const schema = parameters ?? NO_ARGUMENTS;
    add(`${namespace}.${name}`, { type: "json", schema, path: `${path}.parameters` }, `${path}.name`);
  };
  let index = 0;
  for (const tool of tools) {
    const path = `tools[${index}]`;
    index += 1;
    if (!isNamespace(tool)) {
      addTool("functions", tool instanceof ToolDescription ? tool : new ToolDescription(tool, path), path);
      continue;
    }
    const namespace = tool instanceof ToolNamespaceConfig ? tool : new ToolNamespaceConfig(tool, path);
    checkName(namespace.name, `${path}.name`);
    if (namespace.tools.length === 0) add(namespace.name, { type: "text" }, `${path}.name`);
    namespace.tools.forEach((member, position) => {
      addTool(namespace.name, member, `${path}.tools[${position}]`);
    });
  }
  return calls;
}

function isNamespace(tool: ToolDescriptionLike | ToolNamespaceConfigLike): tool is ToolNamespaceConfigLike {
  return isRecord(tool) && "tools" in tool;
}

/** Refuses a name that would end early in a header, or be read as something else. */
function checkName(name: string, path: string): void {
  if (name === "") throw invalidName(name, path, "it is empty");
  if (/[\s\p{Cc}]/u.test(name)) throw invalidName(name, path, "it holds white space or a control character");
  if (hasMarker(name) || name.includes("<|")) throw invalidName(name, path, "it holds a marker");
  if (!name.isWellFormed()) throw invalidName(name, path, "it holds half of a surrogate pair");
}

function invalidName(name: string, path: string, why: string): HarmonyError {
  return new HarmonyError("invalid-tool-name", `the name ${showValue(name)} at ${path} cannot be called: ${why}`, {
    path,
  });
}

function chosenCalls(declared: readonly Call[], choice: ToolChoice): readonly Call[] {
  if (choice === "none") return [];
  if (choice === "auto") return declared;
  if (declared.length === 0) throw new TypeError(`toolChoice ${showValue(choice)} needs tools, and there are none`);
  if (CHOICES.includes(choice)) return declared;
  if (!isRecord(choice)) {
    throw new TypeError(`toolChoice must be "auto", "none", "required" or { name }, not ${showValue(choice)}`);
  }
  checkOptions(choice, ["name"], "toolChoice");
  const { name } = choice as { readonly name: string };
  checkString(name, "toolChoice.name");
  const found =
    declared.find(({ recipient }) => recipient === `functions.${name}`) ??
    declared.find(({ recipient }) => recipient === name);
  if (found !== undefined) return [found];
  const names = declared.map(({ recipient }) => recipient).join(", ");
  throw new TypeError(`toolChoice.name ${showValue(name)} is not a tool; the tools are ${names}`);
}

function answerOf(format: ResponseFormatOption | undefined): Body {
  if (format === undefined) return { type: "text" };
  checkOptions(format, FORMAT_FIELDS, "responseFormat");
  const given = ["schema", "regex", "choice"].filter((field) => field in format);
  if (given.length !== 1) throw new TypeError("responseFormat needs exactly one of schema, regex and choice");
  if ("regex" in format) {
    checkString(format.regex, "responseFormat.regex");
    return { type: "regex", regex: format.regex, path: "responseFormat.regex" };
  }
  if ("choice" in format) return { type: "choice", choice: choiceOf(format.choice) };
  const path = "responseFormat.schema";
  return { type: "json", schema: snapshotJson(format.schema, path), path };
}

function choiceOf(choice: readonly string[]): readonly string[] {
  checkIterable(choice, "responseFormat.choice", "a list of texts");
  const texts = Array.from(choice, (text, index) => {
    checkString(text, `responseFormat.choice[${index}]`);
    if (text === "" || hasMarker(text)) {
      throw new TypeError(`responseFormat.choice[${index}] must be a text without markers, not ${showValue(text)}`);
    }
    return text;
  });
  if (texts.length === 0) throw new TypeError("responseFormat.choice must hold a text");
  return texts;
}
