import { type JsonTree, type JsonValue, plainFromTree, setOwn, snapshotJson } from "../json/value.js";
import { BROWSER_NAMESPACE, PYTHON_NAMESPACE } from "./built-in-tools.js";
import { type FieldTable, optional, readFields, required } from "./fields.js";
import { entriesOf, listOf, readString } from "./readers.js";

/** What a {@link ToolDescription} is accepted as: an instance or an object literal. */
export interface ToolDescriptionLike {
  /** The name that the model calls, without its namespace. */
  readonly name: string;
  /** What the tool does, for the model. */
  readonly description: string;
  /** JSON schema of the arguments; without one the tool takes none. */
  readonly parameters?: unknown;
}

const TOOL_FIELDS: FieldTable<Pick<ToolDescription, "name" | "description" | "parameters">> = {
  name: required(readString),
  description: required(readString),
  parameters: optional(readParameters),
};

/** One callable tool. */
export class ToolDescription implements ToolDescriptionLike {
  declare readonly name: string;
  declare readonly description: string;
  /** JSON schema of the arguments. A frozen copy: changing the schema that was handed over changes nothing here. */
  declare readonly parameters?: JsonValue;

  /** @throws HarmonyError `missing-field` or `wrong-type`, with the path. */
  constructor(tool: ToolDescriptionLike, path = "") {
    Object.assign(this, readFields(tool, path, "a tool", TOOL_FIELDS));
    Object.freeze(this);
  }

  /** Describes a tool; `parameters` is the JSON schema of its arguments. */
  static new(name: string, description: string, parameters?: unknown): ToolDescription {
    return new ToolDescription({ name, description, parameters });
  }
}

function readParameters(value: unknown, path: string, fromText: boolean): JsonValue {
  return fromText ? plainFromTree(value as JsonTree) : snapshotJson(value, path);
}

function readTool(value: unknown, path: string): ToolDescription {
  return value instanceof ToolDescription ? value : new ToolDescription(value as ToolDescriptionLike, path);
}

/** What a {@link ToolNamespaceConfig} is accepted as: an instance or an object literal. */
export interface ToolNamespaceConfigLike {
  /** The name printed in the prompt; calls go to `name.tool`. */
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly tools: readonly ToolDescriptionLike[];
}

const NAMESPACE_FIELDS: FieldTable<Pick<ToolNamespaceConfig, "name" | "description" | "tools">> = {
  name: required(readString),
  description: optional(readString),
  tools: required(listOf(readTool)),
};

/** A named group of tools. */
export class ToolNamespaceConfig implements ToolNamespaceConfigLike {
  declare readonly name: string;
  declare readonly description?: string;
  declare readonly tools: readonly ToolDescription[];

  /** @throws HarmonyError `missing-field` or `wrong-type`, with the path. */
  constructor(namespace: ToolNamespaceConfigLike, path = "") {
    Object.assign(this, readFields(namespace, path, "a tool namespace", NAMESPACE_FIELDS));
    Object.freeze(this);
  }

  /** The browsing tools that the model was trained with: `search`, `open` and `find`. */
  static browser(): ToolNamespaceConfig {
    return new ToolNamespaceConfig(BROWSER_NAMESPACE);
  }

  /** The Python tool that the model was trained with; it takes code as its content. */
  static python(): ToolNamespaceConfig {
    return new ToolNamespaceConfig(PYTHON_NAMESPACE);
  }
}

/** Namespaces by key. The key decides the order in the prompt, the namespace's `name` is what is printed. */
export type ToolNamespaces = Readonly<Record<string, ToolNamespaceConfig>>;
/** What {@link ToolNamespaces} are accepted as. */
export type ToolNamespacesLike = Readonly<Record<string, ToolNamespaceConfigLike>>;

const readNamespaceEntries = entriesOf(readNamespace);

/** Reads the field `tools` of a system or developer content. */
export function readTools(value: unknown, path: string, fromText: boolean): ToolNamespaces {
  const tools: Record<string, ToolNamespaceConfig> = {};
  for (const [key, namespace] of readNamespaceEntries(value, path, fromText)) setOwn(tools, key, namespace);
  return Object.freeze(tools);
}

function readNamespace(value: unknown, path: string): ToolNamespaceConfig {
  return value instanceof ToolNamespaceConfig ? value : new ToolNamespaceConfig(value as ToolNamespaceConfigLike, path);
}

/** The namespaces with one more, under its own name; one of that name is replaced. */
export function addNamespace(tools: ToolNamespaces | undefined, added: ToolNamespaceConfigLike): ToolNamespaces {
  const namespace = readNamespace(added, "");
  const all: Record<string, ToolNamespaceConfig> = {};
  for (const [key, value] of Object.entries(tools ?? {})) setOwn(all, key, value);
  setOwn(all, namespace.name, namespace);
  return Object.freeze(all);
}
