// The examples of the page come from what the repository documents, and are read when the page is built: the situations that
// the reference's documentation shows (tests/vectors/documented.jsonl.gz), and the malformed outputs of docs/diagnostics.md.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const CONVERSATIONS = "virtual:documented-conversations";
const COMPLETIONS = "virtual:malformed-completions";

/** A Vite plugin that provides both lists as modules. */
export function documentedExamples() {
  return {
    name: "documented-examples",
    resolveId: (id) => (id === CONVERSATIONS || id === COMPLETIONS ? `\0${id}` : undefined),
    load(id) {
      if (id === `\0${CONVERSATIONS}`) return `export default ${JSON.stringify(conversations())};`;
      if (id === `\0${COMPLETIONS}`) return `export default ${JSON.stringify(completions())};`;
      return undefined;
    },
  };
}

function conversations() {
  const file = gunzipSync(readFileSync(new URL("../tests/vectors/documented.jsonl.gz", import.meta.url)));
  const rows = file
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line))
    .filter((row) => row.kind === "render");
  return rows.map(({ name, conversation }) => {
    const value = typeof conversation === "string" ? JSON.parse(conversation) : conversation;
    return { name: name[0].toUpperCase() + name.slice(1), value: JSON.parse(JSON.stringify(value, withoutNulls)) };
  });
}

/** The reference writes what is absent as null, and a single text as a list. */
function withoutNulls(_key, value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const kept = Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null));
  const { content } = kept;
  if (Array.isArray(content) && content.length === 1 && content[0].type === "text" && "role" in kept) {
    return { ...kept, content: content[0].text };
  }
  return kept;
}

function completions() {
  const page = readFileSync(new URL("../docs/diagnostics.md", import.meta.url), "utf8");
  const found = [
    ...page.matchAll(
      /^### `([a-z-]+)`\n(?:(?!### |```)[^\n]*\n)*```(?:harmony(?: tools=(\S+))?|json tokens)\n([\s\S]*?)\n```/gm,
    ),
  ];
  return found.map(([, name, tools = "", text]) => ({ name, tools, text }));
}
