import fc from "fast-check";
import { loadHarmonyEncoding } from "../../../src/encoding.js";
import { StreamableParser } from "../../../src/parse/streamable-parser.js";
import { HarmonyTextParser } from "../../../src/parse/text-parser.js";
import { testProperty } from "../../property.js";
import { anyResilientOptions, anyRole, anyText, anyTokens } from "./arbitraries.js";

// What the resilient mode reads goes into the next prompt, so it must always be renderable.

const encoding = loadHarmonyEncoding();

testProperty(
  "whatever is read from tokens can be rendered again",
  [anyTokens, anyRole, anyResilientOptions],
  (tokens, role, options) => {
    const parser = new StreamableParser(encoding, role, { mode: "resilient", ...options });
    for (const token of tokens) parser.process(token);
    const { messages } = parser.processEos();
    encoding.renderConversation({ messages }, { autoDropAnalysis: false });
  },
);

testProperty(
  "whatever is read from text can be rendered again",
  [anyText, anyRole, anyResilientOptions, fc.boolean()],
  (text, role, options, markersDropped) => {
    const { messages } = new HarmonyTextParser(role, { ...options, markersDropped }).process(text).processEos();
    encoding.renderConversation({ messages }, { autoDropAnalysis: false });
  },
);
