import { test } from "vitest";
import type { HarmonyEvent } from "../../src/parse/event.js";
import { HarmonyTextParser } from "../../src/parse/text-parser.js";
import { checkEvents, checkSpans, expectSame, OPTIONS, ROLES, stateOf } from "./checks.js";
import { forAll, RUNS, TIMEOUT } from "./for-all.js";
import { randomText } from "./outputs.js";

test(
  `any text: nothing is thrown, nothing lost, and chunks do not matter, ${RUNS} runs`,
  () => {
    forAll((random) => {
      const text = randomText(random);
      const { mode: _, ...options } = random.pick(OPTIONS);
      const parser = new HarmonyTextParser(random.pick(ROLES), { ...options, markersDropped: random.below(4) === 0 });
      parser.process(text).processEos();
      checkSpans(parser, text.length);
      const state = stateOf(parser);

      parser.reset();
      const events: HarmonyEvent[] = [];
      for (let at = 0; at < text.length; ) {
        const end = at + 1 + random.below(random.pick([1, 20]));
        events.push(...parser.push(text.slice(at, end)));
        at = end;
      }
      events.push(...parser.finish());
      checkEvents(events, parser);
      expectSame(stateOf(parser), state, "in chunks, after a reset");
    });
  },
  TIMEOUT,
);
