import { test } from "vitest";
import { StreamableParser } from "../../src/parse/streamable-parser.js";
import { checkEvents, checkSpans, expectSame, OPTIONS, ROLES, stateOf } from "./checks.js";
import { forAll, RUNS, TIMEOUT } from "./for-all.js";
import { randomTokens } from "./outputs.js";
import { encoding } from "./recorded.js";

test(
  `any tokens: nothing is thrown, nothing lost, and chunks do not matter, ${RUNS} runs`,
  () => {
    forAll((random) => {
      const tokens = randomTokens(random);
      const parser = new StreamableParser(encoding, random.pick(ROLES), random.pick(OPTIONS));
      for (const token of tokens) parser.process(token);
      parser.processEos();
      checkSpans(parser, tokens.length);
      const state = stateOf(parser);
      parser.processEos();
      expectSame(stateOf(parser), state, "ending twice");

      parser.reset();
      if (parser.messages.length + parser.diagnostics.length + parser.tokens.length > 0) throw new Error("not reset");
      const cut = random.below(tokens.length + 1);
      const events = [...parser.push(tokens.slice(0, cut)), ...parser.push(tokens.slice(cut)), ...parser.finish()];
      checkEvents(events, parser);
      expectSame(stateOf(parser), state, "in two chunks, after a reset");
    });
  },
  TIMEOUT,
);
