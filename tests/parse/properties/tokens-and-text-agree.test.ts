import { StreamableParser } from "../../../src/parse/streamable-parser.js";
import { HarmonyTextParser } from "../../../src/parse/text-parser.js";
import { testProperty } from "../../property.js";
import { encoding, tokensOf } from "../encoding.js";
import { anyResilientOptions, anyRole, anyText } from "./arbitraries.js";
import { expectSame } from "./assertions.js";

testProperty(
  "tokens and their text give the same messages and diagnostics",
  [anyText, anyRole, anyResilientOptions],
  (text, role, options) => {
    const ofTokens = new StreamableParser(encoding, role, { mode: "resilient", ...options });
    for (const token of tokensOf(text)) ofTokens.process(token);
    ofTokens.processEos();
    const ofText = new HarmonyTextParser(role, options).process(text).processEos();
    const [fromTokens, fromText] = [ofTokens, ofText].map(({ messages, diagnostics }) =>
      JSON.stringify([messages, diagnostics.map(({ code, text }) => [code, text])]),
    );
    expectSame(fromText!, fromTokens!, JSON.stringify(text));
  },
);
