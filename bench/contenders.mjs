import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { NATIVE, NATIVE_PROGRAM, PEERS, PYTHON, ROOT, VOCABULARY } from "./paths.mjs";

const NODE = [process.execPath, join(import.meta.dirname, "workers/node.mjs")];
const BARE_NODE = [process.execPath, "--input-type=module", "-e", ""];
const TEXT = JSON.stringify("hello world");

export const OURS = "harmony-format";

const versionOf = (name) =>
  createRequire(join(PEERS, "package.json"))(`${PEERS}/node_modules/${name}/package.json`).version;

/**
 * @param {object} parts
 * @param {string} parts.script What somebody would write to load it and encode once.
 * @returns {import("./contender.mjs").Contender}
 */
function javaScript({ name, version, kind = "JavaScript", module, cwd = PEERS, script, can }) {
  return {
    name,
    version,
    kind,
    command: NODE,
    module: pathToFileURL(join(import.meta.dirname, module)).href,
    can,
    coldStart: { command: [process.execPath, "--input-type=module", "-e", script], cwd, bare: BARE_NODE },
  };
}

/** This package. */
export function ours() {
  return javaScript({
    name: OURS,
    version: createRequire(import.meta.url)("../package.json").version,
    module: "harmony-format.mjs",
    cwd: ROOT,
    script: `import { loadHarmonyEncoding } from "harmony-format"; loadHarmonyEncoding().encode(${TEXT});`,
    can: ["encode", "count", "decode", "parse", "parse resilient", "render"],
  });
}

/** The tokenizers of the npm registry. */
export function npmPeers() {
  return [
    javaScript({
      name: "ai-tokenizer",
      version: versionOf("ai-tokenizer"),
      module: "peers/ai-tokenizer.mjs",
      script: `import Tokenizer from "ai-tokenizer"; import * as o200k from "ai-tokenizer/encoding/o200k_base"; new Tokenizer(o200k).encode(${TEXT});`,
      can: ["encode", "count", "decode"],
    }),
    javaScript({
      name: "gpt-tokenizer",
      version: versionOf("gpt-tokenizer"),
      module: "peers/gpt-tokenizer.mjs",
      script: `import { encode } from "gpt-tokenizer/encoding/o200k_harmony"; encode(${TEXT});`,
      can: ["encode", "count", "decode"],
    }),
    javaScript({
      name: "tiktoken (WASM)",
      version: versionOf("tiktoken"),
      kind: "WebAssembly",
      module: "peers/tiktoken-wasm.mjs",
      script: `import { get_encoding } from "tiktoken"; get_encoding("o200k_base").encode(${TEXT});`,
      can: ["encode", "decode"],
    }),
    javaScript({
      name: "js-tiktoken",
      version: versionOf("js-tiktoken"),
      module: "peers/js-tiktoken.mjs",
      script: `import { Tiktoken } from "js-tiktoken/lite"; import o200k from "js-tiktoken/ranks/o200k_base"; new Tiktoken(o200k).encode(${TEXT});`,
      can: ["encode", "decode"],
    }),
  ];
}

/** The native tokenizers, and the reference in both its languages. */
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
