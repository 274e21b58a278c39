import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { NATIVE, NATIVE_PROGRAM, PEERS, PYTHON, ROOT, VOCABULARY } from "./paths.mjs";

const WORKER = join(import.meta.dirname, "workers/node.mjs");
const TEXT = JSON.stringify("hello world");

export const OURS = "harmony-format";
/** The build of another checkout, in a comparison of the two. */
export const OTHER_BUILD = "other build";

const versionOf = (name) =>
  createRequire(join(PEERS, "package.json"))(`${PEERS}/node_modules/${name}/package.json`).version;

/**
 * @param {object} parts
 * @param {string} parts.node The Node.js that runs it.
 * @param {URL} parts.module The adapter.
 * @param {string} parts.script What a user would write to load it and encode once.
 * @returns {import("./contender.mjs").Contender}
 */
function javaScript({ name, version, kind = "JavaScript", node, module, cwd = PEERS, script, can, root }) {
  const inline = (code) => [node, "--input-type=module", "-e", code];
  return {
    name,
    version,
    kind,
    command: [node, WORKER],
    module: module.href,
    can,
    root,
    coldStart: { command: inline(script), cwd, bare: inline("") },
  };
}

/** This package. @param {string} node The Node.js that runs it. */
export function ours(node) {
  return harmonyFormat(OURS, node, ROOT);
}

/**
 * This package as another checkout of it has been built.
 * @param {string} node The Node.js that runs it.
 * @param {string} root The folder of the checkout.
 */
export function otherBuild(node, root) {
  return harmonyFormat(OTHER_BUILD, node, root);
}

function harmonyFormat(name, node, root) {
  const module = new URL("harmony-format.mjs", import.meta.url);
  module.searchParams.set("build", pathToFileURL(join(root, "dist/index.js")).href);
  return javaScript({
    name,
    version: createRequire(import.meta.url)(join(root, "package.json")).version,
    node,
    module,
    // A package may import itself by its name, so that this loads the build of the checkout.
    cwd: root,
    script: `import { loadHarmonyEncoding } from "harmony-format"; loadHarmonyEncoding().encode(${TEXT});`,
    can: ["encode", "count", "decode", "parse", "parse resilient", "shape", "render"],
    root,
  });
}

/** The tokenizers of the npm registry. @param {string} node The Node.js that runs them. */
export function npmPeers(node) {
  const peer = (parts) => javaScript({ ...parts, node, module: new URL(`peers/${parts.module}.mjs`, import.meta.url) });
  return [
    peer({
      name: "ai-tokenizer",
      version: versionOf("ai-tokenizer"),
      module: "ai-tokenizer",
      script: `import Tokenizer from "ai-tokenizer"; import * as o200k from "ai-tokenizer/encoding/o200k_base"; new Tokenizer(o200k).encode(${TEXT});`,
      can: ["encode", "count", "decode"],
    }),
    peer({
      name: "gpt-tokenizer",
      version: versionOf("gpt-tokenizer"),
      module: "gpt-tokenizer",
      script: `import { encode } from "gpt-tokenizer/encoding/o200k_harmony"; encode(${TEXT});`,
      can: ["encode", "count", "decode"],
    }),
    peer({
      name: "tiktoken (WASM)",
      version: versionOf("tiktoken"),
      kind: "WebAssembly",
      module: "tiktoken-wasm",
      script: `import { get_encoding } from "tiktoken"; get_encoding("o200k_base").encode(${TEXT});`,
      can: ["encode", "decode"],
    }),
    peer({
      name: "js-tiktoken",
      version: versionOf("js-tiktoken"),
      module: "js-tiktoken",
      script: `import { Tiktoken } from "js-tiktoken/lite"; import o200k from "js-tiktoken/ranks/o200k_base"; new Tiktoken(o200k).encode(${TEXT});`,
      can: ["encode", "decode"],
    }),
  ];
}

/** The native tokenizers, and the reference in both of its languages. */
export function nativePeers() {
  const environment = { TIKTOKEN_ENCODINGS_BASE: VOCABULARY };
  const rust = (name, version, can) => ({
    name: `${name} (Rust)`,
    version,
    kind: "Rust",
    command: [NATIVE_PROGRAM, name],
    environment,
    can,
    coldStart: { command: [NATIVE_PROGRAM, name, "once"], cwd: NATIVE, bare: ["true"] },
  });
  const python = (name, version, can) => ({
    name: `${name} (Python)`,
    version,
    kind: "Python",
    command: [PYTHON, join(NATIVE, "worker.py"), name],
    environment,
    can,
    coldStart: { command: [PYTHON, join(NATIVE, "worker.py"), name, "once"], cwd: NATIVE, bare: [PYTHON, "-c", ""] },
  });
  return [
    rust("openai-harmony", "0.0.8", ["encode", "decode", "parse", "render"]),
    python("openai-harmony", "0.0.8", ["encode", "decode", "parse", "render"]),
    rust("tiktoken", "4.1.2", ["encode", "count", "decode"]),
    rust("bpe-openai", "0.3.2", ["encode", "count", "decode"]),
    python("quicktok-v1", "0.4.0", ["encode", "count", "decode"]),
    python("tiktoken", "0.14.0", ["encode", "decode"]),
  ];
}
