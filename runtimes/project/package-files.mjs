// All entry points, as files: for runtimes that know no package names.
export * from "./node_modules/harmony-format/dist/index.js";
export * from "./node_modules/harmony-format/dist/stream/index.js";
export * as text from "./node_modules/harmony-format/dist/text.js";
