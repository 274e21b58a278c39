import { inputFile } from "../inputs/build.mjs";
import { measureRow } from "../measure.mjs";

const INPUTS = {
  "101 messages, 75,000 characters": "long chat",
  "system, four tools, one question": "first question",
};

/** Renders a conversation, read beforehand, to tokens for completion. */
export async function render(context) {
  const rows = [];
  for (const [input, file] of Object.entries(INPUTS)) {
    context.log(`render: ${input}`);
    rows.push(
      await measureRow({
        ...context,
        input,
        contenders: context.crew.whoCan("render"),
        question: () => ({ of: "render", file: inputFile(file) }),
        value: (milliseconds) => milliseconds,
      }),
    );
  }
  return { name: "render", title: "Render a conversation", unit: "ms", better: "lower", rows };
}
