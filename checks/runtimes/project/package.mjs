// All entry points by their names.
export * from "harmony-format";
export * from "harmony-format/stream";
export * as text from "harmony-format/text";
