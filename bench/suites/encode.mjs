import { inputFile, KINDS } from "../inputs/build.mjs";
import { bytesOf } from "../inputs/sizes.mjs";
import { measureRow } from "../measure.mjs";

/** Text that is encoded, counted or decoded again and again.
 * @type {(context: import("../run.mjs").Context) => Promise<import("../measure.mjs").Suite>} */
const overTexts = (name, title, inputs) => async (context) => {
  const rows = [];
  for (const input of inputs) {
    const bytes = bytesOf(input, context.limit);
    context.log(`${name}: ${input}`);
    rows.push(
      await measureRow({
        ...context,
        input,
        contenders: context.crew.whoCan(name),
        question: () => ({ of: name, file: inputFile(input), limit: context.limit }),
        value: (milliseconds) => bytes / 1_000 / milliseconds,
      }),
    );
  }
  return { name, title, unit: "MB/s", better: "higher", rows };
};

export const encode = overTexts("encode", "Encode, warm", [...KINDS, "short strings", "chat strings"]);
export const count = overTexts("count", "Count tokens, warm", KINDS);
export const decode = overTexts("decode", "Decode, warm", ["ascii", "prose", "languages"]);
