// All entry points by their files, for runtimes that cannot resolve package names.
export * from "./node_modules/harmony-format/dist/index.js";
export * from "./node_modules/harmony-format/dist/stream/index.js";
export * as text from "./node_modules/harmony-format/dist/text.js";
