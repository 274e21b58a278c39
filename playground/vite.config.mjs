import { fileURLToPath } from "node:url";
import { minify } from "terser";
import { defineConfig } from "vite";
import { documentedExamples } from "./documented-examples.mjs";

const file = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Minifies once more what Vite has minified, which takes 2 to 3 % off. (Terser alone leaves private names long.) */
const minifyAgain = () => ({
  name: "minify-again",
  apply: "build",
  generateBundle: {
    order: "post",
    async handler(_options, bundle) {
      const compress = { passes: 3, pure_getters: true, unsafe_arrows: true, unsafe_methods: true };
      for (const file of Object.values(bundle)) {
        // The vocabulary is strings, and little else.
        if (file.type !== "chunk" || file.name === "vocabulary") continue;
        file.code = (await minify(file.code, { module: true, ecma: 2020, compress })).code;
      }
    },
  },
});

/** How long minifying takes depends on what else the machine does, and is nothing to report. */
const CHECKS = { bundlerTimings: false };

/** What can be left out where it is not used, though it does not say that it has no side effects. */
const treeshake = { moduleSideEffects: (id) => !/\/node_modules\/(?:@lezer|diff)\//.test(id) };

export default defineConfig({
  root: file("./"),
  base: "./",
  plugins: [documentedExamples(), minifyAgain()],
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
    rolldownOptions: {
      treeshake,
      checks: CHECKS,
      output: { codeSplitting: { groups: [{ name: "vocabulary", test: /dist\/vocabulary\.js$/ }] } },
    },
    plugins: () => [minifyAgain()],
  },
  build: {
    outDir: "build",
    target: "es2023",
    // With older browsers in mind, each colour would be spelled out twice.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: false,
    // The vocabulary is known to be one large chunk.
    chunkSizeWarningLimit: 4096,
    // CodeMirror's commands can walk syntax trees with Lezer; those that are used here do not.
    rolldownOptions: { treeshake, checks: CHECKS },
  },
  server: { fs: { allow: [file("..")] } },
});
