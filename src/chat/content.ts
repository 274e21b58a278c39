import { HarmonyError } from "../errors.js";
import { isReadable, shorten } from "../options.js";
import { CHANNELS } from "./channel.js";
import {
  type Field,
  instanceOf,
  listOf,
  optional,
  readBoolean,
  readFields,
  readSomeFields,
  readString,
  required,
  type Shape,
  wrongType,
} from "./fields.js";
import {
  type ResponseFormat,
  responseFormatSection,
  splitResponseFormat,
  withResponseFormatSection,
} from "./response-format.js";
import {
  addNamespace,
  readTools,
  type ToolDescriptionLike,
  ToolNamespaceConfig,
  type ToolNamespaceConfigLike,
  type ToolNamespaces,
  type ToolNamespacesLike,
} from "./tools.js";

/** How much the model is to reason before it answers. */
export const ReasoningEffort = { LOW: "Low", MEDIUM: "Medium", HIGH: "High" } as const;
/** `"Low"`, `"Medium"` or `"High"`; case counts. */
export type ReasoningEffort = (typeof ReasoningEffort)[keyof typeof ReasoningEffort];

const EFFORTS: ReadonlySet<unknown> = new Set(Object.values(ReasoningEffort));

/** What is accepted as a {@link TextContent}. */
export interface TextContentLike {
  readonly type: "text";
  readonly text: string;
}

const TEXT: Shape<Pick<TextContent, "type" | "text">> = {
  what: "a text content",
  fields: { type: typeOf("text"), text: required(readString) },
};

/** Plain text. An immutable value. */
export class TextContent implements TextContentLike {
  readonly type = "text" as const;
  declare readonly text: string;

  /** @throws HarmonyError `missing-field` or `wrong-type`. */
  constructor(content: TextContentLike);
  /** @internal */
  constructor(content: TextContentLike, path: string);
  constructor(content: TextContentLike, path = "") {
    readFields(this, content, path, TEXT);
    Object.freeze(this);
  }

  /**
   * Makes a text content.
   * @throws HarmonyError as the constructor does.
   */
  static new(text: string): TextContent {
    return new TextContent({ type: "text", text });
  }
}

/** What is accepted as a {@link ChannelConfig}. */
export interface ChannelConfigLike {
  readonly valid_channels: readonly string[];
  readonly channel_required: boolean;
}

const CHANNEL_CONFIG: Shape<Pick<ChannelConfig, "valid_channels" | "channel_required">> = {
  what: "a channel configuration",
  fields: { valid_channels: required(listOf(readString)), channel_required: required(readBoolean) },
};

/** The channels that a system message announces. An immutable value. */
export class ChannelConfig implements ChannelConfigLike {
  /** The names of the channels. If there are none, the system message does not mention channels. */
  declare readonly valid_channels: readonly string[];
  /** Whether every message must name one of them. */
  declare readonly channel_required: boolean;

  /** @throws HarmonyError `missing-field` or `wrong-type`. */
  constructor(config: ChannelConfigLike);
  /** @internal */
  constructor(config: ChannelConfigLike, path: string);
  constructor(config: ChannelConfigLike, path = "") {
    readFields(this, config, path, CHANNEL_CONFIG);
    Object.freeze(this);
  }

  /** Announces these channels, one of which every message must name. */
  static requireChannels(channels: readonly string[]): ChannelConfig {
    return new ChannelConfig({ valid_channels: channels, channel_required: true });
  }
}

/** What is accepted as a {@link SystemContent}. A field that is absent is not rendered. */
export interface SystemContentLike {
  readonly type: "system_content";
  readonly model_identity?: string | null | undefined;
  readonly reasoning_effort?: ReasoningEffort | null | undefined;
  readonly conversation_start_date?: string | null | undefined;
  readonly knowledge_cutoff?: string | null | undefined;
  readonly channel_config?: ChannelConfigLike | null | undefined;
  readonly tools?: ToolNamespacesLike | null | undefined;
}

const SYSTEM: Shape<Pick<SystemContent, keyof SystemContentLike>> = {
  what: "a system content",
  fields: {
    type: typeOf("system_content"),
    model_identity: optional(readString),
    reasoning_effort: optional(readEffort),
    conversation_start_date: optional(readString),
    knowledge_cutoff: optional(readString),
    channel_config: optional(instanceOf(ChannelConfig)),
    tools: optional(readTools),
  },
};

/**
 * What a system message says about the model and its surroundings. An immutable value: every `with…` returns a new one.
 *
 * {@link SystemContent.new} starts from the reference's defaults; the constructor takes exactly what it is given.
 * Instructions of your own do not belong here, but in a {@link DeveloperContent}.
 */
export class SystemContent implements SystemContentLike {
  readonly type = "system_content" as const;
  /** The first sentence of the prompt: who the model is. */
  declare readonly model_identity?: string;
  declare readonly reasoning_effort?: ReasoningEffort;
  /** The date printed as `Current date`, as text (`2025-06-28`). */
  declare readonly conversation_start_date?: string;
  /** The month printed as `Knowledge cutoff`, as text (`2024-06`). */
  declare readonly knowledge_cutoff?: string;
  declare readonly channel_config?: ChannelConfig;
  /** The built-in tools, by namespace. Functions of your own belong in a {@link DeveloperContent}. */
  declare readonly tools?: ToolNamespaces;

  /**
   * @throws HarmonyError `missing-field`, `wrong-type` or `unknown-reasoning-effort`, with the path; `unknown-field` for
   *   a field in camelCase.
   */
  constructor(content: SystemContentLike);
  /** @internal */
  constructor(content: SystemContentLike, path: string);
  constructor(content: SystemContentLike, path = "") {
    readFields(this, content, path, SYSTEM);
    Object.freeze(this);
  }

  /**
   * Makes a system content of the reference's defaults: ChatGPT's identity, medium effort, knowledge cutoff `2024-06`, and
   * the channels analysis, commentary and final, required.
   */
  static new(): SystemContent {
    return new SystemContent({
      type: "system_content",
      model_identity: "You are ChatGPT, a large language model trained by OpenAI.",
      reasoning_effort: ReasoningEffort.MEDIUM,
      knowledge_cutoff: "2024-06",
      channel_config: ChannelConfig.requireChannels(CHANNELS),
    });
  }

  /** Sets the first sentence of the prompt: who the model is. */
  withModelIdentity(modelIdentity: string): SystemContent {
    return new SystemContent({ ...this, model_identity: modelIdentity });
  }

  /** Sets how much the model is to reason. */
  withReasoningEffort(effort: ReasoningEffort): SystemContent {
    return new SystemContent({ ...this, reasoning_effort: effort });
  }

  /** Sets the date printed as `Current date`, as text (`2025-06-28`). */
  withConversationStartDate(date: string): SystemContent {
    return new SystemContent({ ...this, conversation_start_date: date });
  }

  /** Sets the month printed as `Knowledge cutoff`, as text (`2024-06`). */
  withKnowledgeCutoff(cutoff: string): SystemContent {
    return new SystemContent({ ...this, knowledge_cutoff: cutoff });
  }

  /** Sets the channels that are announced. */
  withChannelConfig(config: ChannelConfigLike): SystemContent {
    return new SystemContent({ ...this, channel_config: config });
  }

  /** Announces these channels and requires one of them for every message. */
  withRequiredChannels(channels: readonly string[]): SystemContent {
    return this.withChannelConfig(ChannelConfig.requireChannels(channels));
  }

  /** Adds a namespace of tools under its name, in place of any that has this name. */
  withTools(namespace: ToolNamespaceConfigLike): SystemContent {
    return new SystemContent({ ...this, tools: addNamespace(this.tools, namespace) });
  }

  /** Adds the browsing tools that the model was trained with. */
  withBrowserTool(): SystemContent {
    return this.withTools(ToolNamespaceConfig.browser());
  }

  /** Adds the Python tool that the model was trained with. */
  withPythonTool(): SystemContent {
    return this.withTools(ToolNamespaceConfig.python());
  }
}

function readEffort(value: unknown, path: string): ReasoningEffort {
  if (typeof value !== "string") throw wrongType(value, path, "a reasoning effort");
  if (!EFFORTS.has(value)) {
    const expected = 'expected "Low", "Medium" or "High"';
    const message = `unknown reasoning effort "${shorten(value)}" at ${path}; ${expected}`;
    throw new HarmonyError("unknown-reasoning-effort", message, { path });
  }
  return value as ReasoningEffort;
}

/** What is accepted as a {@link DeveloperContent}. */
export interface DeveloperContentLike {
  readonly type: "developer_content";
  readonly instructions?: string | null | undefined;
  readonly tools?: ToolNamespacesLike | null | undefined;
}

const DEVELOPER: Shape<Pick<DeveloperContent, "type" | "instructions" | "tools">> = {
  what: "a developer content",
  fields: {
    type: typeOf("developer_content"),
    instructions: optional(readString),
    tools: optional(readTools),
  },
};

/**
 * What a developer message says: the instructions, which other formats call the system prompt, and the functions that the
 * model can call. An immutable value: every `with…` returns a new one.
 */
export class DeveloperContent implements DeveloperContentLike {
  readonly type = "developer_content" as const;
  declare readonly instructions?: string;
  declare readonly tools?: ToolNamespaces;

  /** @throws HarmonyError `missing-field` or `wrong-type`, with the path; `unknown-field` for a field in camelCase. */
  constructor(content: DeveloperContentLike);
  /** @internal */
  constructor(content: DeveloperContentLike, path: string);
  constructor(content: DeveloperContentLike, path = "") {
    readFields(this, content, path, DEVELOPER);
    Object.freeze(this);
  }

  /** Makes an empty developer content. */
  static new(): DeveloperContent {
    return new DeveloperContent({ type: "developer_content" });
  }

  /** Sets the instructions. */
  withInstructions(instructions: string): DeveloperContent {
    return new DeveloperContent({ ...this, instructions });
  }

  /** Adds a namespace of tools under its name, in place of any that has this name. */
  withTools(namespace: ToolNamespaceConfigLike): DeveloperContent {
    return new DeveloperContent({ ...this, tools: addNamespace(this.tools, namespace) });
  }

  /** Sets the tools of the namespace `functions`, where a developer's own tools belong. */
  withFunctionTools(tools: readonly ToolDescriptionLike[]): DeveloperContent {
    return this.withTools({ name: "functions", tools });
  }

  /**
   * Asks for an answer of a JSON schema, in a section `# Response Formats` at the end of the instructions, as OpenAI's
   * guide to the format spells it; one that is there already is replaced. It only asks: what enforces the schema is the
   * constraint that `constraintsFor` of `harmony-format/constraints` makes of it.
   * @param name What the form is called, on one line.
   * @param description What the answer is about, for the model.
   * @throws TypeError for a name that is empty or has a line break.
   * @throws HarmonyError `wrong-type` or `json-too-deep` for a schema that JSON cannot hold, with the path.
   */
  withResponseFormat(name: string, schema: unknown, description = ""): DeveloperContent {
    const section = responseFormatSection(name, schema, description);
    return new DeveloperContent({ ...this, instructions: withResponseFormatSection(this.instructions, section) });
  }

  /** What the instructions ask for as {@link DeveloperContent.withResponseFormat} writes it; `undefined` for nothing. */
  get responseFormat(): ResponseFormat | undefined {
    return splitResponseFormat(this.instructions ?? "").responseFormat;
  }
}

/** One part of a message. */
export type Content = TextContent | SystemContent | DeveloperContent;
/** What is accepted as a {@link Content}. */
export type ContentLike = TextContentLike | SystemContentLike | DeveloperContentLike;

/** What says which kind of part it is. */
export const CONTENT_PART: Shape<Pick<Content, "type">> = {
  what: "a content part",
  fields: { type: required(readType) },
};

/**
 * Reads one part of a message.
 * @throws HarmonyError `unknown-content-type`, or as the constructor of the part does.
 */
export function readContent(value: unknown, path: string): Content {
  if (isContent(value)) return value;
  const part: { type?: Content["type"] } = {};
  return contentOf(part, readSomeFields(part, value, path, CONTENT_PART), path);
}

/**
 * Makes a part of a message.
 * @param part What it is.
 * @param content Its other fields.
 */
export function contentOf({ type }: { type?: Content["type"] }, content: unknown, path: string): Content {
  switch (type!) {
    case "text":
      return new TextContent(content as TextContentLike, path);
    case "system_content":
      return new SystemContent(content as SystemContentLike, path);
    case "developer_content":
      return new DeveloperContent(content as DeveloperContentLike, path);
  }
}

function isContent(value: unknown): value is Content {
  if (!isReadable(value)) return false;
  return value instanceof TextContent || value instanceof SystemContent || value instanceof DeveloperContent;
}

function readType(value: unknown, path: string): Content["type"] {
  const type = readString(value, path);
  if (type === "text" || type === "system_content" || type === "developer_content") return type;
  const expected = 'expected "text", "system_content" or "developer_content"';
  const message = `unknown content type "${shorten(type)}" at ${path}; ${expected}`;
  throw new HarmonyError("unknown-content-type", message, { path });
}

/** The field `type` of a content whose type is known already: a program may leave it out, but not give another. */
function typeOf<Type extends Content["type"]>(type: Type): Field<Type> {
  return optional((value, path) => {
    if (value === type) return type;
    const other = readType(value, path);
    throw new HarmonyError("wrong-type", `the type "${other}" where "${type}" belongs at ${path}`, { path });
  });
}
