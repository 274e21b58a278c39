import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { PEERS } from "../paths.mjs";

/** What is bundled of this package: everything that it exports. */
const OUR_BUNDLE = 'export * from "harmony-format";';
/** What is bundled of the peers: what encoding takes. */
const BUNDLES = {
  "ai-tokenizer": 'export { default } from "ai-tokenizer"; export * as o200k from "ai-tokenizer/encoding/o200k_base";',
  "gpt-tokenizer": 'export * from "gpt-tokenizer/encoding/o200k_harmony";',
  "tiktoken (WASM)":
    'export { Tiktoken } from "tiktoken/lite"; export { default as o200k } from "tiktoken/encoders/o200k_base.json";',
  "js-tiktoken":
    'export { Tiktoken } from "js-tiktoken/lite"; export { default as o200k } from "js-tiktoken/ranks/o200k_base";',
};

export async function size(context) {
  const unpacked = { input: "package, unpacked", outcomes: {} };
  const bundled = { input: "browser bundle, gzipped", outcomes: {} };
  for (const { name, root } of context.crew.contenders.filter(isWeighed)) {
    context.log(`size: ${name}`);
    unpacked.outcomes[name] = { samples: [(root === undefined ? sizeOfPeer(name) : sizeOfOurs(root)) / 1e6] };
    bundled.outcomes[name] = {
      samples: [
        (await (root === undefined ? sizeOfBundle(BUNDLES[name], PEERS) : sizeOfBundle(OUR_BUNDLE, root))) / 1e6,
      ],
    };
  }
  return { name: "size", title: "Size", unit: "MB", better: "lower", rows: [unpacked, bundled] };
}

const isWeighed = ({ name, root }) => root !== undefined || name in BUNDLES;

/** What the registry would unpack. */
function sizeOfOurs(root) {
  const options = ["pack", "--dry-run", "--json", "--ignore-scripts"];
  const packed = JSON.parse(
    execFileSync("npm", options, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
  );
  // npm 12 gives an object by name, older ones a list.
  return (Array.isArray(packed) ? packed[0] : Object.values(packed)[0]).unpackedSize;
}

function sizeOfPeer(name) {
  const folder = join(PEERS, "node_modules", name.replace(/ .*/, ""));
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

async function sizeOfBundle(source, cwd) {
  const esbuild = createRequire(join(PEERS, "package.json"))("esbuild");
  const { outputFiles } = await esbuild.build({
    stdin: { contents: source, resolveDir: cwd },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    charset: "utf8",
    loader: { ".wasm": "file" },
    outdir: "unwritten",
    write: false,
    logLevel: "silent",
  });
  return outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
}
