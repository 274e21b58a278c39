import { isObject } from "../completions/engine-answer.js";
import { DataError } from "../failures.js";
import type { Io } from "../io.js";
import { displayName, readText } from "./source.js";

/** A file with a schema, or with tools. */
export interface ToolFile {
  readonly kind: "schema" | "tool" | "tools" | "namespace";
  /** The text, which keeps what parsing loses: the spelling of numbers, and the order of keys. */
  readonly text: string;
  readonly value: unknown;
  /** What to call it in a message. */
  readonly name: string;
}

/**
 * Reads a file with a schema, a tool, a list of tools, or a namespace.
 * @throws FileError, DataError
 */
export async function readToolFile(file: string, io: Io): Promise<ToolFile> {
  const name = displayName(file);
  const text = await readText(file, io);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DataError(`${name}: is not JSON: ${(error as Error).message}`);
  }
  for (const tool of Array.isArray(value) ? value : [value]) {
    if (!isObject(tool) || !isObject(tool.function)) continue;
    const remedy = Array.isArray(value) ? "jq '[.[].function]'" : "jq .function";
    throw new DataError(
      `${name}: is in the form of OpenAI's API, which puts a tool into a field function; Harmony takes what is in it (${remedy})`,
    );
  }
  if (Array.isArray(value)) return { kind: "tools", text, value, name };
  if (!isObject(value) && typeof value !== "boolean") {
    throw new DataError(`${name}: must be a JSON schema, a tool, or a list of tools`);
  }
  const has = (field: string): boolean => isObject(value) && field in value;
  const kind = Array.isArray((value as { tools?: unknown }).tools)
    ? "namespace"
    : has("name") && (has("parameters") || has("description")) && !has("properties")
      ? "tool"
      : "schema";
  return { kind, text, value, name };
}
