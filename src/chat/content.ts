import { HarmonyError } from "../errors.js";
import { type FieldTable, optional, readFields, readSomeFields, required, wrongType } from "./fields.js";
import { listOf, readBoolean, readString } from "./readers.js";
import {
  addNamespace,
  readTools,
  type ToolDescriptionLike,
  ToolNamespaceConfig,
  type ToolNamespaceConfigLike,
  type ToolNamespaces,
  type ToolNamespacesLike,
} from "./tools.js";

/** How much the model is asked to reason before it answers. */
export const ReasoningEffort = { LOW: "Low", MEDIUM: "Medium", HIGH: "High" } as const;
/** `"Low"`, `"Medium"` or `"High"`; case counts. */
export type ReasoningEffort = (typeof ReasoningEffort)[keyof typeof ReasoningEffort];

const EFFORTS: ReadonlySet<unknown> = new Set(Object.values(ReasoningEffort));

/** What a {@link TextContent} is accepted as. */
export interface TextContentLike {
  readonly type: "text";
  readonly text: string;
}

const TEXT_FIELDS: FieldTable<Pick<TextContent, "text">> = { text: required(readString) };

/** Plain text. */
export class TextContent implements TextContentLike {
  readonly type = "text" as const;
  declare readonly text: string;

  /** @throws HarmonyError `missing-field` or `wrong-type`. */
  constructor(content: TextContentLike, path = "") {
    Object.assign(this, readFields(content, path, "a text content", TEXT_FIELDS));
    Object.freeze(this);
  }

  /** A text content of this text. */
  static new(text: string): TextContent {
    return new TextContent({ type: "text", text });
  }
}

/** What a {@link ChannelConfig} is accepted as. */
export interface ChannelConfigLike {
  readonly valid_channels: readonly string[];
  readonly channel_required: boolean;
}

const CHANNEL_FIELDS: FieldTable<Pick<ChannelConfig, "valid_channels" | "channel_required">> = {
  valid_channels: required(listOf(readString)),
  channel_required: required(readBoolean),
};

/** The channels that the system message announces. */
export class ChannelConfig implements ChannelConfigLike {
  /** With none the system message says nothing of channels. */
  declare readonly valid_channels: readonly string[];
  declare readonly channel_required: boolean;

  /** @throws HarmonyError `missing-field` or `wrong-type`. */
  constructor(config: ChannelConfigLike, path = "") {
    Object.assign(this, readFields(config, path, "a channel configuration", CHANNEL_FIELDS));
    Object.freeze(this);
  }

  /** These channels, one of which every message must name. */
  static requireChannels(channels: readonly string[]): ChannelConfig {
    return new ChannelConfig({ valid_channels: channels, channel_required: true });
  }
}

/** What a {@link SystemContent} is accepted as. A field that is absent is not rendered. */
export interface SystemContentLike {
  readonly type: "system_content";
  readonly model_identity?: string | null | undefined;
  readonly reasoning_effort?: ReasoningEffort | null | undefined;
  readonly conversation_start_date?: string | null | undefined;
  readonly knowledge_cutoff?: string | null | undefined;
  readonly channel_config?: ChannelConfigLike | null | undefined;
  readonly tools?: ToolNamespacesLike | null | undefined;
}

const SYSTEM_FIELDS: FieldTable<Omit<Pick<SystemContent, keyof SystemContentLike>, "type">> = {
  model_identity: optional(readString),
  reasoning_effort: optional(readEffort),
  conversation_start_date: optional(readString),
  knowledge_cutoff: optional(readString),
  channel_config: optional(readChannelConfig),
  tools: optional(readTools),
};

/**
 * What a system message says. An immutable value: every `with…` returns a new one.
 *
 * {@link SystemContent.new} starts from the reference's defaults; the constructor takes exactly what it is given.
 */
export class SystemContent implements SystemContentLike {
  readonly type = "system_content" as const;
  declare readonly model_identity?: string;
  declare readonly reasoning_effort?: ReasoningEffort;
  /** The date printed as `Current date`, as text (`2025-06-28`). */
  declare readonly conversation_start_date?: string;
  declare readonly knowledge_cutoff?: string;
  declare readonly channel_config?: ChannelConfig;
  declare readonly tools?: ToolNamespaces;

  /** @throws HarmonyError `missing-field`, `wrong-type` or `unknown-reasoning-effort`, with the path. */
  constructor(content: SystemContentLike, path = "") {
    Object.assign(this, readFields(content, path, "a system content", SYSTEM_FIELDS));
    Object.freeze(this);
  }

  /** The defaults: ChatGPT's identity, medium effort, cutoff `2024-06`, channels analysis, commentary, final required. */
  static new(): SystemContent {
    return new SystemContent({
      type: "system_content",
      model_identity: "You are ChatGPT, a large language model trained by OpenAI.",
      reasoning_effort: ReasoningEffort.MEDIUM,
      knowledge_cutoff: "2024-06",
      channel_config: ChannelConfig.requireChannels(["analysis", "commentary", "final"]),
    });
  }

  withModelIdentity(modelIdentity: string): SystemContent {
    return new SystemContent({ ...this, model_identity: modelIdentity });
  }

  withReasoningEffort(effort: ReasoningEffort): SystemContent {
    return new SystemContent({ ...this, reasoning_effort: effort });
  }

  /** Sets the date printed as `Current date`, as text (`2025-06-28`). */
  withConversationStartDate(date: string): SystemContent {
    return new SystemContent({ ...this, conversation_start_date: date });
  }

  withKnowledgeCutoff(cutoff: string): SystemContent {
    return new SystemContent({ ...this, knowledge_cutoff: cutoff });
  }

  withChannelConfig(config: ChannelConfigLike): SystemContent {
    return new SystemContent({ ...this, channel_config: config });
  }

  /** Announces these channels and requires one of them for every message. */
  withRequiredChannels(channels: readonly string[]): SystemContent {
    return this.withChannelConfig(ChannelConfig.requireChannels(channels));
  }

  /** Adds a namespace of tools under its name; one of that name is replaced. */
  withTools(namespace: ToolNamespaceConfigLike): SystemContent {
    return new SystemContent({ ...this, tools: addNamespace(this.tools, namespace) });
  }

  withBrowserTool(): SystemContent {
    return this.withTools(ToolNamespaceConfig.browser());
  }

  withPythonTool(): SystemContent {
    return this.withTools(ToolNamespaceConfig.python());
  }
}

function readChannelConfig(value: unknown, path: string): ChannelConfig {
  return value instanceof ChannelConfig ? value : new ChannelConfig(value as ChannelConfigLike, path);
}

function readEffort(value: unknown, path: string): ReasoningEffort {
  if (typeof value !== "string") throw wrongType(value, path, "a reasoning effort");
  if (!EFFORTS.has(value)) {
    const message = `unknown reasoning effort "${value}" at ${path}; expected "Low", "Medium" or "High"`;
    throw new HarmonyError("unknown-reasoning-effort", message, { path });
  }
  return value as ReasoningEffort;
}

/** What a {@link DeveloperContent} is accepted as. */
export interface DeveloperContentLike {
  readonly type: "developer_content";
  readonly instructions?: string | null | undefined;
  readonly tools?: ToolNamespacesLike | null | undefined;
}

const DEVELOPER_FIELDS: FieldTable<Pick<DeveloperContent, "instructions" | "tools">> = {
  instructions: optional(readString),
  tools: optional(readTools),
};

/** What a developer message says: what others call the system prompt, and the functions. An immutable value. */
export class DeveloperContent implements DeveloperContentLike {
  readonly type = "developer_content" as const;
  declare readonly instructions?: string;
  declare readonly tools?: ToolNamespaces;

  /** @throws HarmonyError `missing-field` or `wrong-type`, with the path. */
  constructor(content: DeveloperContentLike, path = "") {
    Object.assign(this, readFields(content, path, "a developer content", DEVELOPER_FIELDS));
    Object.freeze(this);
  }

  /** An empty one. */
  static new(): DeveloperContent {
    return new DeveloperContent({ type: "developer_content" });
  }

  withInstructions(instructions: string): DeveloperContent {
    return new DeveloperContent({ ...this, instructions });
  }

  /** Adds a namespace of tools under its name; one of that name is replaced. */
  withTools(namespace: ToolNamespaceConfigLike): DeveloperContent {
    return new DeveloperContent({ ...this, tools: addNamespace(this.tools, namespace) });
  }

  /** Sets the tools of the namespace `functions`, which is where a developer's own tools live. */
  withFunctionTools(tools: readonly ToolDescriptionLike[]): DeveloperContent {
    return this.withTools({ name: "functions", tools });
  }
}

/** One part of a message. */
export type Content = TextContent | SystemContent | DeveloperContent;
/** What a {@link Content} is accepted as. */
export type ContentLike = TextContentLike | SystemContentLike | DeveloperContentLike;

/**
 * Reads one part of a message.
 * @throws HarmonyError `unknown-content-type`, or as the part's own constructor does.
 */
export function readContent(value: unknown, path: string): Content {
  if (value instanceof TextContent || value instanceof SystemContent || value instanceof DeveloperContent) return value;
  const { fields, rest } = readSomeFields(value, path, "a content part", PART_FIELDS);
  switch (fields.type) {
    case "text":
      return new TextContent(rest as TextContentLike, path);
    case "system_content":
      return new SystemContent(rest as SystemContentLike, path);
    case "developer_content":
      return new DeveloperContent(rest as DeveloperContentLike, path);
  }
}

const PART_FIELDS: FieldTable<Pick<Content, "type">> = { type: required(readType) };

function readType(value: unknown, path: string): Content["type"] {
  const type = readString(value, path);
  if (type === "text" || type === "system_content" || type === "developer_content") return type;
  const message = `unknown content type "${type}" at ${path}; expected "text", "system_content" or "developer_content"`;
  throw new HarmonyError("unknown-content-type", message, { path });
}
