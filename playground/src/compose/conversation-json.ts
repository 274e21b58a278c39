/** A conversation as the cards edit it: its JSON, with whatever fields it has. */
export type JsonObject = Readonly<Record<string, unknown>>;

export interface EditedConversation {
  readonly fields: JsonObject;
  readonly messages: readonly JsonObject[];
}

/** Reads what the cards can show; `undefined` for anything else. */
export function readEdited(text: string): EditedConversation | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value) || !Array.isArray(value.messages) || !value.messages.every(isObject)) return undefined;
  return { fields: value, messages: value.messages };
}

export function writeEdited({ fields }: EditedConversation, messages: readonly JsonObject[]): string {
  return JSON.stringify({ ...fields, messages }, null, 2);
}

/** The object with a field changed, or without it where the value is empty. */
export function withField(object: JsonObject, name: string, value: unknown): JsonObject {
  if (value !== undefined && value !== "") return { ...object, [name]: value };
  const { [name]: _, ...rest } = object;
  return rest;
}

/** A message of a role, as one begins to write it. */
export function newMessage(role: string): JsonObject {
  const channels = { valid_channels: ["analysis", "commentary", "final"], channel_required: true };
  if (role === "system") {
    const type = "system_content";
    const model_identity = "You are ChatGPT, a large language model trained by OpenAI.";
    const knowledge_cutoff = "2024-06";
    const content = { type, model_identity, reasoning_effort: "Medium", knowledge_cutoff, channel_config: channels };
    return { role, content: [content] };
  }
  if (role === "developer") return { role, content: [{ type: "developer_content", instructions: "" }] };
  if (role === "assistant") return { role, channel: "final", content: "" };
  if (role === "tool") return { role, name: "functions.", channel: "commentary", recipient: "assistant", content: "" };
  return { role, content: "" };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
