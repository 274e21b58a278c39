import type { ToolDescription, ToolNamespaceConfig, ToolNamespaces } from "../chat/tools.js";
import { originalOf } from "../json/value.js";
import { schemaType } from "./schema-type.js";

/** The sections of tools, which are immutable, and rendered with every turn or with every conversation of a source. */
const sections = new WeakMap<ToolNamespaces, string>();

/** The section that declares tools; `undefined` if there is no namespace. */
export function toolsSection(tools: ToolNamespaces | undefined): string | undefined {
  if (tools === undefined) return undefined;
  const known = sections.get(tools);
  if (known !== undefined) return known;
  const section = newSection(tools);
  if (section !== undefined) sections.set(tools, section);
  return section;
}

function newSection(tools: ToolNamespaces): string | undefined {
  const keys = Object.keys(tools);
  if (keys.length === 0) return undefined;
  const namespaces = keys.sort(compareBytes).map((key) => namespaceText(tools[key]!));
  return ["# Tools", ...namespaces].join("\n\n");
}

function namespaceText({ name, description, tools }: ToolNamespaceConfig): string {
  const about = linesOf(description ?? "");
  const lines = [`## ${name}\n`];
  if (tools.length === 0) {
    lines.push(...about);
  } else {
    lines.push(...about.map(asComment), `namespace ${name} {\n`, ...tools.map(toolText), `} // namespace ${name}`);
  }
  return lines.join("\n");
}

function toolText({ name, description, parameters }: ToolDescription): string {
  const argument = parameters === undefined ? "()" : `(_: ${schemaType(originalOf(parameters))})`;
  return [...linesOf(description).map(asComment), `type ${name} = ${argument} => any;\n`].join("\n");
}

function asComment(line: string): string {
  return `// ${line}`;
}

/** The lines of a text as Rust's `str::lines` has them: `\n` or `\r\n` ends a line, and nothing follows the last end. */
function linesOf(text: string): string[] {
  if (text === "") return [];
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  const ended = lines.map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  return last === "" ? ended : [...ended, last];
}

/** Compares by UTF-8 bytes, that is by code points; JavaScript itself compares by UTF-16 units. */
function compareBytes(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return byteOrderOf(a) - byteOrderOf(b);
  }
  return left.length - right.length;
}

/** Surrogates stand for code points above U+FFFF, so they sort after every other unit. */
function byteOrderOf(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
