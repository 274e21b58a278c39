import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The folder of the project. */
export const ROOT = at("..");
/** The built package. */
export const DIST = at("../dist/index.js");
/** The packages to compare with, installed apart from the project's own. */
export const PEERS = at("./peers");
/** The builds of Node.js to run on, installed apart from the peers, whose files are inputs. */
export const NODE_BUILDS = at("./node");
export const CACHE = at("./.cache");
export const RESULTS = at("./results");
/** The native contenders: sources, and the folder that everything they need is installed into. */
export const NATIVE = at("./native");
export const NATIVE_BUILD = at("./native/.build");
export const NATIVE_PROGRAM = at("./native/.build/cargo/release/harmony-format-bench-native");
export const PYTHON = at("./native/.build/venv/bin/python");
/** The folder with `o200k_base.tiktoken`, as openai-harmony looks for it. */
export const VOCABULARY = at("./native/.build/vocabulary");
