// The installed package loads in both module systems, as one and the same module.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { installed, project } from "./context.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

const USE = `
const encoding = harmony.loadHarmonyEncoding();
const tokens = encoding.renderConversationForCompletion({ messages: [{ role: "user", content: "Hi" }] }, "assistant");
console.log(encoding.decodeUtf8(tokens));
`;
const PRINTED = "<|start|>user<|message|>Hi<|end|><|start|>assistant\n";

test("import", () => {
  expect(outputOf("import.mjs", `import * as harmony from "harmony-format";${USE}`)).toBe(PRINTED);
});

test("require", () => {
  expect(outputOf("require.cjs", `const harmony = require("harmony-format");${USE}`)).toBe(PRINTED);
});

test("both at once give one module", () => {
  const code = `import { createRequire } from "node:module";
import * as imported from "harmony-format";
console.log(createRequire(import.meta.url)("harmony-format").HarmonyError === imported.HarmonyError);`;
  expect(outputOf("both.mjs", code)).toBe("true\n");
});

test("text and streams load nothing of the tokenizer", () => {
  const loaded = filesLoadedBy(`${installed}/dist/text.js`, filesLoadedBy(`${installed}/dist/stream/index.js`));
  const sources = [...loaded].flatMap(sourcesOf);
  expect(sources.some((path) => path.startsWith(`${root}src/parse/`))).toBe(true);
  expect(sources.filter((path) => path.includes("/tokenizer/"))).toEqual([]);
});

test("inner files stay private", () => {
  const code = `import("harmony-format/dist/errors.js").catch(({ code }) => console.log(code));`;
  expect(outputOf("inner.mjs", code)).toBe("ERR_PACKAGE_PATH_NOT_EXPORTED\n");
});

/** A file and all that it imports, whether or not it is used: what is loaded where there is no bundler. */
function filesLoadedBy(path, loaded = new Set()) {
  if (loaded.has(path)) return loaded;
  loaded.add(path);
  const imports = readFileSync(path, "utf8").matchAll(/^(?:import|export)\b[^"]*\bfrom "(\.[^"]+)";$/gm);
  for (const [, to] of imports) filesLoadedBy(resolve(dirname(path), to), loaded);
  return loaded;
}

/** The modules that a file was made from, according to its source map, which the build keeps but does not pack. */
function sourcesOf(path) {
  const map = `${path.replace(`${installed}/`, root)}.map`;
  if (existsSync(map)) {
    return JSON.parse(readFileSync(map, "utf8")).sources.map((source) => resolve(dirname(map), source));
  }
  // A file without a map may hold no code, only names that it passes on.
  expect(readFileSync(path, "utf8")).toMatch(/^export \{[^}]*\} from "[^"]+";\n$/);
  return [];
}

function outputOf(file, code) {
  writeFileSync(`${project}/${file}`, code);
  return execFileSync(process.execPath, [file], { cwd: project, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
