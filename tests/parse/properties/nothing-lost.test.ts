import fc from "fast-check";
import type { HarmonyEvent } from "../../../src/parse/event.js";
import { StreamableParser } from "../../../src/parse/streamable-parser.js";
import { HarmonyTextParser } from "../../../src/parse/text-parser.js";
import { testProperty } from "../../property.js";
import { encoding } from "../encoding.js";
import { anyChunkLengths, anyResilientOptions, anyRole, anyText, anyTokens } from "./arbitraries.js";
import { expectEventsOf, expectNothingLost, expectSame, stateOf } from "./assertions.js";

testProperty(
  "any tokens: nothing is thrown, nothing is lost, and chunks do not matter",
  [anyTokens, anyRole, anyResilientOptions, fc.nat(40)],
  (tokens, role, options, cut) => {
    const parser = new StreamableParser(encoding, role, { mode: "resilient", ...options });
    for (const token of tokens) parser.process(token);
    parser.processEos();
    expectNothingLost(parser, tokens.length);
    const state = stateOf(parser);
    parser.processEos();
    expectSame(stateOf(parser), state, "ending twice");

    parser.reset();
    if (parser.messages.length + parser.diagnostics.length + parser.tokens.length > 0) throw new Error("not reset");
    const events = [...parser.push(tokens.slice(0, cut)), ...parser.push(tokens.slice(cut)), ...parser.finish()];
    expectEventsOf(parser, events);
    expectSame(stateOf(parser), state, "in two chunks, after a reset");
  },
);

testProperty(
  "any text: nothing is thrown, nothing is lost, and chunks do not matter",
  [
    anyText,
    anyRole,
    anyResilientOptions,
    fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.constant(true)),
    anyChunkLengths,
  ],
  (text, role, options, markersDropped, chunkLengths) => {
    const parser = new HarmonyTextParser(role, { ...options, markersDropped });
    parser.process(text).processEos();
    expectNothingLost(parser, text.length);
    const state = stateOf(parser);

    parser.reset();
    const events: HarmonyEvent[] = [];
    for (let at = 0, chunk = 0; at < text.length; chunk++) {
      const end = at + chunkLengths[chunk % chunkLengths.length]!;
      events.push(...parser.push(text.slice(at, end)));
      at = end;
    }
    events.push(...parser.finish());
    expectEventsOf(parser, events);
    expectSame(stateOf(parser), state, "in chunks, after a reset");
  },
);
