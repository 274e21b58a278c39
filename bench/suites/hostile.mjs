import { HOSTILE_BYTES, HOSTILE_NAMES, hostileName, inputFile } from "../inputs/build.mjs";
import { measureRow } from "../measure.mjs";
import { median } from "../statistics.mjs";

/** Who takes longer than this for 1 MB is not asked for 2 MB. */
const SLOW = 1_000;

/** 1 MB in one string; and what becomes of the time when the text is twice as long. */
export async function hostile(context) {
  const rows = [];
  const doubled = [];
  for (const name of HOSTILE_NAMES.slice(0, context.limit)) {
    const [once, twice] = HOSTILE_BYTES;
    const single = await row(context, name, once, context.crew.whoCan("encode"));
    const isFast = (contender) => median(single.outcomes[contender.name].samples ?? [Infinity]) < SLOW;
    const double = await row(context, name, twice, context.crew.whoCan("encode").filter(isFast));
    rows.push(single);
    doubled.push({ input: name, outcomes: quotients(single.outcomes, double.outcomes) });
  }
  const better = "lower";
  return [
    { name: "hostile", title: "Encode 1 MB of hostile text", unit: "ms", better, rows },
    {
      name: "doubling",
      title: "Time for 2 MB of it over time for 1 MB",
      unit: "times",
      better,
      alone: true,
      rows: doubled,
    },
  ];
}

function row(context, name, bytes, contenders) {
  context.log(`hostile: ${name}, ${bytes} bytes`);
  return measureRow({
    ...context,
    input: name,
    contenders,
    question: () => ({ of: "encode", file: inputFile(hostileName(name, bytes)) }),
    value: (milliseconds) => milliseconds,
    rounds: context.fewRounds,
    atLeast: 0,
    warmUp: 0,
    budget: context.hostileBudget,
    slow: SLOW,
    slowRounds: 1,
  });
}

function quotients(single, double) {
  const outcomes = Object.entries(double).map(([name, { samples, failed }]) => {
    const outcome = failed === undefined ? { samples: [median(samples) / median(single[name].samples)] } : { failed };
    return [name, outcome];
  });
  return Object.fromEntries(outcomes);
}
