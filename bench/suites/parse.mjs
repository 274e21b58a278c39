import { OURS } from "../contenders.mjs";
import { inputFile } from "../inputs/build.mjs";
import { tokensIn } from "../inputs/sizes.mjs";
import { measureRow } from "../measure.mjs";

/** The streaming parser, fed a token at a time; after each, what it added is read. */
export async function parse(context) {
  const row = rowOf(context, context.crew.whoCan("parse"));
  return {
    name: "parse",
    title: "StreamableParser, a token at a time",
    unit: "ns a token",
    better: "lower",
    rows: [
      await row("40 completions", "completions", {}),
      await row("40 completions in many languages", "completions in many languages", {}),
      await row("one message of 20,000 tokens", "long completion", {}),
      await row("40 completions, reading all content so far", "completions", { content: true }),
    ],
  };
}

/** What the resilient mode costs on output that has no fault. */
export async function resilient(context) {
  const ours = context.crew.contenders.find(({ name }) => name === OURS);
  const modes = ["strict", "resilient"].map((mode) => ({ ...ours, name: `${OURS}, ${mode}`, mode }));
  const row = rowOf(context, modes, ({ mode }) => ({ options: { mode } }));
  return {
    name: "resilient",
    title: "StreamableParser, resilient against strict",
    unit: "ns a token",
    better: "lower",
    baseline: `${OURS}, strict`,
    rows: [
      await row("40 completions", "completions", {}),
      await row("40 completions in many languages", "completions in many languages", {}),
    ],
  };
}

/** Both builds of a comparison in the resilient mode. */
export async function resilientBuilds(context) {
  const row = rowOf(context, context.crew.whoCan("parse resilient"), () => ({ options: { mode: "resilient" } }));
  return {
    name: "resilient",
    title: "StreamableParser, resilient",
    unit: "ns a token",
    better: "lower",
    rows: [
      await row("40 completions", "completions", {}),
      await row("40 completions in many languages", "completions in many languages", {}),
      await row("one message of 20,000 tokens", "long completion", {}),
    ],
  };
}

const rowOf =
  (context, contenders, options = () => ({})) =>
  (input, file, more) => {
    const tokens = tokensIn(file, context.limit);
    context.log(`parse: ${input}`);
    return measureRow({
      ...context,
      input,
      contenders,
      question: (contender) => ({
        of: "parse",
        file: inputFile(file),
        limit: context.limit,
        ...more,
        ...options(contender),
      }),
      value: (milliseconds) => (milliseconds * 1e6) / tokens,
    });
  };
