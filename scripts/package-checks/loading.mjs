// The installed package loads from both module systems, as one and the same module.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

const USE = `
const encoding = harmony.loadHarmonyEncoding();
const tokens = encoding.renderConversationForCompletion({ messages: [{ role: "user", content: "Hi" }] }, "assistant");
console.log(encoding.decodeUtf8(tokens));
`;
const PRINTED = "<|start|>user<|message|>Hi<|end|><|start|>assistant\n";

/** @type {import("../check-package.mjs").Check[]} */
export default [
  [
    "import",
    ({ project }) =>
      assert.equal(run(project, "import.mjs", `import * as harmony from "harmony-format";${USE}`), PRINTED),
  ],
  [
    "require",
    ({ project }) =>
      assert.equal(run(project, "require.cjs", `const harmony = require("harmony-format");${USE}`), PRINTED),
  ],
  [
    "both at once give one module",
    ({ project }) => {
      const code = `import { createRequire } from "node:module";
import * as imported from "harmony-format";
console.log(createRequire(import.meta.url)("harmony-format").HarmonyError === imported.HarmonyError);`;
      assert.equal(run(project, "both.mjs", code), "true\n");
    },
  ],
  [
    "text and streams load nothing of the tokenizer",
    ({ installed }) => {
      const loaded = modulesOf(`${installed}/dist/text.js`, modulesOf(`${installed}/dist/stream/index.js`));
      const sources = [...loaded].flatMap(sourcesOf);
      assert.ok(sources.length > 40);
      assert.deepEqual(
        sources.filter((path) => !path.startsWith(`${installed}/src/`) || path.includes("/tokenizer/")),
        [],
      );
      return `${loaded.size} files, made from ${sources.length} modules`;
    },
  ],
  [
    "inner files stay private",
    ({ project }) => {
      const code = `import("harmony-format/dist/errors.js").catch(({ code }) => console.log(code));`;
      assert.equal(run(project, "inner.mjs", code), "ERR_PACKAGE_PATH_NOT_EXPORTED\n");
    },
  ],
];

/** A module and all that it imports, whatever of it is used: what loads where nothing bundles. */
function modulesOf(path, loaded = new Set()) {
  if (loaded.has(path)) return loaded;
  loaded.add(path);
  const imports = readFileSync(path, "utf8").matchAll(/^(?:import|export)\b[^"]*\bfrom "(\.[^"]+)";$/gm);
  for (const [, to] of imports) modulesOf(resolve(dirname(path), to), loaded);
  return loaded;
}

/** The modules that a file was made from, as its source map has them. */
function sourcesOf(path) {
  const map = `${path}.map`;
  if (existsSync(map))
    return JSON.parse(readFileSync(map, "utf8")).sources.map((source) => resolve(dirname(map), source));
  // Without a map it may hold no code, only names that it passes on.
  assert.match(readFileSync(path, "utf8"), /^export \{[^}]*\} from "[^"]+";\n$/);
  return [];
}

function run(project, file, code) {
  writeFileSync(`${project}/${file}`, code);
  return execFileSync(process.execPath, [file], { cwd: project, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
