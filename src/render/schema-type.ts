import { compactJson, type JsonView, listMember, member, membersOf, stringMember } from "../json/view.js";

/**
 * Renders a JSON schema as the TypeScript-like type that the model was trained to read. It is not always valid TypeScript:
 * the layout is the reference's to the letter, oddities included.
 *
 * @param indent The spaces at the beginning of each line of the type; each level adds some.
 */
export function schemaType(schema: JsonView, indent = ""): string {
  const variants = listMember(schema, "oneOf");
  if (variants !== undefined) {
    return variants.map((variant) => `\n${indent} | ${variantType(variant, indent)}${variantNote(variant)}`).join("");
  }
  const types = listMember(schema, "type")?.filter((type) => typeof type === "string");
  if (types !== undefined) {
    return types.map((type) => (type === "integer" ? "number" : type)).join(" | ") || "any";
  }
  switch (stringMember(schema, "type")) {
    case "object":
      return objectType(schema, indent);
    case "string":
      return enumType(schema) ?? "string";
    case "number":
    case "integer":
      return "number";
    case "boolean":
      return "boolean";
    case "array":
      return arrayType(schema, indent);
    default:
      return "any";
  }
}

function objectType(schema: JsonView, indent: string): string {
  const required = new Set(listMember(schema, "required"));
  let text = `${comment(stringMember(schema, "description"), indent)}{\n`;
  for (const [key, property] of membersOf(member(schema, "properties"))) {
    const name = required.has(key) ? key : `${key}?`;
    const variants = listMember(property, "oneOf");
    text +=
      variants === undefined ? plainProperty(name, property, indent) : oneOfProperty(name, property, variants, indent);
  }
  return `${text}${indent}}`;
}

function plainProperty(name: string, property: JsonView, indent: string): string {
  // A key `oneOf` suppresses description and default, whatever its value, even if it is not a list of variants.
  const hasOneOf = member(property, "oneOf") !== undefined;
  let text = titleComment(property, indent);
  if (!hasOneOf) text += comment(stringMember(property, "description"), indent);
  text += examplesComment(property, indent);
  text += `${indent}${name}: ${nullable(property, schemaType(property, `${indent}    `))},`;
  const standard = hasOneOf ? undefined : member(property, "default");
  if (standard !== undefined) text += ` // default: ${defaultText(standard, property, rawString)}`;
  return `${text}\n`;
}

function oneOfProperty(name: string, property: JsonView, variants: readonly JsonView[], indent: string): string {
  const description = stringMember(property, "description");
  const [first] = variants;
  const repeatsFirst = first !== undefined && stringMember(first, "description") === description;
  const shown = repeatsFirst ? undefined : description;
  let text = titleComment(property, indent) + examplesComment(property, indent) + comment(shown, indent);
  const standard = member(property, "default");
  if (standard !== undefined) text += `${indent}// default: ${defaultText(standard, property, rawString)}\n`;
  text += `${indent}${name}:\n`;
  variants.forEach((variant, index) => {
    const own = stringMember(variant, "description");
    const note = (index === 0 && shown !== undefined) || own === description ? undefined : own;
    const words = note === undefined ? [] : [note];
    const variantDefault = member(variant, "default");
    if (variantDefault !== undefined) words.push(`default: ${defaultText(variantDefault, variant, rawString)}`);
    text += `${indent} | ${variantType(variant, indent)}${trailing(words)}\n`;
  });
  return `${text}${indent},\n`;
}

function variantType(variant: JsonView, indent: string): string {
  return nullable(variant, schemaType(variant, `${indent}   `));
}

/** The comment after a variant, for a `oneOf` that does not belong directly to a property. */
function variantNote(variant: JsonView): string {
  const words: string[] = [];
  const description = stringMember(variant, "description");
  if (description !== undefined) words.push(description);
  const standard = member(variant, "default");
  if (standard !== undefined) words.push(`default: ${defaultText(standard, variant, compactJson)}`);
  return trailing(words);
}

function arrayType(schema: JsonView, indent: string): string {
  const items = member(schema, "items");
  return items === undefined ? "Array<any>" : `${schemaType(items, indent)}[]`;
}

/** The strings of an enum as a union; `undefined` where there are none. Quotes inside the strings are not escaped. */
function enumType(schema: JsonView): string | undefined {
  const strings = listMember(schema, "enum")?.filter((value) => typeof value === "string");
  return strings?.length ? strings.map((value) => `"${value}"`).join(" | ") : undefined;
}

/** Adds `| null`, unless the text contains the word anywhere, even in a comment. */
function nullable(schema: JsonView, type: string): string {
  return member(schema, "nullable") === true && !type.includes("null") ? `${type} | null` : type;
}

/** The text of a default: a string goes between quotes, unescaped, but that of an enum is printed by `enumString`. */
function defaultText(value: JsonView, schema: JsonView, enumString: (value: string) => string): string {
  if (typeof value !== "string") return compactJson(value);
  return listMember(schema, "enum")?.length ? enumString(value) : `"${value}"`;
}

function rawString(value: string): string {
  return value;
}

function comment(text: string | undefined, indent: string): string {
  return text === undefined ? "" : `${indent}// ${text}\n`;
}

function titleComment(schema: JsonView, indent: string): string {
  const title = stringMember(schema, "title");
  return title === undefined ? "" : `${indent}// ${title}\n${indent}//\n`;
}

function examplesComment(schema: JsonView, indent: string): string {
  const examples = listMember(schema, "examples");
  if (!examples?.length) return "";
  const strings = examples.filter((example) => typeof example === "string");
  return `${indent}// Examples:\n${strings.map((example) => `${indent}// - "${example}"\n`).join("")}`;
}

function trailing(words: readonly string[]): string {
  return words.length === 0 ? "" : ` // ${words.join(" ")}`;
}
