/** The entry for streams: it needs neither the vocabulary nor, by itself, any parser. */
export { HarmonyEventStream } from "./event-stream.js";
export { type EventParser, type ParseStreamOptions, parseStream } from "./parse-stream.js";
