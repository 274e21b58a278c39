import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { documentedExamples } from "./documented-examples.mjs";

const file = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: file("./"),
  base: "./",
  plugins: [documentedExamples()],
  resolve: {
    // Only the built, public entry points, as a user of the package has them.
    alias: [
      { find: /^harmony-format$/, replacement: file("../dist/index.js") },
      { find: /^harmony-format\/chat-completions$/, replacement: file("../dist/chat-completions.js") },
    ],
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: {
    format: "es",
    // The vocabulary in a file of its own: it changes never, and everything else often.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "vocabulary", test: /dist\/vocabulary\.js$/ }] } } },
  },
  build: {
    outDir: "build",
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The vocabulary is known to be one large chunk.
    chunkSizeWarningLimit: 4096,
    // CodeMirror's commands can walk syntax trees; those that are used here do not, but Lezer does not say that it has no
    // side effects.
    rolldownOptions: { treeshake: { moduleSideEffects: (id) => !id.includes("/@lezer/") } },
  },
  server: { fs: { allow: [file("..")] } },
});
