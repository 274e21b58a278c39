import type { MessageJSON } from "harmony-format";
import type { TemplateInputsAnswer, TemplateInputsQuestion } from "./answers.js";
import { problemOf, type ReadInput, readInput } from "./prompt.js";

type JsonObject = Record<string, unknown>;

/** What templates are given beside the messages, and what they cannot be given. */
interface Said {
  readonly settings: JsonObject;
  readonly tools: object[];
  readonly messages: JsonObject[];
  readonly unsaid: string[];
  date: string | undefined;
}

const CHANNELS = "analysis,commentary,final";
const CUTOFF = "2024-06";
const BUILT_IN = ["browser", "python"];

/** The variables for a chat template, in the shape of Chat Completions, as servers and transformers name them. */
export function answerTemplateInputs(question: TemplateInputsQuestion): TemplateInputsAnswer {
  const today = new Date().toLocaleDateString("sv");
  try {
    const input = readInput(question);
    const said: Said = { settings: {}, tools: [], messages: [], unsaid: [], date: undefined };
    readConversation(input, said);
    if (input.kind === "chat") readRequest(JSON.parse(question.text), said);
    if (input.prefill !== undefined) said.unsaid.push("The beginning of the answer, with which the model goes on.");
    if (question.end === "training") {
      said.unsaid.push("That the prompt is for training: a template is told only that no answer is to be begun.");
    }
    const { settings, tools, messages, unsaid } = said;
    const inputs = {
      messages: messages.map((message) => (question.parsedArguments ? withParsedArguments(message) : message)),
      ...(tools.length === 0 ? {} : { tools }),
      ...settings,
      add_generation_prompt: question.end === "completion",
    };
    const isDate = /^\d{4}-\d\d-\d\d$/.test(said.date ?? today);
    if (said.date === undefined) {
      unsaid.push("That there is no date: a template that asks for one is told today's.");
    } else if (!isDate) unsaid.push(`The date “${said.date}”, which is none of the calendar.`);
    return {
      problems: [],
      inputs: JSON.stringify(inputs, null, 2),
      date: isDate ? (said.date ?? today) : today,
      unsaid,
    };
  } catch (error) {
    return { problems: [problemOf(error)], date: today, unsaid: [] };
  }
}

/** A request has its messages and tools already; its settings come out of the conversation that it becomes. */
function readRequest(request: JsonObject, said: Said): void {
  said.messages.length = 0;
  said.tools.length = 0;
  for (const message of request.messages as JsonObject[]) {
    const kept = Object.fromEntries(Object.entries(message).filter(([, value]) => value !== null));
    const thought = kept.reasoning_content ?? kept.reasoning;
    said.messages.push(thought === undefined ? kept : { ...kept, ...thoughtFields(String(thought)) });
  }
  if (Array.isArray(request.tools)) said.tools.push(...request.tools);
  else if (Array.isArray(request.functions)) {
    said.tools.push(...request.functions.map((tool: unknown) => ({ type: "function", function: tool })));
  }
  if (request.response_format !== undefined && request.response_format !== null) {
    said.unsaid.push("The form of the answer (response_format).");
  }
}

/** The gpt-oss template reads `thinking`; others read the name that servers have for it. */
function thoughtFields(thought: string): JsonObject {
  return { thinking: thought, reasoning_content: thought };
}

function readConversation({ conversation }: ReadInput, said: Said): void {
  const messages = (JSON.parse(JSON.stringify(conversation)) as { messages: MessageJSON[] }).messages;
  /** Analysis that belongs to the next message. */
  let thought: string | undefined;
  /** What the model told the user, which belongs to the next call. */
  let preamble: string | undefined;
  const calls: { readonly id: string; readonly name: string; isAnswered: boolean }[] = [];
  /** The message with the last calls, as long as no other message has followed. */
  let calling: JsonObject | undefined;
  const say = (message: JsonObject): void => {
    said.messages.push(message);
    calling = undefined;
  };
  const takeThought = (): JsonObject => {
    const fields = thought === undefined ? {} : thoughtFields(thought);
    thought = undefined;
    return fields;
  };
  const finishTurn = (): void => {
    if (preamble !== undefined) say({ role: "assistant", content: preamble, ...takeThought() });
    if (thought !== undefined) say({ role: "assistant", content: "", ...takeThought() });
    preamble = undefined;
  };
  messages.forEach((message, index) => {
    const { role, name, channel, recipient, content } = message;
    const place = `messages[${index}]`;
    if (role === "assistant" && recipient?.startsWith("functions.")) {
      const called = recipient.slice("functions.".length);
      const id = `call_${calls.length + 1}`;
      const call = { id, type: "function", function: { name: called, arguments: textOf(content) } };
      calls.push({ id, name: recipient, isAnswered: false });
      if (calling !== undefined && thought === undefined && preamble === undefined) {
        (calling.tool_calls as object[]).push(call);
        return;
      }
      const words = preamble === undefined ? {} : { content: preamble };
      const message = { role, ...words, ...takeThought(), tool_calls: [call] };
      preamble = undefined;
      say(message);
      calling = message;
    } else if (role === "assistant" && recipient !== undefined && recipient !== "all") {
      said.unsaid.push(`The call of ${recipient} in ${place}: Chat Completions knows calls of functions alone.`);
    } else if (role === "assistant" && channel === "analysis") {
      thought = thought === undefined ? textOf(content) : `${thought}\n\n${textOf(content)}`;
    } else if (role === "assistant" && channel === "commentary") {
      preamble = preamble === undefined ? textOf(content) : `${preamble}\n\n${textOf(content)}`;
    } else if (role === "assistant") {
      if (channel !== "final")
        said.unsaid.push(`The channel of ${place} (${channel ?? "none"}); it is given as an answer.`);
      if (preamble !== undefined) finishTurn();
      say({ role, content: textOf(content), ...takeThought() });
    } else if (role === "tool") {
      const call = calls.find((one) => one.name === name && !one.isAnswered);
      if (call === undefined) {
        said.unsaid.push(`The result in ${place}, of ${name ?? "a tool without a name"}: no call of it is open.`);
        return;
      }
      call.isAnswered = true;
      say({ role, tool_call_id: call.id, name: call.name.slice("functions.".length), content: textOf(content) });
    } else {
      finishTurn();
      if (role !== "system" && name !== undefined) said.unsaid.push(`The name in ${place} (${name}).`);
      readParts(message, place, said, say);
    }
  });
  finishTurn();
}

/** A message of the system, the developer or the user. */
function readParts(
  { role, content }: MessageJSON,
  place: string,
  said: Said,
  say: (message: JsonObject) => void,
): void {
  const parts = typeof content === "string" ? [{ type: "text" as const, text: content }] : content;
  let text = "";
  for (const part of parts) {
    if (part.type === "text") text += part.text;
    else if (part.type === "system_content") {
      const { model_identity, reasoning_effort, conversation_start_date, knowledge_cutoff, channel_config, tools } =
        part;
      if (model_identity !== undefined) said.settings.model_identity = model_identity;
      if (reasoning_effort !== undefined) said.settings.reasoning_effort = reasoning_effort.toLowerCase();
      said.date ??= conversation_start_date;
      if (knowledge_cutoff !== CUTOFF) said.unsaid.push(`The knowledge cutoff (${knowledge_cutoff ?? "none"}).`);
      const channels = channel_config?.channel_required === true ? channel_config.valid_channels.join() : "";
      if (channels !== CHANNELS) said.unsaid.push("The channels, which are not the usual three.");
      const names = Object.keys(tools ?? {});
      const known = names.filter((name) => BUILT_IN.includes(name));
      if (known.length > 0) {
        said.settings.builtin_tools = known;
        said.unsaid.push(`What ${known.join(" and ")} can do: a template has the names alone, and words of its own.`);
      }
      const other = names.filter((name) => !BUILT_IN.includes(name));
      if (other.length > 0) said.unsaid.push(`The tools of ${other.join(", ")} in ${place}.`);
    } else {
      text += part.instructions ?? "";
      for (const [name, namespace] of Object.entries(part.tools ?? {})) {
        if (name !== "functions") said.unsaid.push(`The tools of the namespace ${name} in ${place}.`);
        else said.tools.push(...(namespace.tools ?? []).map((tool) => ({ type: "function", function: tool })));
      }
    }
  }
  // Templates know instructions by the name that Chat Completions has had for them longest.
  if (text !== "") say({ role: role === "developer" ? "system" : role, content: text });
}

function textOf(content: MessageJSON["content"]): string {
  if (typeof content === "string") return content;
  return content.map((part) => (part.type === "text" ? part.text : "")).join("");
}

function withParsedArguments(message: JsonObject): JsonObject {
  if (!Array.isArray(message.tool_calls)) return message;
  const calls = message.tool_calls.map((call: JsonObject) => {
    const called = call?.function as JsonObject | undefined;
    if (typeof called?.arguments !== "string") return call;
    try {
      return { ...call, function: { ...called, arguments: JSON.parse(called.arguments) } };
    } catch {
      return call;
    }
  });
  return { ...message, tool_calls: calls };
}
