// All entry points, by name.
export * from "harmony-format";
export * from "harmony-format/stream";
