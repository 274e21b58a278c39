import { test } from "vitest";
import { StreamableParser } from "../../src/parse/streamable-parser.js";
import { HarmonyTextParser } from "../../src/parse/text-parser.js";
import { expectSame, OPTIONS, ROLES } from "./checks.js";
import { forAll, RUNS, TIMEOUT } from "./for-all.js";
import { randomText } from "./outputs.js";
import { encoding } from "./recorded.js";

test(
  `tokens and their text give the same messages and diagnostics, ${RUNS} runs`,
  () => {
    forAll((random) => {
      const text = randomText(random);
      const tokens = encoding.tokenizer.encode(text, { allowedSpecial: "all" });
      const role = random.pick(ROLES);
      const { mode, ...options } = random.pick(OPTIONS);
      const ofTokens = new StreamableParser(encoding, role, { mode, ...options });
      for (const token of tokens) ofTokens.process(token);
      ofTokens.processEos();
      const ofText = new HarmonyTextParser(role, options).process(text).processEos();
      const both = [ofTokens, ofText].map(({ messages, diagnostics }) =>
        JSON.stringify([messages, diagnostics.map(({ code, text }) => [code, text])]),
      );
      expectSame(both[0]!, both[1]!, JSON.stringify(text));
    });
  },
  TIMEOUT,
);
