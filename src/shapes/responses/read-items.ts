import { memberPath, snapshotJson } from "../../json/value.js";
import { contentText, type TextParts } from "../content-text.js";
import type { History } from "../history.js";
import type { Unsupported } from "../request.js";
import { invalidField, type RequestObject } from "../request-fields.js";
import { AssistantTurn } from "./assistant-turn.js";
import type { RequestTools } from "./declare-tools.js";

/** The parts of an item that are text, by their field. */
const TEXT_PARTS: TextParts = {
  input_text: "text",
  output_text: "text",
  text: "text",
  summary_text: "text",
  reasoning_text: "text",
  refusal: "refusal",
};

/** What the items of a request are read into. */
interface Reading {
  readonly history: History;
  readonly turn: AssistantTurn;
  readonly tools: RequestTools;
  readonly unsupported: Unsupported;
  /** What the items that bring tools have brought, as the model calls them. */
  readonly loaded: ReadonlyMap<RequestObject, readonly string[]>;
}

/** Reads an item, by its type. */
const READERS: ReadonlyMap<string, (item: RequestObject, reading: Reading) => void> = new Map([
  ["message", readMessage],
  ["reasoning", readReasoning],
  ["function_call", readFunctionCall],
  ["function_call_output", readOutput],
  ["custom_tool_call", readCustomToolCall],
  ["custom_tool_call_output", readOutput],
  ["web_search_call", readWebSearchCall],
  ["code_interpreter_call", readCodeInterpreterCall],
  ["tool_search_call", readToolSearchCall],
  ["tool_search_output", readToolSearchOutput],
  ["local_shell_call", readActionCall("local_shell", "action")],
  ["local_shell_call_output", readLocalShellOutput],
  ["shell_call", readActionCall("shell", "action")],
  ["shell_call_output", readShellOutput],
  ["apply_patch_call", readActionCall("apply_patch", "operation")],
  ["apply_patch_call_output", readApplyPatchOutput],
  ["additional_tools", () => {}],
]);

/** The tools that items bring. */
export function broughtTools(items: readonly RequestObject[]): (readonly [RequestObject, readonly RequestObject[]])[] {
  return items
    .filter((item) => item.get("type") === "additional_tools" || item.get("type") === "tool_search_output")
    .map((item) => [item, item.objects("tools")]);
}

/**
 * Declares the tools that items bring: the model is told of all tools in one place, at the beginning.
 * @throws ApiError for a tool that is malformed or unsupported.
 */
export function loadTools(
  items: readonly RequestObject[],
  tools: RequestTools,
): ReadonlyMap<RequestObject, readonly string[]> {
  const loaded = new Map<RequestObject, readonly string[]>();
  for (const item of items) {
    const type = item.get("type");
    if (type === "additional_tools" || type === "tool_search_output")
      loaded.set(item, tools.load(item.objects("tools")));
  }
  return loaded;
}

/**
 * Reads the items of a request in order.
 * @throws ApiError for an item that is malformed, or of a type that the model does not know.
 */
export function readItems(items: readonly RequestObject[], reading: Omit<Reading, "turn">): void {
  const turn = new AssistantTurn(reading.history);
  for (const item of items) {
    const type = item.string("type") ?? "message";
    const read = READERS.get(type);
    if (read === undefined) {
      reading.unsupported.note(
        item.at("type"),
        `the model cannot be told of an item ${JSON.stringify(type)}; leave it out`,
      );
    } else {
      read(item, { ...reading, turn });
    }
  }
  turn.end();
}

function readMessage(item: RequestObject, { history, turn, unsupported }: Reading): void {
  const role = item.word("role", ["user", "assistant", "system", "developer"]);
  if (role === undefined) throw item.missing("role");
  if (role === "assistant") {
    const text = contentText(item, "content", TEXT_PARTS, unsupported, "");
    if (text === undefined) throw item.missing("content");
    turn.message(text, item.word("phase", ["commentary", "final_answer"]));
    return;
  }
  const text = contentText(item, "content", TEXT_PARTS, unsupported, "\n");
  if (text === undefined) throw item.missing("content");
  turn.end();
  if (role === "user") history.user(text);
  else history.instructions(text);
}

/** What the model thought; where only a summary of it is there, that. */
function readReasoning(item: RequestObject, { turn, unsupported }: Reading): void {
  const content = contentText(item, "content", TEXT_PARTS, unsupported, "\n") ?? "";
  const text = content === "" ? (contentText(item, "summary", TEXT_PARTS, unsupported, "\n") ?? "") : content;
  turn.reasoning(text, item.string("encrypted_content"));
}

function readFunctionCall(item: RequestObject, { turn, tools }: Reading): void {
  const recipient = tools.names.recipientOf(item.requiredName("name"), item.string("namespace"));
  turn.call({
    id: item.requiredName("call_id"),
    recipient,
    text: item.requiredString("arguments"),
    path: item.path,
  });
}

function readCustomToolCall(item: RequestObject, { turn, tools }: Reading): void {
  const recipient = tools.names.recipientOf(item.requiredName("name"), item.string("namespace"));
  turn.call({ id: item.requiredName("call_id"), recipient, text: item.requiredString("input"), path: item.path });
}

/** The result of a call of a function, a custom tool, or a built-in one, whose id is that of its item. */
function readOutput(item: RequestObject, reading: Reading): void {
  const text = contentText(item, "output", TEXT_PARTS, reading.unsupported, "\n");
  if (text === undefined) throw item.missing("output");
  addResult(item, item.requiredName("call_id"), text, reading);
}

function addResult(item: RequestObject, callId: string, text: string, { history, turn }: Reading): void {
  turn.end();
  history.toolResult(callId, text, item.path);
}

/** A call of the browser. What the model wrote is in `arguments` where it comes from here; otherwise the action says it. */
function readWebSearchCall(item: RequestObject, { turn }: Reading): void {
  const action = item.object("action");
  if (action === undefined) throw item.missing("action");
  const type = action.word("type", ["search", "open_page", "find_in_page"]);
  if (type === undefined) throw action.missing("type");
  const written = item.string("arguments");
  const call = (name: string, saying: object): void => {
    const text = written ?? JSON.stringify(saying);
    turn.call({ id: item.requiredName("id"), recipient: `browser.${name}`, text, path: item.path });
  };
  if (type === "search") {
    const [first] = action.list("queries") ?? [];
    call("search", { query: action.string("query") ?? (typeof first === "string" ? first : "") });
  } else if (type === "open_page") {
    call("open", { id: action.string("url") });
  } else {
    call("find", { pattern: action.string("pattern") ?? "" });
  }
}

function readCodeInterpreterCall(item: RequestObject, reading: Reading): void {
  const id = item.requiredName("id");
  reading.turn.call({ id, recipient: "python", text: item.string("code") ?? "", path: item.path });
  if (item.list("outputs") === undefined) return;
  let text = "";
  for (const output of item.objects("outputs")) {
    if (output.requiredString("type") === "logs") text += output.requiredString("logs");
    else reading.unsupported.note(output.at("type"), "the model reads text only; leave the output out");
  }
  addResult(item, id, text, reading);
}

function readToolSearchCall(item: RequestObject, { turn, tools }: Reading): void {
  const text = jsonText(item, "arguments");
  const recipient = tools.names.recipientOf("tool_search");
  turn.call({ id: item.requiredName("call_id"), recipient, text, path: item.path });
}

/** The model is told which tools it has found by their names: what they do is declared with all the others. */
function readToolSearchOutput(item: RequestObject, reading: Reading): void {
  const names = reading.loaded.get(item) ?? [];
  addResult(item, item.requiredName("call_id"), JSON.stringify(names), reading);
}

/** A call of a tool that OpenAI's models have built in: this model knows it as a function. */
function readActionCall(name: string, key: string): (item: RequestObject, reading: Reading) => void {
  return (item, { turn, tools }) => {
    if (item.object(key) === undefined) throw item.missing(key);
    const recipient = tools.names.recipientOf(name);
    turn.call({ id: item.requiredName("call_id"), recipient, text: jsonText(item, key), path: item.path });
  };
}

/** OpenAI's reference calls the id of the call `id`, programs call it `call_id`. */
function readLocalShellOutput(item: RequestObject, reading: Reading): void {
  const id = item.string("call_id") ?? item.requiredName("id");
  addResult(item, id, item.requiredString("output"), reading);
}

function readShellOutput(item: RequestObject, reading: Reading): void {
  const text = typeof item.get("output") === "string" ? item.requiredString("output") : jsonText(item, "output");
  addResult(item, item.requiredName("call_id"), text, reading);
}

function readApplyPatchOutput(item: RequestObject, reading: Reading): void {
  const text = item.string("output") ?? item.requiredString("status");
  addResult(item, item.requiredName("call_id"), text, reading);
}

/** The JSON of a field, which must be there. @throws ApiError for what JSON cannot hold. */
function jsonText(item: RequestObject, key: string): string {
  const value = item.get(key);
  if (value === undefined) throw item.missing(key);
  if (typeof value === "string") return value;
  try {
    return JSON.stringify(snapshotJson(value, memberPath(item.path, key)));
  } catch (error) {
    throw invalidField(item.at(key), `${item.at(key)} cannot be read as JSON`, error);
  }
}
