/**
 * The entry point for streams: {@link parseStream} turns a source of tokens or text into an async iterator of events,
 * {@link HarmonyEventStream} into a web stream. It contains neither a vocabulary nor a parser; the caller brings the parser.
 *
 * @packageDocumentation
 */
export type { EventParser } from "./event-parser.js";
export { type EventStreamOptions, HarmonyEventStream } from "./event-stream.js";
export { type ParseStreamOptions, parseStream } from "./parse-stream.js";
export type { ChunkSource } from "./source.js";
