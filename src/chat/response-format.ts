import { type JsonValue, snapshotJson } from "../json/value.js";
import { checkString } from "../options.js";

/**
 * The section of a developer message that asks for an answer of a JSON schema, as OpenAI's guide to the format spells it:
 *
 *     # Response Formats
 *
 *     ## shopping_list
 *
 *     // What the user needs to buy.
 *     {"properties":{"items":{"type":"array"}},"type":"object"}
 *
 * The reference knows nothing of it, so it is a part of the instructions: their last.
 */

/** The form that an answer is asked for. */
export interface ResponseFormat {
  /** What the form is called, on one line. */
  readonly name: string;
  /** The JSON schema of the answer. */
  readonly schema: JsonValue;
  /** What the answer is about, for the model. */
  readonly description?: string;
}

const HEADING = "# Response Formats";

/**
 * The section that asks for an answer of a schema.
 * @throws TypeError for a name that is empty or has a line break, and for arguments that are not strings.
 * @throws HarmonyError `wrong-type` or `json-too-deep` for a schema that JSON cannot hold, with the path.
 */
export function responseFormatSection(name: string, schema: unknown, description = ""): string {
  checkString(name, "name");
  checkString(description, "description");
  if (name.trim() === "" || /[\r\n]/.test(name)) {
    throw new TypeError(`name must be a single line such as "shopping_list", not ${JSON.stringify(name)}`);
  }
  const comment = description === "" ? "" : description.replace(/^/gm, "// ").concat("\n");
  return `${HEADING}\n\n## ${name}\n\n${comment}${JSON.stringify(snapshotJson(schema, "schema"))}`;
}

/** Instructions with the section at their end, behind an empty line; a section that is there already is replaced. */
export function withResponseFormatSection(instructions: string | undefined, section: string): string {
  const before = instructions === undefined ? "" : splitResponseFormat(instructions).instructions;
  return before === "" ? section : `${before}\n\n${section}`;
}

/**
 * Instructions without the section, and what the section asks for; `responseFormat` is absent where there is no section,
 * or one that is not as {@link responseFormatSection} writes it. Never throws.
 */
export function splitResponseFormat(instructions: string): {
  readonly instructions: string;
  readonly responseFormat?: ResponseFormat;
} {
  const start = instructions.startsWith(`${HEADING}\n`) ? 0 : instructions.lastIndexOf(`\n\n${HEADING}\n`);
  if (start < 0) return { instructions };
  const section = instructions.slice(start).trim();
  const match = /^# Response Formats\n\n## ([^\n]+)\n\n((?:\/\/ ?[^\n]*\n)*)(.+)$/s.exec(section);
  if (match === null) return { instructions };
  const [, name = "", comments = "", json = ""] = match;
  const description = comments.replace(/^\/\/ ?/gm, "").replace(/\n$/, "");
  try {
    const schema = JSON.parse(json) as JsonValue;
    const responseFormat = { name, schema, ...(description === "" ? {} : { description }) };
    return { instructions: instructions.slice(0, start), responseFormat };
  } catch {
    return { instructions };
  }
}
