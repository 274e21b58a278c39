/**
 * Writes the JavaScript of dist/: a file for each entry point, one for what entries share, and one for the vocabulary.
 *
 * Loading seventy small modules takes a program three times as long as loading the same code in a few files.
 */
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { pureConstants } from "./pure-constants.mjs";

const bundle = await rolldown({
  cwd: fileURLToPath(new URL("..", import.meta.url)),
  input: {
    index: "src/index.ts",
    text: "src/text.ts",
    "stream/index": "src/stream/index.ts",
    constraints: "src/constraints.ts",
  },
  platform: "neutral",
  // tsc has checked the types; all that is left to do is to leave them out.
  tsconfig: false,
  transform: { target: "es2022" },
  plugins: [pureConstants()],
  // Whatever it has to say is for us to mend.
  onLog: (_level, { message }) => {
    throw new Error(message);
  },
});
await bundle.write({
  dir: "dist",
  format: "es",
  entryFileNames: "[name].js",
  chunkFileNames: "[name].js",
  // A single character above U+00FF would have V8 keep two bytes for each character of the file.
  charset: "ascii",
  // For people who look inside. Comments are in the source, where the source maps lead.
  minify: "dce-only",
  minifyInternalExports: false,
  comments: { legal: true, annotation: true, jsdoc: false },
  sourcemap: true,
  sourcemapExcludeSources: true,
  codeSplitting: {
    groups: [
      // By itself, so that a bundler leaves it out as a whole.
      { name: "vocabulary", test: /merges\.generated\.ts$/, priority: 1 },
      { name: "shared", minShareCount: 2 },
    ],
  },
});
await bundle.close();
