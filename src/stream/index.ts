/** The entry point for streams. It needs no vocabulary, and the parser is the caller's. */
export type { EventParser } from "./event-parser.js";
export { HarmonyEventStream } from "./event-stream.js";
export { type ParseStreamOptions, parseStream } from "./parse-stream.js";
export type { ChunkSource } from "./source.js";
