// What a program carries that imports this or that: bundled and minified by esbuild, then gzipped.

const FILES = {
  "harmony-format": "../../dist/index.js",
  "harmony-format/text": "../../dist/text.js",
  "harmony-format/stream": "../../dist/stream/index.js",
  "harmony-format/constraints": "../../dist/constraints.js",
  "harmony-format/engines": "../../dist/engines.js",
  "harmony-format/chat-completions": "../../dist/chat-completions.js",
  "harmony-format/responses": "../../dist/responses.js",
  "harmony-format/ai-sdk": "../../dist/ai-sdk.js",
  "harmony-format/client": "../../dist/client.js",
};

const STREAMS = "{ parseStream, HarmonyEventStream }";

/**
 * What is imported and the most that it may weigh. The vocabulary alone weighs more than 700 kB: what may not weigh as much
 * cannot hold it.
 */
const IMPORTS = [
  weighed("nothing", "20 B", { "harmony-format": "{ }" }),
  weighed("everything", "850 kB", { "harmony-format": "*", "harmony-format/stream": STREAMS }),
  weighed("`loadHarmonyEncoding`", "845 kB"),
  weighed("`HarmonyTextParser`", "20 kB"),
  weighed("`StreamableParser`", "20 kB"),
  weighed("`renderConversationParts`", "12 kB"),
  weighed("`renderConversationParts`, `HarmonyTextParser`", "25 kB"),
  weighed("`validateConversation`", "12 kB"),
  weighed("`Conversation`, `Message`", "8 kB"),
  weighed("`HarmonyError`", "1 kB"),
  weighed("everything of `harmony-format/text`", "30 kB", { "harmony-format/text": "*" }),
  weighed("`parseStream`, `HarmonyEventStream`", "2.1 kB", { "harmony-format/stream": STREAMS }),
  weighed("everything of `harmony-format/constraints`", "20 kB", { "harmony-format/constraints": "*" }),
  weighed("`llamaCpp`", "25 kB", { "harmony-format/engines": "{ llamaCpp }" }),
  weighed("everything of `harmony-format/engines`", "50 kB", { "harmony-format/engines": "*" }),
  weighed("everything of `harmony-format/chat-completions`", "70 kB", { "harmony-format/chat-completions": "*" }),
  weighed("everything of `harmony-format/responses`", "75 kB", { "harmony-format/responses": "*" }),
  weighed("`createHarmony`", "880 kB", { "harmony-format/ai-sdk": "{ createHarmony }" }),
  weighed("`createHarmonyClient`", "890 kB", { "harmony-format/client": "{ createHarmonyClient }" }),
];

/** @param {string} name The first cell of a row in docs/platforms.md: the names imported, unless `from` says otherwise. */
function weighed(name, limit, from = { "harmony-format": `{ ${name.replaceAll("`", "")} }` }) {
  const files = Object.fromEntries(Object.entries(from).map(([entry, names]) => [FILES[entry], names]));
  return { name, limit, path: Object.keys(files), import: files };
}

export default IMPORTS.flatMap(({ limit, ...check }) => [
  { ...check, gzip: true, limit },
  { ...check, name: `${check.name}, minified`, brotli: false },
]);
