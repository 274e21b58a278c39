import { isObject, type JsonObject } from "./conversation-json.js";

/** A form that the model is asked to answer in. */
export interface NamedFormat {
  readonly name: string;
  readonly description: string;
  readonly schema: unknown;
}

const HEADING = "# Response Formats";

/**
 * Takes the section `# Response Formats` off the end of instructions. It has the form that the package gives it
 * (`withResponseFormat`), and may hold several formats, which the package leaves to whoever writes the instructions. It is read
 * here, as a field that is typed into cannot wait for the worker. A section of another form stays a part of the instructions.
 */
export function splitFormats(instructions: string): { rest: string; formats: readonly NamedFormat[] } {
  const behind = instructions.lastIndexOf(`\n\n${HEADING}\n\n## `);
  const start = instructions.startsWith(`${HEADING}\n\n## `) ? 0 : behind;
  if (start < 0) return { rest: instructions, formats: [] };
  const blocks = instructions.slice(start).trim().slice(HEADING.length).split("\n\n## ").slice(1);
  try {
    return { rest: instructions.slice(0, start), formats: blocks.map(readFormat) };
  } catch {
    return { rest: instructions, formats: [] };
  }
}

/** @throws SyntaxError for a schema that is not JSON. */
function readFormat(block: string): NamedFormat {
  const [, name = "", comment = "", schema = ""] = /^([^\n]*)\n\n((?:\/\/[^\n]*\n)*)(.*)$/s.exec(block) ?? [];
  const description = comment.slice(0, -1).replace(/^\/\/ ?/gm, "");
  return { name, description, schema: JSON.parse(schema) };
}

/** Puts the section back behind the instructions. */
export function joinFormats(rest: string, formats: readonly NamedFormat[]): string {
  if (formats.length === 0) return rest;
  const blocks = formats.map(({ name, description, schema }) => {
    const comment = description === "" ? "" : `${description.replace(/^/gm, "// ")}\n`;
    return `\n\n## ${name}\n\n${comment}${JSON.stringify(schema)}`;
  });
  return `${rest}${rest === "" ? "" : "\n\n"}${HEADING}${blocks.join("")}`;
}

/** The format as a Chat Completions request asks for it. */
export function toRequest({ name, description, schema }: NamedFormat): JsonObject {
  const described = description === "" ? {} : { description };
  return { type: "json_schema", json_schema: { name, ...described, schema, strict: true } };
}

/** Reads a request's `response_format`, or a request with one; `undefined` for anything else, such as a schema. */
export function fromRequest(value: unknown): NamedFormat | undefined {
  if (!isObject(value)) return undefined;
  const { type, json_schema: given } = isObject(value.response_format) ? value.response_format : value;
  if (type !== "json_schema" || !isObject(given)) return undefined;
  const { name, description, schema = {} } = given;
  // The name is a heading, of one line.
  const heading = String(name ?? "")
    .trim()
    .replace(/\s+/g, " ");
  return { name: heading, description: typeof description === "string" ? description : "", schema };
}
