/**
 * Writes the JavaScript of dist/: a file for each entry point, one for what they share, and one for the vocabulary.
 *
 * The same code loads three times as fast from a few files as from seventy small modules.
 */
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { pureConstants } from "./pure-constants.mjs";

/** A warning is an error: the build must not have any. */
const refuse = (_level, { message }) => {
  throw new Error(message);
};
/** How long a plugin takes depends on what else the machine does, and is no reason to fail. */
const CHECKS = { bundlerTimings: false };

const bundle = await rolldown({
  cwd: fileURLToPath(new URL("..", import.meta.url)),
  input: {
    index: "src/index.ts",
    text: "src/text.ts",
    "stream/index": "src/stream/index.ts",
    constraints: "src/constraints.ts",
    engines: "src/engines.ts",
    "chat-completions": "src/chat-completions.ts",
    responses: "src/responses.ts",
    "ai-sdk": "src/ai-sdk.ts",
    client: "src/client.ts",
  },
  platform: "neutral",
  // tsc has already checked the types; here they are only stripped.
  tsconfig: false,
  transform: { target: "es2022" },
  plugins: [pureConstants()],
  onLog: refuse,
  checks: CHECKS,
});
await bundle.write({
  dir: "dist",
  format: "es",
  entryFileNames: "[name].js",
  chunkFileNames: "[name].js",
  // With a single character above U+00FF, V8 would keep two bytes for each character of the file.
  charset: "ascii",
  // Readable for people who look inside. The comments are in the source, where the source maps lead.
  minify: "dce-only",
  minifyInternalExports: false,
  comments: { legal: true, annotation: true, jsdoc: false },
  // The maps stay here: with the sources they lead to, they would be a third of the package. The checks read them.
  sourcemap: "hidden",
  sourcemapExcludeSources: true,
  codeSplitting: {
    // A group takes along what its modules import, unless a group of a higher priority has it: the lowest floors come first.
    groups: [
      // In a file of its own, which a bundler can leave out as a whole.
      { name: "vocabulary", test: /merges\.generated\.ts$/, priority: 9 },
      // What nearly all entry points share: conversations, rendering, parsing.
      {
        name: "shared",
        test: /src\/(errors|options|special-tokens|utf8|json|chat|render|parse)\b/,
        minShareCount: 2,
        priority: 8,
      },
      // What only some of them share: a program that imports none of these does not load it.
      { name: "shared/stream", test: /src\/stream\//, minShareCount: 2, priority: 7 },
      { name: "shared/constraints", test: /src\/turn\/constraints\//, minShareCount: 2, priority: 6 },
      { name: "shared/turn", test: /src\/(turn|token-sinks)\b/, minShareCount: 2, priority: 5 },
      { name: "shared/encoding", test: /src\/(tokenizer|encoding)\b/, minShareCount: 2, priority: 4 },
      { name: "shared/engines", test: /src\/engines\//, minShareCount: 2, priority: 3 },
      { name: "shared/shapes", test: /src\/shapes\//, minShareCount: 2, priority: 2 },
    ],
  },
});
await bundle.close();

/**
 * The command line is a bundle of its own: it may use what only Node, Bun and Deno have, and of the package nothing but its
 * entry points, which it loads when a command needs them.
 */
const ENTRY = /(?:^|\/)\.\.\/((?:index|text|constraints)\.js)$/;
const commandLine = await rolldown({
  cwd: fileURLToPath(new URL("..", import.meta.url)),
  input: { main: "src/cli/main.ts", thread: "src/cli/work/thread.ts" },
  platform: "node",
  tsconfig: false,
  transform: { target: "es2022" },
  plugins: [
    {
      name: "entry-points",
      resolveId: {
        filter: { id: ENTRY },
        handler: (id) => ({ id: `../${ENTRY.exec(id)[1]}`, external: true }),
      },
    },
  ],
  onLog: refuse,
  checks: CHECKS,
});
await commandLine.write({
  dir: "dist/cli",
  format: "es",
  entryFileNames: "[name].js",
  chunkFileNames: "[name].js",
  charset: "ascii",
  minify: "dce-only",
  minifyInternalExports: false,
  comments: { legal: true, annotation: true, jsdoc: false },
  codeSplitting: { groups: [{ name: "common", minShareCount: 2 }] },
});
await commandLine.close();
