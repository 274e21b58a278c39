import { type JsonTree, type JsonValue, plainFromTree, setOwn, snapshotJson } from "../json/value.js";
import { BROWSER_NAMESPACE, PYTHON_NAMESPACE } from "./built-in-tools.js";
import { entriesOf, instanceOf, listOf, optional, readFields, readString, required, type Shape } from "./fields.js";

/** What is accepted as a {@link ToolDescription}: an instance or an object literal. */
export interface ToolDescriptionLike {
  /** The name that the model calls, without its namespace. */
  readonly name: string;
  /** What the tool does, for the model. */
  readonly description: string;
  /** The JSON schema of the arguments; without one, the tool takes none. */
  readonly parameters?: unknown;
}

const TOOL: Shape<Pick<ToolDescription, "name" | "description" | "parameters">> = {
  what: "a tool",
  fields: {
    name: required(readString),
    description: required(readString),
    parameters: optional(readParameters),
  },
  foreign: {
    function: "in Harmony, `name`, `description` and `parameters` are fields of the tool itself",
    input_schema: "in Harmony, the schema of the arguments is called `parameters`",
  },
};

/** A tool that the model can call. An immutable value. */
export class ToolDescription implements ToolDescriptionLike {
  declare readonly name: string;
  declare readonly description: string;
  /** The JSON schema of the arguments. A frozen copy: later changes to the schema that was passed have no effect on it. */
  declare readonly parameters?: JsonValue;

  /**
   * @throws HarmonyError `missing-field` or `wrong-type`, with the path; `unknown-field` for a field of another format;
   *   `json-too-deep` for parameters of more than 118 levels.
   */
  constructor(tool: ToolDescriptionLike);
  /** @internal */
  constructor(tool: ToolDescriptionLike, path: string);
  constructor(tool: ToolDescriptionLike, path = "") {
    readFields(this, tool, path, TOOL);
    Object.freeze(this);
  }

  /**
   * Describes a tool.
   * @param name The name that the model calls, without its namespace.
   * @param parameters The JSON schema of the arguments; without one, the tool takes none.
   * @throws HarmonyError as the constructor does.
   */
  static new(name: string, description: string, parameters?: unknown): ToolDescription {
    return new ToolDescription({ name, description, parameters });
  }
}

function readParameters(value: unknown, path: string, fromText: boolean): JsonValue {
  return fromText ? plainFromTree(value as JsonTree) : snapshotJson(value, path);
}

/** What is accepted as a {@link ToolNamespaceConfig}: an instance or an object literal. */
export interface ToolNamespaceConfigLike {
  /** The name printed in the prompt; calls go to `name.tool`. */
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly tools: readonly ToolDescriptionLike[];
}

const NAMESPACE: Shape<Pick<ToolNamespaceConfig, "name" | "description" | "tools">> = {
  what: "a tool namespace",
  fields: {
    name: required(readString),
    description: optional(readString),
    tools: required(listOf(instanceOf(ToolDescription))),
  },
};

/** A named group of tools. An immutable value. */
export class ToolNamespaceConfig implements ToolNamespaceConfigLike {
  declare readonly name: string;
  declare readonly description?: string;
  declare readonly tools: readonly ToolDescription[];

  /** @throws HarmonyError `missing-field` or `wrong-type`, with the path, or as {@link ToolDescription} does. */
  constructor(namespace: ToolNamespaceConfigLike);
  /** @internal */
  constructor(namespace: ToolNamespaceConfigLike, path: string);
  constructor(namespace: ToolNamespaceConfigLike, path = "") {
    readFields(this, namespace, path, NAMESPACE);
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

/** Namespaces by key. The key decides the order in the prompt; what is printed is the `name` of the namespace. */
export type ToolNamespaces = Readonly<Record<string, ToolNamespaceConfig>>;
/** What is accepted as {@link ToolNamespaces}. */
export type ToolNamespacesLike = Readonly<Record<string, ToolNamespaceConfigLike>>;

const readNamespace = instanceOf(ToolNamespaceConfig);
const readNamespaceEntries = entriesOf(readNamespace);

/** What was made of the tools in JSON text that is read again and again as the same. */
const toolsOfTrees = new WeakMap<object, ToolNamespaces>();

/** Reads the field `tools` of a system or developer content. */
export function readTools(value: unknown, path: string, fromText: boolean): ToolNamespaces {
  const known = toolsOfTrees.get(value as object);
  if (known !== undefined) return known;
  const tools: Record<string, ToolNamespaceConfig> = {};
  for (const [key, namespace] of readNamespaceEntries(value, path, fromText)) setOwn(tools, key, namespace);
  // What a program has built may change; what was read from a text does not.
  if (fromText) toolsOfTrees.set(value as object, tools);
  return Object.freeze(tools);
}

/** The namespaces with one more under its own name, in place of any that had this name. */
export function addNamespace(tools: ToolNamespaces | undefined, added: ToolNamespaceConfigLike): ToolNamespaces {
  const namespace = readNamespace(added, "", false);
  const all: Record<string, ToolNamespaceConfig> = {};
  for (const [key, value] of Object.entries(tools ?? {})) setOwn(all, key, value);
  setOwn(all, namespace.name, namespace);
  return Object.freeze(all);
}
